// How many members of one shape each node has room for. All facts about real fit on a node meet here: requests of every
// resource, parts of devices, node rules, host ports, at most one per host, nodes to avoid.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/pod_shape.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace muster {

// now: what is free. ever: what could be free with every pod gone that can go away, and with the state of nodes that
// comes and goes (not ready, cordoned, the taints that Kubernetes sets for such conditions) taken as good. Room by
// `ever` is never smaller than room by `now`, whatever happens on today's nodes.
enum class RoomBasis { now, ever };

// Whether a resource is a device (extended resources have a domain name before their name) and not cpu, memory, … .
[[nodiscard]] inline bool is_device(std::string_view resource) {
    return resource.contains('/');
}

class NodeRoom {
  public:
    // The snapshot and the shape outlive the object.
    NodeRoom(const Snapshot& snapshot, const PodShape& shape, RoomBasis basis);

    // Node rules alone, amounts aside. O(1) when neither shape nor node has any, else as judge_node.
    [[nodiscard]] bool admits(NodeIdx node) const;
    // 0…most. O(resources), after admits; where parts of devices are asked for, share_room for each.
    [[nodiscard]] std::int32_t members(NodeIdx node, std::int32_t most) const;
    // The same of every node, by node. O(nodes × resources), most of it in runs of equal resources.
    void members_of_all(std::int32_t most, std::span<std::int64_t> rooms) const;
    // The resource that keeps the node from holding one member more; empty when something else does (node rules, a host
    // port, one per host). Of equally scarce ones the first by name.
    [[nodiscard]] std::string_view scarce(NodeIdx node) const;

  private:
    struct Request {
        std::string_view name;
        std::int64_t amount = 0;            // > 0
        std::optional<ResourceIdx> column;  // absent: no node offers it
        const DeviceShare* share = nullptr;
    };
    // At most so many on any node, whatever it offers.
    [[nodiscard]] std::int64_t limit(std::int32_t most) const;
    // members() of the nodes of one chunk (snapshot.hpp), as many as `rooms` has entries.
    void members_of_chunk(std::size_t chunk, std::int32_t most, std::span<std::int64_t> rooms) const;
    // What the nodes of a chunk offer, node rules aside; `kept` may be used for it.
    [[nodiscard]] std::span<const std::int64_t> offered_in_chunk(std::size_t chunk, const Request& request,
                                                                 std::span<std::int64_t> kept) const;
    [[nodiscard]] std::int64_t offered(NodeIdx node, const Request& request) const;
    // Members by its devices; `most` where the node does not tell them, or none are asked for.
    [[nodiscard]] std::int64_t room_on_devices(NodeIdx node, const Request& request, std::int64_t most) const;
    [[nodiscard]] bool ports_taken(NodeIdx node) const;

    const Snapshot& snapshot_;
    const PodShape& shape_;
    RoomBasis basis_;
    bool any_node_ = false;          // the shape has no node rules of its own
    bool by_amounts_alone_ = false;  // nor shares or host ports
    std::vector<Request> requests_;
};

// Room of every domain, by domain index: the sum over its nodes, each at most the number of members to place. Nodes to
// avoid have none, nor have nodes of bound members when the shape is one_per_host; caps hold. `ever` leaves all this
// aside: lessons are forgotten and bound members may go. O(nodes × resources + domains).
[[nodiscard]] std::vector<std::int64_t> domain_room(const Snapshot& snapshot, const GangRequest& request,
                                                    RoomBasis basis);

}  // namespace muster
