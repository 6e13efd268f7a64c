#include "placement/topology/fabric.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>

namespace muster {
namespace {

Error level_error(std::size_t index, std::string what, std::string remedy) {
    return Error{ErrorCode::bad_input, "levels[" + std::to_string(index) + "]", std::move(what), std::move(remedy)};
}

}  // namespace

std::optional<Error> check_levels(std::span<const LevelSpec> levels) {
    if (levels.size() > kMaxLevels) {
        return Error{ErrorCode::limit, "levels", std::to_string(levels.size()) + " levels",
                     "give at most " + std::to_string(kMaxLevels) + "; the host is implied"};
    }
    for (std::size_t i = 0; i < levels.size(); ++i) {
        const auto& [name, label, uplink_mbps] = levels[i];
        if (name.empty()) return level_error(i, "level without a name", "name it, e.g. rack");
        if (label.empty()) return level_error(i, "level " + name + " without a label", "give the node label's key");
        if (name == kHostLevel || label == kHostnameLabel) {
            return level_error(i, "level " + name + " is the host", "leave it out; the host is implied");
        }
        if (uplink_mbps < 0) return level_error(i, "level " + name + " with an uplink below 0", "give it in MB/s");
        for (const auto& earlier : levels.first(i)) {
            if (earlier.name == name) return level_error(i, "two levels named " + name, "give each its own name");
            if (earlier.label == label) return level_error(i, "label " + label + " on two levels", "keep one of them");
        }
    }
    return std::nullopt;
}

class FabricBuilder {
  public:
    FabricBuilder(std::vector<LevelSpec> levels, std::vector<NodeFacts> nodes)
        : fabric_(new Fabric), depth_(levels.size()), nodes_(std::move(nodes)) {
        fabric_->levels_ = std::move(levels);
    }

    Result<std::shared_ptr<const Fabric>> build() {
        if (auto error = check_levels(fabric_->levels_)) return std::unexpected(std::move(*error));
        read_labels();
        sort_nodes();
        if (auto error = index_names()) return std::unexpected(std::move(*error));
        fabric_->levels_.push_back({std::string(kHostLevel), std::string(kHostnameLabel)});
        add_domains();
        number_machines();
        std::ranges::sort(fabric_->missing_);
        return std::shared_ptr<const Fabric>(std::move(fabric_));
    }

  private:
    // values_[node × depth_ + level], a view of the label's value or kMissing.
    [[nodiscard]] std::string_view value(std::size_t node, std::size_t level) const {
        return values_[node * depth_ + level];
    }

    void read_labels() {
        values_.reserve(nodes_.size() * depth_);
        for (const auto& node : nodes_) {
            for (const auto& level : fabric_->levels_) {
                const std::string* label = find_label(node.labels, level.label);
                const bool present = label != nullptr && !label->empty() && *label != kMissing;
                values_.push_back(present ? std::string_view(*label) : kMissing);
                if (!present) fabric_->missing_.push_back({node.name, level.name, level.label});
            }
        }
    }

    // Path order, then name. Values stay views into the label strings: moving a NodeFacts moves the label vector's
    // buffer, never its strings.
    void sort_nodes() {
        std::vector<std::uint32_t> order(nodes_.size());
        std::iota(order.begin(), order.end(), 0U);
        std::ranges::sort(order, [&](std::uint32_t a, std::uint32_t b) {
            for (std::size_t level = 0; level < depth_; ++level) {
                if (const auto by_value = value(a, level) <=> value(b, level); by_value != 0) return by_value < 0;
            }
            return nodes_[a].name < nodes_[b].name;
        });
        std::vector<std::string_view> sorted_values;
        sorted_values.reserve(values_.size());
        fabric_->nodes_.reserve(nodes_.size());
        for (const std::uint32_t at : order) {
            for (std::size_t level = 0; level < depth_; ++level) sorted_values.push_back(value(at, level));
            fabric_->nodes_.push_back(std::move(nodes_[at]));
        }
        values_ = std::move(sorted_values);
    }

    std::optional<Error> index_names() {
        const auto& nodes = fabric_->nodes_;
        MUSTER_CHECK(nodes.size() <= std::numeric_limits<std::uint32_t>::max() / (kMaxLevels + 2));
        fabric_->by_name_.reserve(nodes.size());
        for (std::uint32_t i = 0; i < nodes.size(); ++i) {
            const std::string& name = nodes[i].name.str();
            if (name.empty()) return Error{ErrorCode::bad_input, "Node", "no metadata.name", "name the node"};
            if (!fabric_->by_name_.emplace(name, NodeIdx(i)).second) {
                return Error{ErrorCode::bad_input, "Node " + name, "given twice", "keep one of them"};
            }
        }
        return std::nullopt;
    }

