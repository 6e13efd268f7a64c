// Which domains are interchangeable: alike in everything that the search asks of them, down to their hosts in order.
// Of alike domains only the first few in path order can be part of the best placement, so that empty clusters, where
// nearly all are alike, cost no more than full ones.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/plan/branches.hpp"
#include "placement/plan/policy.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <memory>
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
    struct KeyHash {
        std::size_t operator()(const Key& key) const noexcept;
    };
    // Whether all policies say what kind the domain is; appends what they say.
    [[nodiscard]] bool add_costs(DomainIdx domain, Key& key) const;
    [[nodiscard]] std::uint32_t number(const Key& key);
    // Equal for domains of one depth whose own costs and those of all domains around them are of equal kinds.
    [[nodiscard]] std::uint32_t costs_up(DomainIdx domain);

    const Fabric& fabric_;
    std::span<const std::int64_t> room_;
    std::span<const char> paid_;
    Steps steps_;
    std::vector<const DomainCost*> costs_;
    std::vector<std::uint32_t> kinds_;  // by domain; 0: not known yet
    std::vector<std::uint32_t> up_;     // the same of costs_up
    std::unordered_map<Key, std::uint32_t, KeyHash> numbers_;
    std::uint32_t last_number_ = 0;
    Key host_key_;  // of the host asked for last, most often like its neighbour
    std::uint32_t host_number_ = 0;
};

}  // namespace muster
