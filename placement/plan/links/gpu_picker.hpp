// The port for rules that say which GPUs of its machine a pod gets, and the three that there are.
//
//   predict-kubelet      what the kubelet and the vendor's plugin will give (placement/topology/kubelet_choice.hpp)
//   best-bandwidth       the sets of most bandwidth
//   least-fragmentation  of the sets that lose least (bandwidth_class.hpp) those that leave the largest rest able to
//   reach
//                        full ring bandwidth (reference gpu-topology §4.4, formula 11)
//
// The last two are true only where something on the node obeys the plan: DRA, or a device plugin that reads it.
#pragma once

#include "placement/model/machine_ref.hpp"
#include "placement/model/plan.hpp"
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"

#include <cstddef>
#include <memory>
#include <string_view>
#include <vector>

namespace muster {

// best-bandwidth looks at all divisions of up to this many free GPUs (8: at most 840), and least-fragmentation at all
// sets; of more GPUs both take GpuSetValues::best, one pod after the other.
inline constexpr std::size_t kMaxDivided = 8;

// What a rule may ask about one machine. Not for use by several threads at once: values are cached on the way.
struct MachineValues {
    explicit MachineValues(MachineRef ref);
    MachineRef machine;
    GpuSetValues values;
    KubeletRule rule;
};

// What is asked of a rule: a set of k GPUs for each of `pods` pods, k ≥ 1.
struct GpuQuestion {
    GpuMask free = 0;  // at least pods × k of them
    std::size_t k = 1;
    std::size_t pods = 1;
    bool neighbours = false;  // each pod talks to others of its gang (pod_mbps)
};

class GpuPicker {
  public:
    virtual ~GpuPicker() = default;
    [[nodiscard]] virtual std::string_view name() const = 0;  // one of kGpuPickers
    // What a plan may claim of sets that the rule gives: predicted or controlled.
    [[nodiscard]] virtual GpuSource source() const = 0;
    // Whether, of so many free GPUs, no other division ever gives the slowest pod more.
    [[nodiscard]] virtual bool divides_best(std::size_t /*free*/) const { return false; }
    // Disjoint sets, one for each pod, in the order in which the pods of a host take them. Same question, same answer.
    [[nodiscard]] virtual std::vector<GpuMask> pick(MachineValues& machine, const GpuQuestion& question) const = 0;
};

// nullptr: there is no rule of this name.
[[nodiscard]] std::shared_ptr<const GpuPicker> gpu_picker(std::string_view name);

}  // namespace muster
