// The part of the checker that looks at links: GPU sets inside the hosts and where they come from, uplinks that the
// gang crosses, and the bandwidth that the plan states. Like verify_plan it shares no code with the planner: values of
// sets and the kubelet's rule are facts of placement/topology, and everything else is done again here.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/ids.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/model/plan.hpp"

#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>

namespace muster {

// What checks found out about machines, for the next ones: values of GPU sets, and what the kubelet gives. Changes no
// answer. Not for use by several threads at once.
class CheckedMachines {
  public:
    CheckedMachines();
    ~CheckedMachines();
    CheckedMachines(const CheckedMachines&) = delete;
    CheckedMachines& operator=(const CheckedMachines&) = delete;

    struct Facts;
    // Good until the next limit(). The first time O(GPUs² × depth of the PCIe tree).
    [[nodiscard]] Facts& of(const MachineRef& machine);
    // Forgets all where they are many.
    void limit();

  private:
    std::map<MachineRef, std::unique_ptr<Facts>> facts_;
};

// nullopt when every member that asks for GPUs of a machine says where they come from, and no other does; when known
// sets have the right size, are free, disjoint, and, if predicted, what the kubelet gives; when nothing is claimed
// where GPUs in use are not known, and nothing left open where it need not be; and when bandwidth class, bus bandwidth,
// slowest uplink and rule are as stated. Where a controlling rule had to guess, class and bandwidth are checked as a
// range. Else a sentence. `seats`: the node of each placement, in their order. O(members), and once for each machine in
// use and state of it the values of the sets concerned, which may take tens of milliseconds for machines of 16 GPUs.
[[nodiscard]] std::optional<std::string> verify_gpus(const Snapshot& snapshot, const GangRequest& request,
                                                     const Plan& plan, std::span<const NodeIdx> seats,
                                                     CheckedMachines& machines);

}  // namespace muster
