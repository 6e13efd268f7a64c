// The only mutable truth about nodes and who uses them. One writer; readers take snapshots.
#pragma once

#include "placement/cluster/events.hpp"
#include "placement/cluster/snapshot.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/level.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/model/node.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/model/resources.hpp"
#include "placement/model/units.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

namespace muster {

// Where a pod uses or holds capacity.
struct PodUse {
    NodeName node;
    ResourceAmounts requests;
    std::vector<std::string> host_ports;
    bool stays = false;
    std::vector<std::string> devices = {};  // as in PodBound
    std::vector<DeviceShare> shares = {};
    std::vector<std::int32_t> share_devices = {};
    std::string gang = {};  // as in PodBound
    auto operator<=>(const PodUse&) const = default;
};

class ClusterState {
  public:
    // Levels must pass check_levels (placement/topology/fabric.hpp): settings do, choose_levels gives such.
    explicit ClusterState(std::vector<LevelSpec> levels);
    ClusterState(const ClusterState&) = delete;  // two states would write the same chunks
    ClusterState& operator=(const ClusterState&) = delete;
    ClusterState(ClusterState&&) = default;
    ClusterState& operator=(ClusterState&&) = default;
    ~ClusterState() = default;

    // Changes the hierarchy (presets are chosen again when labels change); rebuilds the fabric at the next snapshot.
    void set_levels(std::vector<LevelSpec> levels);
    [[nodiscard]] const std::vector<LevelSpec>& levels() const { return levels_; }

    // Applies one event. Node events only mark the fabric as stale; it is rebuilt once, at the next snapshot. A
    // NodeSeen with unchanged facts costs one comparison and changes nothing, as does any event that repeats what is
    // known. Pod events: O(resources). Never fails: events about unknown nodes are kept and count as soon as the node
    // is seen. Nodes whose machines are equal share one object in every later snapshot.
    Generation apply(const ClusterEvent& event);

    // O(nodes / kChunkNodes); after node changes O(nodes log nodes + pods) once.
    [[nodiscard]] Snapshot snapshot();
    [[nodiscard]] Generation generation() const { return generation_; }

    // nullptr when there is none; valid until the next apply.
    [[nodiscard]] const PodUse* bound(const PodUid& uid) const;
    [[nodiscard]] const PodUse* reservation(const PodUid& uid) const;
    [[nodiscard]] std::size_t reservation_count() const { return reserved_.size(); }
    [[nodiscard]] std::size_t bound_count() const { return bound_.size(); }
    [[nodiscard]] const NodeFacts* node(const NodeName& name) const;
    [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }

  private:
    bool on(const NodeSeen& event);
    bool on(const NodeGone& event);
    bool on(const PodBound& event);
    bool on(const PodGone& event);
    bool on(const Reserved& event);
    bool on(const Released& event);

    // Not noexcept, and so libstdc++ keeps the hash beside each entry: a look-up then compares no other pods' names.
    struct UidHash {
        std::size_t operator()(const PodUid& uid) const { return std::hash<PodUid>()(uid); }
    };
    using Uses = std::unordered_map<PodUid, PodUse, UidHash>;
    void put(Uses& uses, const PodUid& uid, PodUse use);
    bool remove(Uses& uses, const PodUid& uid);
    void count(const PodUse& pod, Snapshot::Use use);
    void rebuild();
    [[nodiscard]] GangTraffic all_traffic() const;  // of all pods, on the current fabric
    void drop_unused_machines();

    std::vector<LevelSpec> levels_;
    std::map<NodeName, NodeFacts> nodes_;
    std::set<MachineRef> machines_;  // of the nodes: equal ones are one object, however often they were read
    Uses bound_;
    Uses reserved_;
    Snapshot current_;
    // Per chunk: copied since the last snapshot, so that no reader holds it. A use count would not do: it is read
    // without synchronising with a reader that lets go on another thread.
    std::vector<bool> own_chunk_;
    bool fabric_stale_ = true;
    Generation generation_;
};

}  // namespace muster
