// Which gangs send traffic over the links out of which domains (reference gpu-topology §4.4, formula 7: x_d). A gang
// crosses a domain when it has members inside and outside it: with ranks ordered by domain its ring then uses the
// domain's links once in each direction, however many members are on either side.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

// A value: copies are cheap and share what they have in common, and a change to one never shows in another, so any
// number of threads may read theirs. Only domains of levels whose uplinks are known are looked at, synthetic ones left
// out: nobody knows what links they have. Without such a level it holds nothing, counts nothing and costs nothing.
class GangTraffic {
  public:
    using Members = std::map<std::string_view, std::vector<NodeIdx>>;  // by gang, a node for each member

    GangTraffic() = default;  // no level has known uplinks
    // Whether some level of the fabric has known uplinks.
    [[nodiscard]] static bool counts(const Fabric& fabric);
    // O(members × levels + domains).
    GangTraffic(const Fabric& fabric, const Members& members);

    // Counts `more` further members of the gang on the node; −1: one that was counted has left. Exactly reversible, and
    // the order of calls does not matter. `fabric`: as for the constructor. Without a gang nothing is counted.
    // O(domains with uplinks in which the gang has members), and the domains once where it begins or ends to cross one.
    void count(const Fabric& fabric, std::string_view gang, NodeIdx node, std::int32_t more);

    // Gangs that cross the domain; 0 where its uplinks are not known. O(1).
    [[nodiscard]] std::int32_t crossing(DomainIdx domain) const {
        return crossing_ && domain.value() < crossing_->size() ? (*crossing_)[domain.value()] : 0;
    }
    // The domains that the gang crosses, ascending. O(domains in which it has members).
    [[nodiscard]] std::vector<DomainIdx> crossed_by(std::string_view gang) const;

    bool operator==(const GangTraffic& other) const;

  private:
    struct Gang {
        std::string name;
        std::int32_t members = 0;
        std::vector<std::pair<DomainIdx, std::int32_t>> inside;  // members by domain with uplinks, sorted; none is 0
        bool operator==(const Gang&) const = default;

        void count(const std::vector<DomainIdx>& around, std::int32_t more);
        [[nodiscard]] std::vector<DomainIdx> crossed() const;
    };
    using GangRef = std::shared_ptr<const Gang>;
    using Shard = std::vector<GangRef>;  // sorted by name; none is without members
    using Counts = std::vector<std::int32_t>;

    [[nodiscard]] static std::size_t shard_of(std::string_view gang);
    [[nodiscard]] static Shard::const_iterator find(const Shard& shard, std::string_view gang);

    // Empty: no level has known uplinks. Several, so that a change copies few of the gangs.
    std::vector<std::shared_ptr<const Shard>> shards_;
    std::shared_ptr<const Counts> crossing_;  // by domain above the hosts
};

}  // namespace muster
