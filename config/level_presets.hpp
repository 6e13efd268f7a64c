// Label generations of network hierarchies (reference gpu-topology §2.2), kept as data in level_presets.yaml, and the
// choice among them from the labels that nodes carry.
#pragma once

#include "placement/model/level.hpp"
#include "placement/model/node.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace muster {

struct LevelPreset {
    std::string name;               // "gke", "oci", "topograph-v1", …
    std::vector<LevelSpec> levels;  // coarse to fine, without the host
};

[[nodiscard]] const std::vector<LevelPreset>& level_presets();

// The preset whose labels most nodes carry (ties: the one with more labels on nodes, then the one listed first),
// reduced to the levels that at least one node carries, with topology.kubernetes.io/region and /zone in front where
// present. No labels at all: empty, hosts only. An empty label value, and NVIDIA's all-zero fabric id, count as no
// label. Independent of the order of nodes. O(nodes × labels of presets).
struct LevelChoice {
    std::string preset;  // empty: none matched
    std::vector<LevelSpec> levels;
};
[[nodiscard]] LevelChoice choose_levels(std::span<const NodeFacts> nodes);
// The same, and the uplinks of the levels chosen, MB/s by name or label key; a name wins over a label key, what names
// none of them is left out.
[[nodiscard]] LevelChoice choose_levels(std::span<const NodeFacts> nodes,
                                        const std::map<std::string, std::int64_t>& uplinks);
// Names and label keys of all levels that can be chosen, sorted, each once.
[[nodiscard]] const std::vector<std::string>& known_level_words();

}  // namespace muster
