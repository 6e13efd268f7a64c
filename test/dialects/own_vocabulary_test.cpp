#include "dialects/own_vocabulary.hpp"

#include "test/dialects/objects_for_tests.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using testing::FixedOwners;
using testing::NoOwners;
using testing::yaml;
using Strings = std::vector<std::string>;

// Metadata of pod ml/p with these labels and annotations, in flow style.
Object pod(const std::string& labels, const std::string& annotations, bool owned = false) {
    return yaml("metadata:\n  name: p\n  namespace: ml\n  labels: {" + labels + "}\n  annotations: {" + annotations +
                "}\n" + (owned ? "  ownerReferences: [{kind: Job, name: j, uid: u1, controller: true}]\n" : ""));
}

DeclarationRead declaration_of(const Object& object) {
    return read_declaration(object, NoOwners());
}

Strings declaration_faults(const Object& object) {
    Strings texts;
    for (const auto& error : declaration_of(object).errors) texts.push_back(to_string(error));
    return texts;
}

const std::string kLabel = "muster.scheduler/gang: llama";

TEST(OwnVocabulary, AFullDeclarationIsRead) {
    const auto declaration = declaration_of(
        pod(kLabel,
            "muster.scheduler/members: \"8\", muster.scheduler/max-members: \"12\", muster.scheduler/role: worker, "
            "muster.scheduler/rank: \"0\", muster.scheduler/topology: \"{required: block, preferred: rack}\""));
    EXPECT_TRUE(declaration.errors.empty());
    ASSERT_TRUE(declaration.gang);
    EXPECT_EQ(*declaration.gang, (GangDeclaration{{"ml", "llama"}, 8, 12, "worker", 0, {"block", "rack"}}));
}

TEST(OwnVocabulary, TheWishMayBeJsonOrYamlInAnyStyle) {
    for (const char* wish : {"'{\"required\":\"rack\"}'", "'required: rack'", "\"required: example.com/rack\\n\""}) {
        const auto declaration = declaration_of(pod(kLabel, "muster.scheduler/topology: " + std::string(wish)));
        EXPECT_TRUE(declaration.errors.empty()) << wish;
        ASSERT_TRUE(declaration.gang && declaration.gang->wish.required) << wish;
        EXPECT_TRUE(declaration.gang->wish.required->ends_with("rack"));
    }
}

TEST(OwnVocabulary, APlainPodIsInNoGang) {
    const auto declaration = declaration_of(pod("app: x", "other/members: \"3\""));
    EXPECT_FALSE(declaration.gang);
    EXPECT_TRUE(declaration.errors.empty());
}

TEST(OwnVocabulary, WithoutTheLabelMembersMeansTheGangOfTheController) {
    const auto declaration = declaration_of(pod("app: x", "muster.scheduler/members: \"4\"", true));
    ASSERT_TRUE(declaration.gang);
    EXPECT_EQ(declaration.gang->key, (GangKey{"ml", "u1"}));
    EXPECT_EQ(declaration.gang->needed, 4);
}

TEST(OwnVocabulary, TheSizeDefaultsToTheOwnersParallelism) {
    const Object object = pod(kLabel, "", true);
    EXPECT_EQ(read_declaration(object, FixedOwners({{"u1", 6}})).gang->needed, 6);
    EXPECT_FALSE(read_declaration(object, FixedOwners({})).gang->needed);
    EXPECT_FALSE(read_declaration(object, FixedOwners({{"u1", 0}})).gang->needed);
    const Object stated = pod(kLabel, "muster.scheduler/members: \"2\"", true);
    EXPECT_EQ(read_declaration(stated, FixedOwners({{"u1", 6}})).gang->needed, 2);
}

TEST(OwnVocabulary, WhatMusterWritesIsKnown) {
    const auto declaration = declaration_of(
        pod("",
            "muster.scheduler/plan: x, muster.scheduler/rank: \"1\", muster.scheduler/domain: r, "
            "muster.scheduler/epoch: \"3\", "
            "muster.scheduler/gpus: \"0\", muster.scheduler/wake: w, muster.scheduler/expected-duration: 1h"));
    EXPECT_TRUE(declaration.errors.empty());
    EXPECT_FALSE(declaration.gang);
}

TEST(OwnVocabulary, AbsurdNumbersNamePodKeyValueAndRemedy) {
    const std::string where = "pod ml/p: metadata.annotations[muster.scheduler/members]: ";
    const std::string range = "; write a whole number from 1 to 8192, in quotes";
    for (const char* text : {"0", "-3", "8193"}) {
        EXPECT_EQ(declaration_faults(pod(kLabel, "muster.scheduler/members: \"" + std::string(text) + "\"")),
                  Strings{where + "\"" + text + "\" is out of range" + range});
    }
    for (const char* text : {"", "1e3", "8.0", " 8", "eight", "1000000000000000000000000000000"}) {
        EXPECT_EQ(declaration_faults(pod(kLabel, "muster.scheduler/members: \"" + std::string(text) + "\"")),
                  Strings{where + "\"" + text + "\" is not a whole number" + range});
    }
    EXPECT_EQ(declaration_faults(pod(kLabel, "muster.scheduler/members: 8")),
              Strings{where + "\"8\" is not a whole number" + range});
    EXPECT_EQ(declaration_faults(pod(kLabel, "muster.scheduler/rank: \"-1\"")),
              Strings{"pod ml/p: metadata.annotations[muster.scheduler/rank]: \"-1\" is out of range; write a whole "
                      "number from 0 to 8192, in quotes"});
}

