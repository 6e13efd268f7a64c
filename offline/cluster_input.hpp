// Plain Kubernetes objects as `kubectl get nodes,pods,jobs -o yaml` prints them, or as manifests write them → model.
// Every bad object is reported with file, place and remedy; the others are read all the same.
#pragma once

#include "placement/model/node.hpp"
#include "placement/model/pod.hpp"
#include "placement/model/result.hpp"
#include "placement/topology/machine_library.hpp"

#include <span>
#include <string>
#include <vector>

namespace muster {

struct SourceText {
    std::string name;  // in errors: a path, or "stdin"
    std::string text;  // YAML (any number of documents) or JSON, Lists included
};

struct ClusterInput {
    std::vector<NodeFacts> nodes;
    // Bound pods of every scheduler, and unbound ones of ours; Jobs whose pods are not given are expanded into them. A
    // uid is always set: NAMESPACE/NAME where the object has none.
    std::vector<PodFacts> pods;
    std::vector<Error> errors;       // in input order; wrong gang declarations of unbound pods included
    std::vector<std::string> notes;  // what was left out, for people
};

// `scheduler_names`: ours. `machines`: what nodes may name by annotation or label. O(text), plus O(n log n) for names
// that must be unique.
[[nodiscard]] ClusterInput read_cluster_input(std::span<const SourceText> sources,
                                              const std::vector<std::string>& scheduler_names,
                                              const MachineSource& machines = built_in_machines());

}  // namespace muster
