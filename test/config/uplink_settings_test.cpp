// Uplinks of levels: their texts, listed levels, chosen ones, and what is refused.
#include "config/level_presets.hpp"
#include "config/load_settings.hpp"
#include "config/scalar_text.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::string first_fault(std::string_view text) {
    const auto settings = load_settings(text, "s.yaml");
    return settings ? "accepted" : to_string(settings.error().front());
}

TEST(ParseBandwidth, ReadsWholeNumbersWithTheirUnit) {
    EXPECT_EQ(parse_bandwidth("1600Gbps"), 200'000);
    EXPECT_EQ(parse_bandwidth("1600Gbit/s"), 200'000);
    EXPECT_EQ(parse_bandwidth("200GB/s"), 200'000);
    EXPECT_EQ(parse_bandwidth("1Gbps"), 125);
    EXPECT_EQ(parse_bandwidth("1000000Gbps"), 125'000'000);
    EXPECT_EQ(parse_bandwidth("125000GB/s"), 125'000'000);
}

TEST(ParseBandwidth, RefusesEverythingElse) {
    for (const char* text : {"", "1600", "Gbps", "0Gbps", "-1Gbps", "1.5Gbps", "1600 Gbps", "1600gbps", "1600Mbps",
                             "1000001Gbps", "125001GB/s", "99999999999999999999Gbps", "1Gbps2", "+1Gbps"})
        EXPECT_EQ(parse_bandwidth(text), std::nullopt) << text;
}

TEST(UplinkSettings, StandInTheListOfLevels) {
    const auto settings = load_settings(
        "topology: {levels: [{name: block, label: b}, {name: rack, label: r, uplink: 400Gbps}]}", "s.yaml");
    ASSERT_TRUE(settings);
    EXPECT_EQ(settings->levels, (std::vector<LevelSpec>{{"block", "b", 0}, {"rack", "r", 50'000}}));
    EXPECT_TRUE(settings->uplinks.empty());
}

TEST(UplinkSettings, OfChosenLevelsAreGivenByNameOrLabel) {
    const auto settings =
        load_settings("topology: {uplinks: {rack: 1600Gbps, topology.kubernetes.io/zone: 4000GB/s}}", "s.yaml");
    ASSERT_TRUE(settings);
    NodeFacts node;
    node.labels = {{"topology.kubernetes.io/zone", "z1"},
                   {"topology.muster.scheduler/block", "b1"},
                   {"topology.muster.scheduler/rack", "r1"}};
    const LevelChoice choice = choose_levels(std::vector{node}, settings->uplinks);
    EXPECT_EQ(choice.preset, "muster");
    EXPECT_EQ(choice.levels, (std::vector<LevelSpec>{{"zone", "topology.kubernetes.io/zone", 4'000'000},
                                                     {"block", "topology.muster.scheduler/block", 0},
                                                     {"rack", "topology.muster.scheduler/rack", 200'000}}));
}

TEST(UplinkSettings, ANameWinsOverALabel) {
    NodeFacts node;
    node.labels = {{"topology.muster.scheduler/rack", "r1"}};
    const std::vector nodes{node};
    const LevelChoice choice = choose_levels(nodes, {{"rack", 5}, {"topology.muster.scheduler/rack", 7}});
    EXPECT_EQ(choice.levels.back().uplink_mbps, 5);
    EXPECT_EQ(choose_levels(nodes, {{"leaf", 5}}).levels, choose_levels(nodes).levels);
}

TEST(UplinkSettings, NonsenseIsRefusedWithItsPathAndARemedy) {
    EXPECT_EQ(first_fault("topology: {levels: [{name: rack, label: r, uplink: fast}]}"),
              "s.yaml:1: topology.levels[0].uplink: \"fast\" is not a bandwidth; write a whole number and its unit, "
              "e.g. 1600Gbps or 200GB/s, 1000000Gbps at most");
    EXPECT_EQ(first_fault("topology:\n  uplinks: {rock: 1Gbps}"),
              "s.yaml:2: topology.uplinks.rock: is no level that can be chosen; did you mean \"rack\"?");
    EXPECT_EQ(first_fault("topology: {uplinks: {host: 400Gbps}}").substr(0, 60),
              "s.yaml:1: topology.uplinks.host: is no level that can be cho");
    EXPECT_EQ(first_fault("topology: {uplinks: {rack: }}"),
              "s.yaml:1: topology.uplinks.rack: is empty; write e.g. 1600Gbps, or remove it");
    EXPECT_EQ(first_fault("topology: {uplinks: 1600Gbps}"),
              "s.yaml:1: topology.uplinks: is not a map; write e.g. {rack: 1600Gbps}");
    EXPECT_EQ(first_fault("topology: {uplinks: {rack: [1Gbps]}}"),
              "s.yaml:1: topology.uplinks.rack: is not a single value; write one word");
    EXPECT_EQ(first_fault("topology: {uplinks: {rack: 1Gbps}, levels: [{name: rack, label: r}]}"),
              "s.yaml:1: topology.uplinks: is for levels that are chosen, and these are listed; write uplink in the "
              "list, e.g. {name: rack, label: example.com/rack, uplink: 1600Gbps}");
}

}  // namespace
}  // namespace muster
