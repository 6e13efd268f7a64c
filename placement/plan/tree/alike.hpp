// Which domains are interchangeable: alike in everything that the search asks of them, down to their hosts in order.
// Of alike domains only the first few in path order can be part of the best placement, so that empty clusters, where
// nearly all are alike, cost no more than full ones.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/plan/policy.hpp"
#include "placement/plan/tree/branches.hpp"
#include "placement/topology/fabric.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

namespace muster {

class Alike {
  public:
    // `room`, `paid`, `steps`: as for the search. All outlive the object.
    Alike(const Fabric& fabric, std::span<const std::int64_t> room, std::span<const char> paid, Steps steps);
    void add(const DomainCost& cost) { costs_.push_back(&cost); }

    // Equal for alike domains of one depth, and for no others. Domains with bound members, and those of which a policy
    // does not say what kind they are, are like no other. O(domains inside × policies) the first time.
    [[nodiscard]] std::uint32_t kind(DomainIdx domain);
    // The same with everything around the domain: its parents' costs, without what else is in them.
    [[nodiscard]] std::uint64_t kind_in_place(DomainIdx domain);

    // Leaves out of a tight window what no best division by the tie-break rule takes: of alike children that the fewest
    // can do without, all but the first `picks`. Another division with one of those left out has as good a twin that
    // takes an earlier one instead. O(choices), and kinds where many have equal room.
    void thin_out(Window& window);

  private:
    using Key = std::vector<std::int64_t>;
    using KeyView = std::span<const std::int64_t>;
    struct KeyHash {
        using is_transparent = void;
        std::size_t operator()(KeyView key) const noexcept;
    };
    struct KeyEqual {
        using is_transparent = void;
        bool operator()(KeyView a, KeyView b) const noexcept { return std::ranges::equal(a, b); }
    };
    // Whether all policies say what kind the domain is; appends what they say to the key.
    [[nodiscard]] bool add_costs(DomainIdx domain);
    void add_children(const Domain& domain);
    [[nodiscard]] std::uint32_t number(KeyView key);
    [[nodiscard]] bool like_last_host(std::size_t index) const;
    [[nodiscard]] std::int64_t base(std::size_t index) const { return steps_.base.empty() ? 0 : steps_.base[index]; }
    [[nodiscard]] std::int64_t unit(std::size_t index) const { return steps_.unit.empty() ? 1 : steps_.unit[index]; }
    // Equal for domains of one depth whose own costs and those of all domains around them are of equal kinds.
    [[nodiscard]] std::uint32_t costs_up(DomainIdx domain);

    const Fabric& fabric_;
    std::span<const std::int64_t> room_;
    std::span<const char> paid_;
    Steps steps_;
    std::vector<const DomainCost*> costs_;
    std::vector<std::uint32_t> kinds_;  // by domain; 0: not known yet
    std::vector<std::uint32_t> up_;     // the same of costs_up, for domains above the hosts
    std::unordered_map<Key, std::uint32_t, KeyHash, KeyEqual> numbers_;
    std::uint32_t last_number_ = 0;
    Key words_;     // of the keys that are being made, the innermost last
    Key host_key_;  // of the host asked for last, most often like its neighbour
    std::uint32_t host_number_ = 0;
};

}  // namespace muster
