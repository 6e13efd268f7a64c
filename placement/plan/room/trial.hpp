// A what-if on a snapshot. Everything put into it is undone by rollback or by its destruction; the snapshot given in is
// never touched. Used to plan several gangs one after the other, by `place` and by the planner thread.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/pod_shape.hpp"
#include "placement/model/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace muster {

// One thread uses a trial. A copy of view() is a snapshot of its own, which later calls leave as it is.
class Trial {
  public:
    // O(nodes / kChunkNodes).
    explicit Trial(const Snapshot& base);
    Trial(const Trial&) = delete;
    Trial& operator=(const Trial&) = delete;

    // Generation and fabric are those of the base.
    [[nodiscard]] const Snapshot& view() const { return view_; }
    using Checkpoint = std::size_t;
    [[nodiscard]] Checkpoint checkpoint() const { return taken_.size(); }
    // Back to the state at that checkpoint, which must be one of this trial that no rollback has undone. O(takes
    // undone).
    void rollback(Checkpoint to);
    // Takes `shape` on `node` out of what is free (as a reservation), whether it fits or not. O(resources).
    // Which GPUs it gets is not told.
    void take(NodeIdx node, const PodShape& shape);
    // Takes every placement of a plan of this request, made on this fabric. GPUs are told where the plan controls them:
    // a prediction is none of a pod that has not been admitted. From then on the members share the gang's traffic.
    // O(members × resources).
    void take(const GangRequest& request, const Plan& plan);

  private:
    struct Amounts {
        ResourceAmounts requests;
        std::vector<std::string> host_ports;
        std::vector<std::string> devices;
        std::string gang;  // as in Reserved
        std::vector<DeviceShare> shares = {};
        bool operator==(const Amounts&) const = default;
    };
    struct Taken {
        NodeIdx node;
        std::size_t amounts;  // index into amounts_
    };
    void take(NodeIdx node, Amounts amounts);
    void count(const Taken& taken, Snapshot::Use use);

    Snapshot view_;
    std::vector<bool> own_chunk_;   // copied from the base
    std::vector<Taken> taken_;      // the undo log: a take is undone by counting the same amounts the other way
    std::vector<Amounts> amounts_;  // equal neighbours stored once
};

}  // namespace muster
