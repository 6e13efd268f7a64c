// Hosts that a wish closes to new members whatever their room: those of domains that are not the gang's alone, and
// those of which nobody knows in which domain they are.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/plan/room/node_room.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace muster {

// Takes the room (by node) of the hosts in domains of this depth that are not the gang's alone: some pod that may go
// away, other than the gang's bound members, uses devices there. Bound members are told apart by what their role asks
// for. By `ever` all such pods are gone. A domain without its label is never the gang's alone.
// O(nodes × devices + fixed).
void close_shared(const Snapshot& snapshot, const GangRequest& request, std::uint32_t depth, RoomBasis basis,
                  std::span<std::int64_t> hosts);

// By node: whether such a pod uses devices of it now. O(nodes × devices + fixed).
[[nodiscard]] std::vector<char> shared_hosts(const Snapshot& snapshot, const GangRequest& request);

// Takes the room of the hosts that lack the label of this depth. O(domains).
void close_unlabelled(const Fabric& fabric, std::uint32_t depth, std::span<std::int64_t> hosts);

// Both for all that a wish says, on levels that the fabric knows.
void close_hosts(const Snapshot& snapshot, const GangRequest& request, const TopologyWish& wish, RoomBasis basis,
                 std::span<std::int64_t> hosts);

}  // namespace muster
