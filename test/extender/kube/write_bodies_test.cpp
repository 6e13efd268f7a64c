#include "extender/kube/write_bodies.hpp"

#include "dialects/own_vocabulary.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace muster::kube {
namespace {

using Json = nlohmann::json;

TEST(WriteBodies, ANominationIsSetAndCleared) {
    EXPECT_EQ(nomination_patch(PodUid("u"), "7", NodeName("n1")),
              R"({"metadata":{"uid":"u","resourceVersion":"7"},"status":{"nominatedNodeName":"n1"}})");
    EXPECT_EQ(nomination_patch(PodUid("u"), "7", NodeName()),
              R"({"metadata":{"uid":"u","resourceVersion":"7"},"status":{"nominatedNodeName":null}})");
}

TEST(WriteBodies, APlanIsWrittenAndOnlyOurGateLifted) {
    const WrittenPlan plan{Epoch(7), Term(3), NodeName("n1"), 2};
    const Json patch = Json::parse(plan_patch(PodUid("u"), "7", plan, true));
    EXPECT_EQ(patch["spec"],
              Json::parse(R"({"schedulingGates":[{"name":"muster.scheduler/gang","$patch":"delete"}]})"));
    EXPECT_EQ(decode_plan(patch["metadata"]["annotations"]["muster.scheduler/plan"].get<std::string>()), plan);
    EXPECT_EQ(patch["metadata"]["resourceVersion"], "7");
    EXPECT_FALSE(Json::parse(plan_patch(PodUid("u"), "7", plan, false)).contains("spec"));
}

TEST(WriteBodies, AWakeWithoutVersionHasNoSuchPrecondition) {
    EXPECT_EQ(wake_patch(PodUid("u"), "", "t"),
              R"({"metadata":{"uid":"u","annotations":{"muster.scheduler/wake":"t"}}})");
}

TEST(WriteBodies, ABindingCarriesPreconditionsAndAnnotations) {
    const WriteBinding write{PodUid("u"), {"ml", "a"}, "7", NodeName("n1"), Epoch(5), 0, "b1/r1"};
    EXPECT_EQ(Json::parse(gang_binding(write)),
              Json::parse(R"({"apiVersion":"v1","kind":"Binding","metadata":{"name":"a","namespace":"ml","uid":"u",
        "resourceVersion":"7","annotations":{"muster.scheduler/epoch":"5","muster.scheduler/rank":"0","muster.scheduler/domain":"b1/r1"}},
        "target":{"apiVersion":"v1","kind":"Node","name":"n1"}})"));
    WriteBinding with_gpus = write;
    with_gpus.gpus = {0, 3};
    with_gpus.gpu_source = GpuSource::predicted;
    const Json annotations = Json::parse(gang_binding(with_gpus))["metadata"]["annotations"];
    EXPECT_EQ(annotations["muster.scheduler/gpus"], "0,3");
    EXPECT_EQ(annotations["muster.scheduler/gpu-source"], "predicted");
    const Json plain = Json::parse(plain_binding({PodUid("u"), {"ml", "a"}, "", NodeName("n1")}));
    EXPECT_FALSE(plain["metadata"].contains("annotations"));
    EXPECT_FALSE(plain["metadata"].contains("resourceVersion"));
}

TEST(WriteBodies, ADeleteSaysWhoMeantWhichPod) {
    EXPECT_EQ(delete_options(PodUid("u"), "7"),
              R"({"apiVersion":"v1","kind":"DeleteOptions","preconditions":{"uid":"u","resourceVersion":"7"}})");
    const Json condition = Json::parse(
        disruption_patch({PodUid("u"), {"ml", "a"}, "7", "gang cannot become whole"}, "2030-01-01T00:00:00Z"));
    EXPECT_EQ(condition["status"]["conditions"][0]["type"], "DisruptionTarget");
    EXPECT_EQ(condition["status"]["conditions"][0]["message"], "gang cannot become whole");
}

TEST(WriteBodies, AnEventIsCutToTheApisLimitsAtACharacter) {
    EventNote note{PodUid("u"), {"ml", "train"}, "Job", "Admitted", std::string(1'023, 'x') + "\xC3\xA4", true};
    const Json event = Json::parse(event_body(note, "train.1", "now", "me"));
    EXPECT_EQ(event["note"], std::string(1'023, 'x'));
    EXPECT_EQ(event["type"], "Warning");
    EXPECT_EQ(event["regarding"],
              Json::parse(R"({"kind":"Job","namespace":"ml","name":"train","uid":"u","apiVersion":"batch/v1"})"));
}

TEST(WriteBodies, BrokenTextIsReplacedNotThrown) {
    EXPECT_NO_THROW((void)wake_patch(PodUid("u"), "", "\xFF\xFE"));
}

}  // namespace
}  // namespace muster::kube
