// The immutable tree of domains over one set of nodes: root, then one layer per level (coarse to fine), hosts last.
// A domain's key is the path of values from the root, so the same rack name under two blocks is two racks. A node that
// lacks the label of a level hangs under a synthetic child of its parent (path element "~") and is reported.
// Everything is ordered by path, then node name, so the order of the input does not matter.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/model/level.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/model/node.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace muster {

// No label value of Kubernetes can be this (it must begin with a letter or a digit). An empty value counts as missing
// too.
inline constexpr std::string_view kMissing = "~";
// Deeper hierarchies than any known (GKE, OCI, Topograph: ≤ 6); the planner's packed counters rely on it.
inline constexpr std::size_t kMaxLevels = 12;

struct Domain {
    std::string value;                              // label value; node name at the host level; kMissing if synthetic
    DomainIdx parent;                               // root: itself
    std::uint32_t depth = 0;                        // 0 root, i+1 level i
    std::uint32_t first_child = 0, last_child = 0;  // half-open range of domain indices, children are contiguous
    std::uint32_t first_node = 0, last_node = 0;    // half-open range of node indices
    // The nodes below lack this level's label. They may or may not be neighbours, so such a domain counts as one domain
    // but never *holds* a gang: it satisfies no required level and is no answer to "lowest level that holds the gang".
    bool synthetic = false;
};

// A node without the label of a level. Reported once per fabric, sorted.
struct MissingLabel {
    NodeName node;
    std::string level;
    std::string label;
    auto operator<=>(const MissingLabel&) const = default;
};

// What is wrong with a list of levels (coarse to fine, without the host, which is implied): more than kMaxLevels of
// them, an empty name or label, a name or label used twice or meaning the host, an uplink below 0. nullopt: nothing.
[[nodiscard]] std::optional<Error> check_levels(std::span<const LevelSpec> levels);

class Fabric {
  public:
    // Levels coarse to fine without the host, which is implied. Errors: those of check_levels, a node without a name,
    // two nodes of one name. O(n log n).
    [[nodiscard]] static Result<std::shared_ptr<const Fabric>> build(std::vector<LevelSpec> levels,
                                                                     std::vector<NodeFacts> nodes);
    Fabric(const Fabric&) = delete;
    Fabric& operator=(const Fabric&) = delete;
    ~Fabric() = default;

    [[nodiscard]] std::span<const LevelSpec> levels() const { return levels_; }  // host included, last
    // By level name or by label key ("host" and kubernetes.io/hostname included); a name wins over a label key.
    [[nodiscard]] std::optional<LevelIdx> level(std::string_view name_or_label) const;
    [[nodiscard]] std::size_t node_count() const { return nodes_.size(); }
    [[nodiscard]] const NodeFacts& node(NodeIdx index) const { return nodes_[index.value()]; }
    [[nodiscard]] std::span<const NodeFacts> nodes() const { return nodes_; }
    [[nodiscard]] std::optional<NodeIdx> find(std::string_view node_name) const;
    [[nodiscard]] std::size_t domain_count() const { return domains_.size(); }
    [[nodiscard]] const Domain& domain(DomainIdx index) const { return domains_[index.value()]; }
    // Breadth first: all of one depth together.
    [[nodiscard]] std::span<const Domain> domains() const { return domains_; }
    [[nodiscard]] DomainIdx root() const { return DomainIdx(0); }
    [[nodiscard]] DomainIdx host_domain(NodeIdx node) const { return DomainIdx(first_host_domain_ + node.value()); }
    [[nodiscard]] DomainIdx domain_at(NodeIdx node, LevelIdx level) const;  // O(depth)
    // Values from the coarsest level to this domain joined by '/', e.g. "b1/r3"; empty for the root.
    [[nodiscard]] std::string path(DomainIdx index) const;
    [[nodiscard]] std::span<const MissingLabel> missing_labels() const { return missing_; }
    // The different machines inside the nodes, in their order; none is empty.
    [[nodiscard]] std::span<const MachineRef> machines() const { return machines_; }
    // Which of machines() is inside the node; nullopt: nothing is known of its inside.
    [[nodiscard]] std::optional<std::size_t> machine_of(NodeIdx node) const {
        if (machine_of_.empty() || machine_of_[node.value()] == 0) return std::nullopt;
        return machine_of_[node.value()] - 1;
    }

  private:
    Fabric() = default;
    friend class FabricBuilder;
    std::vector<LevelSpec> levels_;
    std::vector<NodeFacts> nodes_;
    std::vector<Domain> domains_;
    std::uint32_t first_host_domain_ = 0;
    std::unordered_map<std::string_view, NodeIdx> by_name_;  // keys point into nodes_
    std::vector<MissingLabel> missing_;
    std::vector<MachineRef> machines_;
    std::vector<std::uint32_t> machine_of_;  // by node: 1 + index into machines_, 0 none; empty when all have none
};

}  // namespace muster
