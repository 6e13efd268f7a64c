// The settings `policies` and `scores`, through the whole loader.
#include "config/load_settings.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using Lines = std::vector<std::string>;

Settings ranked_by(std::string_view text) {
    auto settings = load_settings(text, "s.yaml");
    if (settings) return *settings;
    for (const auto& error : settings.error()) ADD_FAILURE() << to_string(error);
    return {};
}

Lines refused(std::string_view text) {
    Lines lines;
    const auto settings = load_settings(text, "s.yaml");
    if (settings) return {"accepted"};
    for (const auto& error : settings.error()) lines.push_back(to_string(error));
    return lines;
}

TEST(RankingSettings, TheExampleFileStatesTheDefaults) {
    std::ifstream file(MUSTER_SOURCE_DIR "/config/settings.example.yaml");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    ASSERT_NE(text.find("\npolicies:"), std::string::npos);
    ASSERT_NE(text.find("\nscores:"), std::string::npos);
    const Settings settings = ranked_by(text);
    EXPECT_EQ(settings.policies, Settings().policies);
    EXPECT_EQ(settings.policy_params, PolicyParams());
    EXPECT_EQ(settings.scores, ScoreRules());
}

TEST(RankingSettings, TheExampleFileNamesEveryPolicyAndTerm) {
    std::ifstream file(MUSTER_SOURCE_DIR "/config/settings.example.yaml");
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    for (const auto name : kPolicyNames) EXPECT_NE(text.find("{name: " + std::string(name)), std::string::npos) << name;
    for (const auto name : kScoreTermNames)
        EXPECT_NE(text.find("{term: " + std::string(name)), std::string::npos) << name;
}

TEST(RankingSettings, PoliciesKeepTheirOrderAndParameters) {
    const Settings settings = ranked_by(R"(
policies:
- spot_last
- {name: least_fragment, mix: [{gpus: 1, pods: 7}, {gpus: 4, pods: 3}], devices: [example.com/gpu]}
- {name: spread_failure_domains, level: rack}
- {name: prefer_label, labels: [{label: example.com/pool, value: new}, {label: example.com/fast}]}
- {name: whole_cells, devices: [a, b]}
- {name: pairwise_distance, hosts: true}
)");
    EXPECT_EQ(settings.policies, (Lines{"spot_last", "least_fragment", "spread_failure_domains", "prefer_label",
                                        "whole_cells", "pairwise_distance"}));
    const PolicyParams& params = settings.policy_params;
    EXPECT_EQ(params.spot_last, SpotLastParams());
    EXPECT_EQ(params.least_fragment, (LeastFragmentParams{.mix = {{1, 7}, {4, 3}}, .devices = {"example.com/gpu"}}));
    EXPECT_EQ(params.spread_failure_domains.level, "rack");
    EXPECT_EQ(params.prefer_label.labels,
              (std::vector<LabelValue>{{"example.com/pool", "new"}, {"example.com/fast", ""}}));
    EXPECT_TRUE(params.pairwise_distance.hosts);
    EXPECT_EQ(params.whole_cells.devices, (Lines{"a", "b"}));
}

TEST(RankingSettings, AnyPolicyMayStandBeforeTheNumbersOfDomains) {
    const Settings settings =
        ranked_by("policies: [{name: tightest_domain, leads: true}, {name: whole_cells, leads: false}]");
    EXPECT_EQ(settings.policies, (Lines{"tightest_domain", "whole_cells"}));
    EXPECT_EQ(settings.policy_params.leading, (Lines{"tightest_domain"}));
    EXPECT_EQ(refused("policies: [{name: whole_cells, leads: yes}]"),
              (Lines{"s.yaml:1: policies[0].leads: \"yes\" is not a choice; known: true, false"}));
}

TEST(RankingSettings, AnEmptyListRanksByNothing) {
    EXPECT_TRUE(ranked_by("policies: []").policies.empty());
    EXPECT_EQ(ranked_by("policies:").policies, Settings().policies);
}