TEST(OwnVocabulary, FaultsNamePodKeyValueAndRemedy) {
    struct Case {
        const char* labels;
        const char* annotations;
        Strings faults;
    };
    const std::string members = "pod ml/p: metadata.annotations[muster.scheduler/members]: ";
    const std::string topology = "pod ml/p: metadata.annotations[muster.scheduler/topology]: ";
    for (const Case& c : std::vector<Case>{
             {"",
              "muster.scheduler/members: \"4\"",
              {members + "is on a pod that has neither the gang label nor a controller; add the label "
                         "muster.scheduler/gang: NAME"}},
             {"muster.scheduler/gang: \"\"",
              "",
              {"pod ml/p: metadata.labels[muster.scheduler/gang]: is empty; write the gang's name"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/members: \"8\", muster.scheduler/max-members: \"4\"",
              {"pod ml/p: metadata.annotations[muster.scheduler/max-members]: 4 is less than the 8 members needed; "
               "write at least 8"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/menbers: \"8\"",
              {"pod ml/p: metadata.annotations[muster.scheduler/menbers]: is not an annotation of Muster; did you mean "
               "\"muster.scheduler/members\"?"}},
             {"muster.scheduler/members: \"8\"",
              "",
              {"pod ml/p: metadata.labels[muster.scheduler/members]: is an annotation, not a label; move it to "
               "metadata.annotations"}},
             {"",
              "muster.scheduler/gang: g",
              {"pod ml/p: metadata.annotations[muster.scheduler/gang]: is a label, not an annotation; move it to "
               "metadata.labels"}},
             {"",
              "muster.scheduler/topology: \"required: rack\"",
              {topology + "is on a pod that belongs to no gang; add the label muster.scheduler/gang: NAME"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/topology: \"{requierd: rack, roles: {leader: {wait: 5m}}}\"",
              {topology + "requierd is not a topology wish; did you mean \"required\"?",
               topology + "roles.leader.wait is a wish of the whole gang; write it beside roles, not inside"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/members: \"9\", muster.scheduler/topology: \"slices: [{size: 4, level: rack}]\"",
              {topology + "slices size 4 does not divide the 9 members needed; choose a size that does, or another "
                          "number of members"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/topology: \"required: [rack]\"",
              {topology +
               "required is a list, not the name of a level; write a level's name or its node label, e.g. rack"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/topology: rack",
              {topology + "\"rack\" is not a map; write a map, e.g. {required: rack}"}},
             {"muster.scheduler/gang: g",
              "muster.scheduler/topology: \"\"",
              {topology + "\"\" is not a map; write a map, e.g. {required: rack}"}}}) {
        EXPECT_EQ(declaration_faults(pod(c.labels, c.annotations)), c.faults) << c.labels << " | " << c.annotations;
    }
}

TEST(OwnVocabulary, ABadWishTellsWhereItsTextIsWrong) {
    const auto texts = declaration_faults(pod(kLabel, "muster.scheduler/topology: '{required: [rack'"));
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_NE(texts[0].find("bad YAML: line 1"), std::string::npos) << texts[0];
    EXPECT_FALSE(
        declaration_faults(pod(kLabel, "muster.scheduler/topology: '" + std::string(5'000, 'x') + "'")).empty());
}

TEST(OwnVocabulary, AGangWithFaultsIsStillNamed) {
    const auto declaration = declaration_of(pod(kLabel, "muster.scheduler/members: junk"));
    ASSERT_TRUE(declaration.gang);
    EXPECT_EQ(declaration.gang->key.name, "llama");
    EXPECT_FALSE(declaration.gang->needed);
}

TEST(PlanAnnotation, PlansAndFencesSurviveTheRoundTrip) {
    for (const WrittenPlan& plan :
         {WrittenPlan{Epoch(7), Term(3), NodeName("n17"), 0}, WrittenPlan{Epoch(1), Term(0), NodeName(), -1},
          WrittenPlan{Epoch(9'000'000'000), Term(2), NodeName("a\"b\\c"), 511}}) {
        const auto read_back = decode_plan(encode_plan(plan));
        ASSERT_TRUE(read_back) << encode_plan(plan);
        EXPECT_EQ(*read_back, plan);
    }
    EXPECT_EQ(encode_plan({Epoch(7), Term(3), NodeName("n17"), 0}),
              R"({"v":1,"epoch":7,"term":3,"node":"n17","rank":0})");
}

TEST(PlanAnnotation, ForeignOrBrokenTextIsNoPlan) {
    for (const char* text : {"", "x", "{}", "[]", R"({"v":2,"epoch":7,"term":3})", R"({"v":1,"epoch":-7,"term":3})",
                             R"({"v":1,"epoch":7})", R"({"v":1,"epoch":7,"epoch":8,"term":3})",
                             R"({"v":1,"epoch":"7","term":3})", R"({"v":1,"epoch":7,"term":3,"rank":-1})",
                             R"({"v":1,"epoch":1e3,"term":3})", R"({"v":1,"epoch":7,"term":3,"rank":99999999999})"}) {
        EXPECT_FALSE(decode_plan(text)) << text;
    }
}

}  // namespace
}  // namespace muster
