#include "offline/place.hpp"

#include "offline/placement_report.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

NodeFacts node(const std::string& name, const std::string& rack) {
    NodeFacts facts;
    facts.name = NodeName(name);
    if (!rack.empty()) facts.labels = {{"topology.muster.scheduler/rack", rack}};
    facts.allocatable = {{"nvidia.com/gpu", 8}, {"pods", 110}};
    return facts;
}

PodFacts member(const std::string& gang, int index, std::int32_t needed, std::int64_t gpus = 8) {
    PodFacts pod;
    pod.key = {"ml", gang + "-" + std::to_string(index)};
    pod.uid = PodUid("uid-" + pod.key.name);
    pod.scheduler_name = "muster";
    pod.shape.requests = {{"nvidia.com/gpu", gpus}, {"pods", 1}};
    pod.gang = GangDeclaration{{"ml", gang}, needed, std::nullopt, "", std::nullopt, {}};
    return pod;
}

ClusterInput world() {
    ClusterInput input;
    for (int i = 1; i <= 4; ++i) input.nodes.push_back(node("n" + std::to_string(i), i <= 2 ? "r1" : "r2"));
    for (int i = 0; i < 2; ++i) input.pods.push_back(member("llama", i, 2));
    for (int i = 0; i < 3; ++i) input.pods.push_back(member("mega", i, 3));
    for (auto& pod : input.pods) pod.created_s = pod.gang->key.name == "llama" ? 1 : 2;
    return input;
}

TEST(Place, GangsArePlannedOneAfterTheOtherOnWhatIsLeft) {
    const auto list = place(world(), {});
    ASSERT_TRUE(list);
    ASSERT_EQ(list->items.size(), 2U);
    EXPECT_EQ(list->items[0].key.name, "llama");
    EXPECT_EQ(list->items[0].verdict, Verdict::fits);
    EXPECT_EQ(list->items[1].verdict, Verdict::does_not_fit);
    ASSERT_TRUE(list->items[1].shortfall);
    EXPECT_EQ(list->items[1].shortfall->best, 2);
}

TEST(Place, GpusAreNamedOnlyWhereTheyAreKnown) {
    ClusterInput input;
    input.nodes = {node("n1", "r1")};
    input.nodes.front().machine = MachineRef(machine_profile("hgx-h100"));
    input.nodes.front().gpu_resource = "nvidia.com/gpu";
    input.pods = {member("llama", 0, 2, 2), member("llama", 1, 2, 2)};
    auto list = place(input, {});
    ASSERT_TRUE(list);
    EXPECT_NE(placement_table(*list).find("91.2 GB/s, GPUs predicted on hgx-h100\n"), std::string::npos)
        << placement_table(*list);
    const std::string json = placement_json(*list);
    EXPECT_NE(json.find("\"gpuSource\": \"predicted\""), std::string::npos) << json;
    EXPECT_NE(json.find("\"machines\": [\n        \"hgx-h100\"\n      ]"), std::string::npos) << json;
    EXPECT_NE(json.find("\"busBandwidthGBps\": 91.2"), std::string::npos) << json;

    PodFacts silent = member("other", 0, 1, 2);
    silent.gang.reset();
    silent.node = NodeName("n1");
    input.pods.push_back(silent);
    list = place(input, {});
    ASSERT_TRUE(list);
    EXPECT_NE(placement_table(*list).find("at least 91.2 GB/s, GPUs unknown"), std::string::npos)
        << placement_table(*list);
    EXPECT_EQ(placement_json(*list).find("\"gpus\""), std::string::npos);
}

// Two racks with room for one member each, and a gang of two that would rather share one.
ClusterInput patient_world() {
    ClusterInput input;
    for (int i = 1; i <= 4; ++i) input.nodes.push_back(node("n" + std::to_string(i), i <= 2 ? "r1" : "r2"));
    for (const char* busy : {"n1", "n3"}) {
        PodFacts pod;
        pod.key = {"ml", std::string("on-") + busy};
        pod.uid = PodUid(pod.key.name);
        pod.node = NodeName(busy);
        pod.phase = PodPhase::running;
        pod.created_s = 100;
        pod.shape.requests = {{"nvidia.com/gpu", 1}, {"pods", 1}};
        input.pods.push_back(pod);
    }
    for (int i = 0; i < 2; ++i) {
        input.pods.push_back(member("g", i, 2));
        input.pods.back().created_s = 1'000 + i;
        input.pods.back().gang->wish.preferred = "rack";
        input.pods.back().gang->wish.wait_s = 300;
    }
    return input;
}

