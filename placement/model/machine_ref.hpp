// The machine inside a node, shared by all nodes of its type.
#pragma once

#include "placement/model/machine_graph.hpp"

#include <compare>
#include <memory>
#include <utility>

namespace muster {

// Empty: nothing is known of the inside, the node's GPUs are a plain set of equals. Compared by content, so that two
// readings of one dump are one machine; equal pointers cost nothing.
class MachineRef {
  public:
    MachineRef() = default;
    explicit MachineRef(std::shared_ptr<const MachineGraph> graph) : graph_(std::move(graph)) {}

    explicit operator bool() const { return graph_ != nullptr; }
    // Only when not empty.
    [[nodiscard]] const MachineGraph& operator*() const { return *graph_; }
    [[nodiscard]] const MachineGraph* operator->() const { return graph_.get(); }
    [[nodiscard]] const MachineGraph* get() const { return graph_.get(); }

    friend bool operator==(const MachineRef& a, const MachineRef& b) {
        return a.graph_ == b.graph_ || (a && b && *a == *b);
    }
    // Empty first, then by name, then by content. O(parts + links).
    friend std::strong_ordering operator<=>(const MachineRef& a, const MachineRef& b) {
        if (a.graph_ == b.graph_) return std::strong_ordering::equal;
        if (!a || !b) return static_cast<bool>(a) <=> static_cast<bool>(b);
        return *a <=> *b;
    }

  private:
    std::shared_ptr<const MachineGraph> graph_;
};

}  // namespace muster
