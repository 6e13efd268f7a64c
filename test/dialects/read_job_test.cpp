#include "dialects/own_vocabulary.hpp"
#include "test/dialects/objects_for_tests.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::FixedOwners;
using testing::yaml;

std::int32_t parallelism(const std::string& spec) {
    const auto job = read_job(yaml("metadata: {name: j}\nspec: {" + spec + "}\n"));
    EXPECT_TRUE(job.has_value());
    return job ? job->parallelism : -1;
}

TEST(ReadJob, MembersAreWhatTheJobRunsAtOnce) {
    EXPECT_EQ(parallelism(""), 1);
    EXPECT_EQ(parallelism("parallelism: 8"), 8);
    EXPECT_EQ(parallelism("completions: 8"), 1);
    EXPECT_EQ(parallelism("parallelism: 8, completions: 8"), 8);
    EXPECT_EQ(parallelism("parallelism: 8, completions: 3"), 3);
    EXPECT_EQ(parallelism("parallelism: 0, completions: 3"), 0);
}

TEST(ReadJob, BadJobsNameTheirField) {
    const auto refusal = [](const char* text) { return to_string(read_job(yaml(text)).error()); };
    EXPECT_EQ(refusal("spec: {}\n"), "job without a name: metadata.name: is missing; give the Job a name");
    EXPECT_EQ(refusal("metadata: {name: j}\nspec: {parallelism: -1}\n"),
              "job default/j: spec.parallelism: -1 is not a number of pods; write 0 or more");
    EXPECT_EQ(refusal("metadata: {name: j}\nspec: {parallelism: many}\n"),
              "job default/j: spec.parallelism: is a string (many); write a whole number");
}

TEST(ExpandJob, PodsAreThoseThatTheControllerWouldMake) {
    const Object job = yaml(R"(
metadata: {name: train, namespace: ml, uid: u7, creationTimestamp: "2026-08-18T09:30:00Z"}
spec:
  parallelism: 2
  completions: 2
  completionMode: Indexed
  template:
    metadata: {labels: {app: x}, annotations: {muster.scheduler/members: "2"}}
    spec: {schedulerName: muster, containers: [{resources: {limits: {nvidia.com/gpu: 8}}}]}
)");
    const auto pods = expand_job(job);
    ASSERT_TRUE(pods);
    ASSERT_EQ(pods->size(), 2U);
    const auto pod = read_pod((*pods)[1], {"muster"}, FixedOwners({}));
    ASSERT_TRUE(pod) << to_string(pod.error());
    EXPECT_EQ(pod->key, (PodKey{"ml", "train-1"}));
    EXPECT_EQ(pod->controller_uid, "u7");
    EXPECT_EQ(pod->controller_kind, "Job");
    EXPECT_EQ(pod->created_s, 1'787'045'400);
    EXPECT_EQ(pod->shape.requests.get("nvidia.com/gpu"), 8);
    ASSERT_TRUE(pod->gang);
    EXPECT_EQ(pod->gang->key.name, "u7");
    const Object& metadata = (*pods)[1]["metadata"];
    EXPECT_EQ(metadata["labels"]["app"].text(), "x");
    EXPECT_EQ(metadata["labels"]["job-name"].text(), "train");
    EXPECT_EQ(metadata["labels"]["batch.kubernetes.io/job-completion-index"].text(), "1");
    EXPECT_EQ(metadata["annotations"]["batch.kubernetes.io/job-completion-index"].text(), "1");
}

TEST(ExpandJob, TheSizeOfAGangDefaultsToTheJobsParallelism) {
    const Object job = yaml(
        "metadata: {name: j, namespace: ml}\n"
        "spec: {parallelism: 4, template: {metadata: {labels: {muster.scheduler/gang: g}}, spec: {schedulerName: "
        "muster}}}\n");
    const auto facts = read_job(job);
    EXPECT_EQ(facts->uid, "job.ml.j");
    const auto pod = read_pod(expand_job(job)->front(), {"muster"}, FixedOwners({{facts->uid, facts->parallelism}}));
    ASSERT_TRUE(pod && pod->gang);
    EXPECT_EQ(pod->gang->needed, 4);
    EXPECT_FALSE((*expand_job(job))[0]["metadata"]["labels"].has("batch.kubernetes.io/job-completion-index"));
}

TEST(ExpandJob, AJobWithoutTemplateOrWithTooManyPodsIsRefused) {
    EXPECT_EQ(to_string(expand_job(yaml("metadata: {name: j}\nspec: {}\n")).error()),
              "job default/j: spec.template.spec: is missing; write the pod's spec");
    const auto many = expand_job(yaml("metadata: {name: j}\nspec: {parallelism: 1000000, template: {spec: {}}}\n"));
    ASSERT_FALSE(many);
    EXPECT_EQ(many.error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace muster