TEST(Place, AGangWaitsForItsPreferredLevelUntilTheTimeIsOver) {
    const ClusterInput input = patient_world();
    PlaceOptions options;
    for (const std::int64_t now : {0, 1'001, 1'300}) {
        options.now_s = now == 0 ? std::nullopt : std::optional(now);
        const auto list = place(input, options);
        EXPECT_EQ(list->items[0].verdict, Verdict::waits) << now;
        EXPECT_EQ(list->items[0].until_s, 1'301);
        EXPECT_EQ(list->items[0].reason_code, "waits-for-level");
        EXPECT_NE(placement_json(*list).find("\"until\": \"1970-01-01T00:21:41Z\""), std::string::npos);
    }
    options.now_s = 1'301;
    const auto late = place(input, options);
    EXPECT_EQ(late->items[0].verdict, Verdict::fits);
    EXPECT_FALSE(late->items[0].until_s);
}

TEST(Place, AGangThatDoesNotExistYetWaitsFromNow) {
    ClusterInput input = patient_world();
    input.pods.back().created_s = 0;
    PlaceOptions options;
    options.now_s = 50'000;
    EXPECT_EQ(place(input, options)->items[0].until_s, 50'300);
    for (auto& pod : input.pods) pod.created_s = 0;
    options.now_s.reset();
    const auto timeless = place(input, options);
    EXPECT_EQ(timeless->items[0].verdict, Verdict::waits);
    EXPECT_FALSE(timeless->items[0].until_s) << "nobody knows what time it is";
    EXPECT_NE(timeless->items[0].reason.find("for 5m from its creation"), std::string::npos);
}

TEST(Place, TheOrderOfTheInputDoesNotMatter) {
    ClusterInput input = world();
    const std::string expected = placement_json(*place(input, {}));
    for (int i = 0; i < 8; ++i) {
        std::ranges::rotate(input.nodes, input.nodes.begin() + 1);
        std::ranges::rotate(input.pods, input.pods.begin() + 2);
        EXPECT_EQ(placement_json(*place(input, {})), expected);
    }
}

TEST(Place, ConfiguredLevelsReplaceTheLabelsFound) {
    ClusterInput input = world();
    for (auto& n : input.nodes) n.labels.emplace_back("x/hall", "h1");
    for (auto& n : input.nodes) normalize(n.labels);
    const auto list = place(input, {std::vector<LevelSpec>{{"hall", "x/hall"}}, {}});
    ASSERT_TRUE(list);
    EXPECT_EQ(list->preset, "");
    EXPECT_EQ(list->items[0].quality->level, "hall");
    EXPECT_EQ(list->levels.size(), 2U);
}

TEST(Place, LevelsThatNoFabricCanHaveAreAnError) {
    EXPECT_FALSE(place(world(), {std::vector<LevelSpec>{{"a", "x"}, {"a", "y"}}, {}}));
}

TEST(Place, NodesOutsideALevelAreListed) {
    ClusterInput input = world();
    input.nodes.push_back(node("n5", ""));
    const auto list = place(input, {});
    ASSERT_EQ(list->missing.size(), 1U);
    EXPECT_EQ(list->missing[0].node.str(), "n5");
}

TEST(Place, ValuesThatStandUnderSeveralParentsAreListed) {
    ClusterInput input = world();
    for (auto& n : input.nodes) {
        n.labels.emplace_back("topology.muster.scheduler/block", n.name.str() == "n1" ? "b1" : "b2");
        normalize(n.labels);
    }
    EXPECT_EQ(place(input, {})->shared, (std::vector<SharedValues>{{"rack", "block", {"r1"}, {"b1", "b2"}}}));
    EXPECT_TRUE(place(world(), {})->shared.empty());
}

TEST(Place, NothingPendingIsAnEmptyList) {
    const auto list = place(ClusterInput(), {});
    ASSERT_TRUE(list);
    EXPECT_TRUE(list->items.empty());
    EXPECT_EQ(placement_table(*list), "No pending gangs.\n");
    EXPECT_EQ(
        placement_json(*list),
        "{\n  \"apiVersion\": \"muster.scheduler/v1alpha1\",\n  \"kind\": \"PlacementList\",\n  \"items\": []\n}\n");
}

TEST(PlacementTable, EachGangIsOneAlignedLine) {
    ClusterInput input = world();
    input.pods.push_back(member("late", 0, 4));
    input.pods.back().created_s = 9;
    EXPECT_EQ(placement_table(*place(input, {})),
              "GANG      VERDICT       MEMBERS  DOMAIN   NODES OR REASON\n"
              "ml/llama  fits          2/2      rack r1  n[1,2]\n"
              "ml/mega   does-not-fit  3/3      -        all nodes together have room for 2 of 3 members (lacking "
              "nvidia.com/gpu)\n"
              "ml/late   waits         1/4      -        1 of 4 members are there\n"
              "\n"
              "ml/llama: nvidia.com/gpu ▒ used, █ taken, · left\n"
              "                              USED  TAKEN  LEFT  RANKS\n"
              "rack r1                          0     16     0  0-1\n"
              "└─ n[1,2] ×2, each  ████████     0      8     0  0-1\n"
              "\n"
              "1 of 3 gangs fit. Levels: rack, host (labels of muster).\n");
}

}  // namespace
}  // namespace muster
