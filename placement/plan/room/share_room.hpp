// How many pods with a part of devices (DeviceShare) fit on a node, whatever devices the pods have whose devices nobody
// tells.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/plan/room/node_room.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Equal devices of one node, for one resource. Amounts are 0…kMaxAmount.
struct DeviceSpace {
    std::vector<std::int64_t> free;    // by device, what is left of it by what is told
    std::vector<std::int64_t> untold;  // as ShareClaims::untold
    std::int64_t loose = 0;            // as ShareClaims::loose
};

// nullopt: the node does not tell how many devices it has for the resource, so only amounts count. A device has the
// whole part of allocatable / devices. By `ever`, with nothing on it: an upper bound, and never less than by `now`.
// O(resources of shared devices + devices + untold).
[[nodiscard]] std::optional<DeviceSpace> device_space(const Snapshot& snapshot, NodeIdx node, std::string_view resource,
                                                      RoomBasis basis);

// The most pods, 0…most, that surely find their parts (`share.amount` > 0 of each of `share.devices` ≥ 1 devices):
// as many as there is room for in the worst of all ways to lay untold and loose claims on devices, whether they fit
// there or not. Exact where nothing is loose and the ways are at most kWaysLooked; else a lower bound (share_room.cpp).
// Given the claims, the pods' own devices are taken to be chosen well; with parts of one device any choice will do.
// Less claimed is never less room. O(devices × (kWaysLooked + log most) + untold).
inline constexpr std::int64_t kWaysLooked = 512;
[[nodiscard]] std::int64_t share_room(const DeviceSpace& space, const DeviceShare& share, std::int64_t most);

// Whether members of several roles surely find their parts on the node now, in whatever order they come: the members of
// each role do, with those of all others as claims that nobody tells. Sound, not exact: the others may do no harm where
// they are placed. `counts` by role. O(roles² × share_room).
[[nodiscard]] bool shares_fit(const Snapshot& snapshot, NodeIdx node, std::span<const RoleRequest> roles,
                              std::span<const std::int32_t> counts);

// Resources with shares in the request of which some placement's node does not tell the devices, so that the plan knows
// only the sum: "share of one device: RESOURCE", sorted. O(members × shares).
[[nodiscard]] std::vector<std::string> unchecked_shares(const Snapshot& snapshot, const GangRequest& request,
                                                        std::span<const Placement> placements);

}  // namespace muster
