// Wishes on node labels that are no level of the fabric, and so may lie across its domains (power, maintenance zones):
// what they say, taken out of a request.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/topology/fabric.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace muster {

// The nodes by their value of a label. An empty value counts as missing, as in the fabric.
struct CrossingLabel {
    std::string key;
    std::vector<std::string> values;    // sorted
    std::vector<std::int32_t> of_node;  // by node, index into values; −1: the node lacks the label
};

// The members that a wish counts together: those of the gang, or of the roles of one name.
struct CrossingGroup {
    std::int32_t role = -1;          // the first role of the name (its index); −1: the gang
    std::vector<std::size_t> roles;  // indices into the request's
    std::int32_t members = 0;        // to place
    std::vector<NodeIdx> bound;      // with repetitions
};

// One thing that a wish says of one label. New members of its group are only put on nodes that have the label; bound
// ones elsewhere count nowhere.
struct CrossingWish {
    // In the order in which they are blamed.
    enum class Kind {
        together,  // all members in one value
        most,      // at most `number` members in a value that gets some
        alone,     // no other pod uses devices in a value that gets members
        least,     // at least `number` values hold members
        even,      // numbers in the values that hold members differ by at most `number`
    };
    Kind kind = Kind::together;
    std::size_t group = 0;
    std::size_t label = 0;
    std::int32_t number = 0;
    auto operator<=>(const CrossingWish&) const = default;
};

struct CrossingWishes {
    GangRequest rest;                     // without them, and without hold_preferred
    std::vector<CrossingLabel> labels;    // by key
    std::vector<CrossingGroup> groups;    // each once
    std::vector<CrossingWish> wishes;     // sorted
    std::vector<CrossingWish> preferred;  // all `together`: the gang's first, then those of roles in their order
    std::optional<SliceWish> sliced;      // slices are not planned on such labels
};

// Whether some wish names a label that is no level, though some node has it. O(wishes × (levels + nodes)).
[[nodiscard]] bool crosses_levels(const Fabric& fabric, const GangRequest& request);

// Names that are neither level nor label stay in `rest`. O(labels × nodes log nodes + wishes).
[[nodiscard]] CrossingWishes crossing_wishes(const Fabric& fabric, const GangRequest& request);

}  // namespace muster