TEST(RankingSettings, TermsKeepTheirOrderAndWeights) {
    const Settings settings = ranked_by(
        "scores: {siblings: near, terms: [{term: policies, weight: 0}, link_locality, {term: failure_domain, "
        "weight: 1000}]}");
    EXPECT_EQ(settings.scores.siblings, SiblingWish::near);
    EXPECT_EQ(settings.scores.terms,
              (std::vector<ScoreRule>{
                  {ScoreTerm::policies, 0}, {ScoreTerm::link_locality, 1}, {ScoreTerm::failure_domain, 1'000}}));
    EXPECT_EQ(ranked_by("scores: {siblings: apart}").scores, ScoreRules());
}

TEST(RankingSettings, EachKindOfFaultHasItsSentence) {
    struct Case {
        const char* text;
        const char* fault;
    };
    for (const Case& c : std::vector<Case>{
             {"policies: whole_cells", "s.yaml:1: policies: is not a list; write e.g. [{name: whole_cells}]"},
             {"policies: [{name: whole_cell}]",
              "s.yaml:1: policies[0]: \"whole_cell\" is not a policy; did you mean \"whole_cells\"?"},
             {"policies: [wholecells]",
              "s.yaml:1: policies[0]: \"wholecells\" is not a policy; did you mean \"whole_cells\"?"},
             {"policies: [spot_last, {name: spot_last}]",
              "s.yaml:1: policies[1]: \"spot_last\" is written twice; keep one"},
             {"policies:\n- devices: [a]", "s.yaml:2: policies[0].name: is missing; write e.g. whole_cells"},
             {"policies: [[a]]", "s.yaml:1: policies[0]: is not a map; write e.g. {name: whole_cells}"},
             {"policies: [{name: spot_last, level: rack}]",
              "s.yaml:1: policies[0].level: is not a setting; known: name, leads, labels"},
             {"policies: [{name: spot_last, name: spot_last}]",
              "s.yaml:1: policies[0].name: is written twice; keep one"},
             {"policies: [{name: prefer_label}]",
              "s.yaml:1: policies[0]: names no label to prefer; write labels: [{label: example.com/pool, value: new}]"},
             {"policies: [{name: prefer_label, labels: [{value: a}]}]",
              "s.yaml:1: policies[0].labels[0].label: is missing; write e.g. example.com/pool"},
             {"policies: [{name: whole_cells, devices: []}]",
              "s.yaml:1: policies[0].devices: is not a list of 1 to 64; write e.g. [nvidia.com/gpu]"},
             {"policies: [{name: least_fragment, mix: [{gpus: 0, pods: 1}]}]",
              "s.yaml:1: policies[0].mix[0].gpus: is not a whole number from 1 to 1024; write 1 to 1024"},
             {"policies: [{name: least_fragment, mix: [{gpus: 1}]}]",
              "s.yaml:1: policies[0].mix[0].pods: is missing; write 1 to 1000000"},
             {"policies: [{name: least_fragment, mix: [{gpus: 1, pods: 600000}, {gpus: 2, pods: 400001}]}]",
              "s.yaml:1: policies[0].mix: counts 1000001 pods; write shares that add up to at most 1000000"},
             {"policies: [{name: pairwise_distance, hosts: yes}]",
              "s.yaml:1: policies[0].hosts: \"yes\" is not a choice; known: true, false"},
             {"scores: []", "s.yaml:1: scores: is not a map; write e.g. {siblings: …}"},
             {"scores: {siblings: far}", "s.yaml:1: scores.siblings: \"far\" is not a choice; known: apart, near"},
             {"scores: {terms: [{term: locality}]}",
              "s.yaml:1: scores.terms[0]: \"locality\" is not a term; known: gang_completeness, failure_domain, "
              "waiting_gangs, link_locality, policies"},
             {"scores: {terms: [policies, {term: policies}]}",
              "s.yaml:1: scores.terms[1]: \"policies\" is written twice; keep one"},
             {"scores: {terms: [{term: policies, weight: -1}]}",
              "s.yaml:1: scores.terms[0].weight: is not a whole number from 0 to 1000; write 0 to 1000"},
             {"scores: {terms: [{term: policies, weight: 1.5}]}",
              "s.yaml:1: scores.terms[0].weight: is not a whole number from 0 to 1000; write 0 to 1000"},
             {"scores: {terms: []}",
              "s.yaml:1: scores.terms: is not a list of 1 to 64; write e.g. [{term: link_locality, weight: 2}]"}}) {
        const auto lines = refused(c.text);
        ASSERT_FALSE(lines.empty());
        EXPECT_EQ(lines.front(), c.fault);
    }
}

TEST(RankingSettings, AliasesThatStandForMoreThanAnyListHoldsAreRefused) {
    std::string text = "policies:\n- &a0 [x, x, x, x, x, x, x, x]\n";
    for (int i = 1; i < 12; ++i) {
        const std::string last = "*a" + std::to_string(i - 1);
        text += "- &a" + std::to_string(i) + " [" + last;
        for (int j = 0; j < 7; ++j) text += ", " + last;
        text += "]\n";
    }
    const auto lines = refused(text);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(lines.front(), "s.yaml:2: policies: holds more than 4096 values; write fewer, or fewer aliases");
}

}  // namespace
}  // namespace muster
