#include "config/level_presets.hpp"

#include "config/level_presets_data.hpp"
#include "placement/model/check.hpp"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>
#include <utility>

#include <yaml-cpp/yaml.h>

namespace muster {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 2> kInFront{
    {{"region", "topology.kubernetes.io/region"}, {"zone", "topology.kubernetes.io/zone"}}};

// nvidia.com/gpu.clique is <cluster uuid>.<clique>; this uuid says that the GPUs are in no fabric.
constexpr std::string_view kNoFabric = "00000000-0000-0000-0000-000000000000";

std::vector<LevelPreset> parse_presets() {
    std::vector<LevelPreset> presets;
    try {
        const YAML::Node root = YAML::Load(std::string(kLevelPresetsYaml));
        for (const auto& entry : root["presets"]) {
            LevelPreset preset{entry["name"].as<std::string>(), {}};
            for (const auto& level : entry["levels"]) {
                preset.levels.push_back({level["name"].as<std::string>(), level["label"].as<std::string>()});
            }
            presets.push_back(std::move(preset));
        }
    } catch (const YAML::Exception&) {
        constexpr bool kPresetsAreWellFormed = false;
        MUSTER_CHECK(kPresetsAreWellFormed);
    }
    MUSTER_CHECK(!presets.empty());
    return presets;
}

bool carries(const NodeFacts& node, std::string_view label) {
    const std::string* value = find_label(node.labels, label);
    return value != nullptr && !value->empty() && !value->starts_with(kNoFabric);
}

bool any_carries(std::span<const NodeFacts> nodes, std::string_view label) {
    return std::ranges::any_of(nodes, [&](const NodeFacts& node) { return carries(node, label); });
}

// How well a preset matches: nodes with any of its labels, then labels on nodes altogether, since generations share
// some.
using Match = std::pair<std::size_t, std::size_t>;

Match match(std::span<const NodeFacts> nodes, const LevelPreset& preset) {
    Match match{0, 0};
    for (const auto& node : nodes) {
        const auto labels =
            std::ranges::count_if(preset.levels, [&](const LevelSpec& level) { return carries(node, level.label); });
        match.first += labels > 0 ? 1 : 0;
        match.second += static_cast<std::size_t>(labels);
    }
    return match;
}

}  // namespace

const std::vector<LevelPreset>& level_presets() {
    static const std::vector<LevelPreset> kPresets = parse_presets();
    return kPresets;
}

LevelChoice choose_levels(std::span<const NodeFacts> nodes) {
    const LevelPreset* best = nullptr;
    Match most{0, 0};
    for (const auto& preset : level_presets()) {
        const Match found = match(nodes, preset);
        if (found > most) {
            best = &preset;
            most = found;
        }
    }
    LevelChoice choice;
    for (const auto& [name, label] : kInFront) {
        if (any_carries(nodes, label)) choice.levels.push_back({std::string(name), std::string(label)});
    }
    if (best == nullptr) return choice;
    choice.preset = best->name;
    for (const auto& level : best->levels) {
        if (any_carries(nodes, level.label)) choice.levels.push_back(level);
    }
    return choice;
}

LevelChoice choose_levels(std::span<const NodeFacts> nodes, const std::map<std::string, std::int64_t>& uplinks) {
    LevelChoice choice = choose_levels(nodes);
    for (LevelSpec& level : choice.levels) {
        for (const std::string& word : {level.name, level.label}) {
            const auto at = uplinks.find(word);
            if (at != uplinks.end() && level.uplink_mbps == 0) level.uplink_mbps = at->second;
        }
    }
    return choice;
}

const std::vector<std::string>& known_level_words() {
    static const std::vector<std::string> kWords = [] {
        std::set<std::string> words;
        for (const auto& [name, label] : kInFront) words.insert({std::string(name), std::string(label)});
        for (const auto& preset : level_presets()) {
            for (const auto& level : preset.levels) words.insert({level.name, level.label});
        }
        return std::vector<std::string>(words.begin(), words.end());
    }();
    return kWords;
}

}  // namespace muster