    // One layer after the other: nodes are sorted, so the domains of a layer are runs of equal paths.
    void add_domains() {
        auto& domains = fabric_->domains_;
        const auto count = static_cast<std::uint32_t>(fabric_->nodes_.size());
        domains.push_back({.value = {}, .parent = DomainIdx(0), .last_node = count});
        std::uint32_t first_parent = 0;
        for (std::size_t level = 0; level <= depth_; ++level) {
            const auto first = static_cast<std::uint32_t>(domains.size());
            if (level == depth_) fabric_->first_host_domain_ = first;
            for (std::uint32_t parent = first_parent; parent < first; ++parent) add_children(DomainIdx(parent), level);
            first_parent = first;
        }
    }

    void add_children(DomainIdx parent, std::size_t level) {
        auto& domains = fabric_->domains_;
        const std::uint32_t last_node = domains[parent.value()].last_node;
        domains[parent.value()].first_child = static_cast<std::uint32_t>(domains.size());
        for (std::uint32_t node = domains[parent.value()].first_node; node < last_node;) {
            std::uint32_t end = node + 1;
            std::string_view name = fabric_->nodes_[node].name.str();
            if (level < depth_) {
                name = value(node, level);
                while (end < last_node && value(end, level) == name) ++end;
            }
            domains.push_back({.value = std::string(name),
                               .parent = parent,
                               .depth = static_cast<std::uint32_t>(level + 1),
                               .first_node = node,
                               .last_node = end,
                               .synthetic = level < depth_ && name == kMissing});
            node = end;
        }
        domains[parent.value()].last_child = static_cast<std::uint32_t>(domains.size());
    }

    // Nodes of one type mostly share one graph; equal graphs are one machine.
    void number_machines() {
        std::unordered_map<const MachineGraph*, std::uint32_t> number;
        auto& machines = fabric_->machines_;
        for (const NodeFacts& node : fabric_->nodes_) {
            if (node.machine && number.emplace(node.machine.get(), 0).second) machines.push_back(node.machine);
        }
        if (machines.empty()) return;
        std::ranges::sort(machines);
        std::uint32_t next = 0;
        for (std::size_t i = 0; i < machines.size(); ++i) {
            if (i == 0 || machines[i] != machines[i - 1]) ++next;
            number[machines[i].get()] = next;
        }
        const auto repeated = std::ranges::unique(machines);
        machines.erase(repeated.begin(), repeated.end());
        fabric_->machine_of_.reserve(fabric_->nodes_.size());
        for (const NodeFacts& node : fabric_->nodes_)
            fabric_->machine_of_.push_back(node.machine ? number.at(node.machine.get()) : 0);
    }

    std::shared_ptr<Fabric> fabric_;
    std::size_t depth_;  // levels without the host
    std::vector<NodeFacts> nodes_;
    std::vector<std::string_view> values_;
};

Result<std::shared_ptr<const Fabric>> Fabric::build(std::vector<LevelSpec> levels, std::vector<NodeFacts> nodes) {
    return FabricBuilder(std::move(levels), std::move(nodes)).build();
}

std::optional<LevelIdx> Fabric::level(std::string_view name_or_label) const {
    for (const auto member : {&LevelSpec::name, &LevelSpec::label}) {
        const auto at = std::ranges::find(levels_, name_or_label, member);
        if (at != levels_.end()) return LevelIdx(static_cast<std::uint32_t>(at - levels_.begin()));
    }
    return std::nullopt;
}

std::optional<NodeIdx> Fabric::find(std::string_view node_name) const {
    const auto at = by_name_.find(node_name);
    return at == by_name_.end() ? std::nullopt : std::optional(at->second);
}

DomainIdx Fabric::domain_at(NodeIdx node, LevelIdx level) const {
    MUSTER_CHECK(level.value() < levels_.size());
    DomainIdx at = host_domain(node);
    while (domain(at).depth > level.value() + 1) at = domain(at).parent;
    return at;
}

std::string Fabric::path(DomainIdx index) const {
    if (index == root()) return {};
    const Domain& here = domain(index);
    if (here.parent == root()) return here.value;
    return path(here.parent) + '/' + here.value;
}

}  // namespace muster
