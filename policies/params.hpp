// Typed parameters of all policies, with their defaults, and the policies' names in settings. Standard library only:
// config/ includes this file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

// Sorted; make_policies knows all of them, and no other.
inline constexpr std::array<std::string_view, 8> kPolicyNames{
    "least_fragment", "pairwise_distance",      "prefer_label",    "rail_aligned",
    "spot_last",      "spread_failure_domains", "tightest_domain", "whole_cells"};

// In the order of the objective (design §5) unless the settings say otherwise: damage to what is left, then distance.
// Expected fragmentation is left to them: its mix of demand is a guess about the cluster.
inline constexpr std::array<std::string_view, 2> kDefaultPolicies{"whole_cells", "pairwise_distance"};

// Bounds of settings. Costs add up over members and domains and stay far below kMaxPolicyCost (placement/plan/policy).
inline constexpr std::int64_t kMaxDemandPods = 1'000'000;  // all entries of a demand mix together
inline constexpr std::int64_t kMaxDemandGpus = 1'024;      // GPUs of one pod
inline constexpr std::size_t kMaxPolicyListEntries = 64;   // devices, entries of a mix, labels, values

// Resources whose amounts are whole devices that gangs ask for. Extended resources such as NICs are left out on
// purpose: they are shared or come in numbers that no gang uses up.
[[nodiscard]] inline std::vector<std::string> default_device_resources() {
    return {"nvidia.com/gpu", "amd.com/gpu", "gpu.intel.com/i915", "gpu.intel.com/xe"};
}

struct WholeCellsParams {
    // Resources that make a host worth keeping whole.
    std::vector<std::string> devices = default_device_resources();
    auto operator<=>(const WholeCellsParams&) const = default;
};

struct PairwiseDistanceParams {
    // Whether pods on different hosts are apart at that level too. Off: NCCL takes pods with host names of their own
    // for different machines, so pods of one host are network neighbours like those of one rack (design §5). On, the
    // divisions of each rack's members over its hosts have to be searched too.
    bool hosts = false;
    auto operator<=>(const PairwiseDistanceParams&) const = default;
};

struct LeastFragmentParams {
    // How many pods of the demand ask for so many GPUs. The default is the Philly trace of 82,247 jobs (reference
    // traces-and-simulators §A, philly-pollux), jobs above 8 GPUs counted as pods of 8 and the rest: the largest public
    // count of GPUs by job that has gangs. Pods of one GPU never see a fragment; they stand here as part of the whole.
    struct Demand {
        std::int64_t gpus = 1;
        std::int64_t pods = 1;
        auto operator<=>(const Demand&) const = default;
    };
    std::vector<Demand> mix = {{1, 76'627}, {2, 1'818}, {4, 1'877}, {8, 2'433}};
    std::vector<std::string> devices = default_device_resources();
    auto operator<=>(const LeastFragmentParams&) const = default;
};

struct SpreadFailureDomainsParams {
    // Level by name or label key. Host: the one failure domain that every cluster has.
    std::string level = "host";
    auto operator<=>(const SpreadFailureDomainsParams&) const = default;
};

// A node label and one of its values.
struct LabelValue {
    std::string label;
    std::string value;  // empty: any
    auto operator<=>(const LabelValue&) const = default;
};

struct PreferLabelParams {
    // Nodes with one of these are preferred. Empty: no node costs anything; settings must name one.
    std::vector<LabelValue> labels;
    auto operator<=>(const PreferLabelParams&) const = default;
};

struct SpotLastParams {
    // What marks nodes that their owner may take back at any time.
    std::vector<LabelValue> labels = {
        // GKE: cloud.google.com/kubernetes-engine/docs/concepts/spot-vms and …/preemptible-vms; gke-provisioning is the
        // newer label for both.
        {"cloud.google.com/gke-spot", "true"},
        {"cloud.google.com/gke-preemptible", "true"},
        {"cloud.google.com/gke-provisioning", "spot"},
        {"cloud.google.com/gke-provisioning", "preemptible"},
        // EKS managed node groups: docs.aws.amazon.com/eks/latest/userguide/managed-node-groups.html
        {"eks.amazonaws.com/capacityType", "SPOT"},
        // AKS spot node pools: learn.microsoft.com/azure/aks/spot-node-pool
        {"kubernetes.azure.com/scalesetpriority", "spot"},
        // Karpenter, on any cloud: karpenter.sh/docs/reference, well-known labels
        {"karpenter.sh/capacity-type", "spot"},
    };
    auto operator<=>(const SpotLastParams&) const = default;
};

struct PolicyParams {
    WholeCellsParams whole_cells;
    PairwiseDistanceParams pairwise_distance;
    LeastFragmentParams least_fragment;
    SpreadFailureDomainsParams spread_failure_domains;
    PreferLabelParams prefer_label;
    SpotLastParams spot_last;
    // Names of policies that stand before the numbers of domains, for every gang.
    std::vector<std::string> leading = {};
    auto operator<=>(const PolicyParams&) const = default;
};

}  // namespace muster
