#include "config/level_presets.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

NodeFacts node(const std::string& name, Labels labels) {
    NodeFacts facts;
    facts.name = NodeName(name);
    facts.labels = std::move(labels);
    normalize(facts.labels);
    return facts;
}

std::vector<std::string> names(const LevelChoice& choice) {
    std::vector<std::string> names;
    for (const auto& level : choice.levels) names.push_back(level.name);
    return names;
}

TEST(LevelPresets, EveryPresetIsWellFormed) {
    std::set<std::string> seen;
    for (const auto& preset : level_presets()) {
        EXPECT_TRUE(seen.insert(preset.name).second) << preset.name;
        EXPECT_FALSE(preset.levels.empty()) << preset.name;
        std::set<std::string> levels;
        std::set<std::string> labels;
        for (const auto& level : preset.levels) {
            EXPECT_TRUE(levels.insert(level.name).second) << preset.name << " " << level.name;
            EXPECT_TRUE(labels.insert(level.label).second) << preset.name << " " << level.label;
            EXPECT_NE(level.name, kHostLevel) << preset.name;
            EXPECT_NE(level.name, "zone") << preset.name;
            EXPECT_NE(level.name, "region") << preset.name;
            EXPECT_NE(level.label.find('/'), std::string::npos) << preset.name;
        }
    }
    EXPECT_GE(seen.size(), 10U);
}

TEST(ChooseLevels, WithoutLabelsThereAreOnlyHosts) {
    const std::vector nodes{node("a", {}), node("b", {{"kubernetes.io/hostname", "b"}})};
    const LevelChoice choice = choose_levels(nodes);
    EXPECT_EQ(choice.preset, "");
    EXPECT_TRUE(choice.levels.empty());
}

TEST(ChooseLevels, EveryGenerationIsRecognisedByItsOwnLabels) {
    for (const auto& preset : level_presets()) {
        Labels labels;
        for (const auto& level : preset.levels) labels.emplace_back(level.label, "x");
        const std::vector nodes{node("a", labels)};
        const LevelChoice choice = choose_levels(nodes);
        EXPECT_EQ(choice.preset, preset.name);
        EXPECT_EQ(choice.levels, preset.levels) << preset.name;
    }
}

TEST(ChooseLevels, ThePresetOfMostNodesIsReducedToWhatIsThere) {
    const std::vector nodes{
        node("a", {{"topology.gke.io/rack", "r"}}),
        node("b", {{"network.topology.nvidia.com/leaf", "l1"}, {"topology.kubernetes.io/zone", "z"}}),
        node("c", {{"network.topology.nvidia.com/leaf", "l2"}, {"network.topology.nvidia.com/core", "c"}})};
    const LevelChoice choice = choose_levels(nodes);
    EXPECT_EQ(choice.preset, "topograph-0.5");
    EXPECT_EQ(names(choice), (std::vector<std::string>{"zone", "core", "leaf"}));
}

TEST(ChooseLevels, RegionAndZoneStandInFrontAlsoWithoutAPreset) {
    const std::vector nodes{node("a", {{"topology.kubernetes.io/zone", "z"}, {"topology.kubernetes.io/region", "r"}})};
    EXPECT_EQ(names(choose_levels(nodes)), (std::vector<std::string>{"region", "zone"}));
}

TEST(ChooseLevels, TheOrderOfNodesDoesNotMatter) {
    std::vector nodes{node("a", {{"topology.gke.io/rack", "r"}}), node("b", {{"crusoe.ai/pod.id", "p"}})};
    const LevelChoice one = choose_levels(nodes);
    std::ranges::reverse(nodes);
    const LevelChoice two = choose_levels(nodes);
    EXPECT_EQ(one.preset, two.preset);
    EXPECT_EQ(one.levels, two.levels);
    EXPECT_EQ(one.preset, "gke-old");
}

TEST(ChooseLevels, AnEmptyValueAndNvidiasAllZeroFabricAreNoLabel) {
    const std::vector nodes{node("a", {{"nvidia.com/gpu.clique", "00000000-0000-0000-0000-000000000000.0"}}),
                            node("b", {{"nvidia.com/gpu.clique", ""}})};
    EXPECT_TRUE(choose_levels(nodes).levels.empty());
    const std::vector real{node("a", {{"nvidia.com/gpu.clique", "8f3c2d10-0000-4000-8000-1234567890ab.32766"}})};
    EXPECT_EQ(choose_levels(real).preset, "nvidia-clique");
}

}  // namespace
}  // namespace muster
