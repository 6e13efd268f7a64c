#include "dialects/topology_wish.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::vector<std::string> wish_faults(const char* text) {
    std::vector<std::string> texts;
    for (const auto& error : read_topology_wish(text).errors) texts.push_back(to_string(error));
    return texts;
}

TEST(TopologyWish, EveryKeyIsReadFromYamlAndFromJson) {
    TopologyWish wish;
    wish.required = "block";
    wish.preferred = "rack";
    wish.slices = {{8, "host"}, {16, "example.com/rack"}};
    wish.spread = {{"rack", 32}, {"host", 8}};
    wish.exclusive = "host";
    for (const char* text :
         {"{required: block, preferred: rack, exclusive: host, slices: [{size: 8, level: host}, {level: "
          "example.com/rack, size: 16}], spread: [{level: rack, max: 32}, {level: host, max: 8}]}",
          R"({"required":"block","preferred":"rack","exclusive":"host",
              "slices":[{"size":8,"level":"host"},{"level":"example.com/rack","size":16}],
              "spread":[{"level":"rack","max":32},{"level":"host","max":8}]})"}) {
        const auto read = read_topology_wish(text);
        EXPECT_TRUE(read.errors.empty()) << to_string(read.errors.front());
        EXPECT_EQ(read.wish, wish);
    }
}

TEST(TopologyWish, WaitAndPatternAreOfTheGang) {
    struct Case {
        const char* text;
        std::int32_t wait_s;
        Pattern pattern;
    };
    for (const Case& c :
         std::vector<Case>{{"{preferred: rack, wait: 5m}", 300, Pattern::ring},
                           {"{preferred: rack, wait: 1h30m, pattern: ring}", 5'400, Pattern::ring},
                           {R"({"preferred":"rack","wait":"90s","pattern":"pipeline"})", 90, Pattern::pipeline},
                           {"{preferred: rack, wait: 1500ms}", 2, Pattern::ring},
                           {"pattern: all-to-all", 0, Pattern::all_to_all}}) {
        const auto read = read_topology_wish(c.text);
        EXPECT_TRUE(read.errors.empty()) << to_string(read.errors.front());
        EXPECT_EQ(read.wish.wait_s, c.wait_s) << c.text;
        EXPECT_EQ(read.wish.pattern, c.pattern) << c.text;
    }
}

TEST(TopologyWish, RolesHaveWishesOfTheirOwn) {
    const auto read = read_topology_wish(
        "{required: block, roles: {worker: {required: rack, slices: [{size: 4, level: host}], exclusive: host}, "
        "leader: {}, server: {preferred: rack, spread: [{level: rack, max: 1}]}}}");
    EXPECT_TRUE(read.errors.empty()) << to_string(read.errors.front());
    EXPECT_EQ(read.wish.required, "block");
    std::vector<RoleWish> roles{{"leader", {}}, {"server", {}}, {"worker", {}}};
    roles[1].wish.preferred = "rack";
    roles[1].wish.spread.push_back({"rack", 1});
    roles[2].wish.required = "rack";
    roles[2].wish.slices = {{4, "host"}};
    roles[2].wish.exclusive = "host";
    EXPECT_EQ(read.roles, roles) << "by name";
}

TEST(TopologyWish, SpreadHasAMaximumAMinimumAndBalance) {
    const auto read = read_topology_wish(
        "spread: [{level: rack, min: 3}, {level: block, balanced: true}, {level: host, max: 2, min: 4, balanced: "
        "false}]");
    EXPECT_TRUE(read.errors.empty()) << to_string(read.errors.front());
    const std::vector<SpreadWish> spread{{"rack", 0, 3, false}, {"block", 0, 0, true}, {"host", 2, 4, false}};
    EXPECT_EQ(read.wish.spread, spread);
}

TEST(TopologyWish, EmptyListsWishNothing) {
    const auto read = read_topology_wish("{slices: [], spread: []}");
    EXPECT_TRUE(read.errors.empty());
    EXPECT_EQ(read.wish, TopologyWish());
}

TEST(TopologyWish, FaultsNameTheFieldAndTheRemedy) {
    struct Case {
        const char* text;
        const char* fault;
    };
    for (const Case& c : std::vector<Case>{
             {"slices: {size: 8, level: rack}",
              "slices: is a map, not a list; write a list of maps, e.g. [{size: 8, level: rack}]"},
             {"slices: [8]", "slices[0]: is a number, not a map; write a list of maps, e.g. [{size: 8, level: rack}]"},
             {"slices: [{size: 8}]", "slices[0].level: is missing; write it"},
             {"slices: [{level: rack}]", "slices[0].size: is missing; write it"},
             {"slices: [{size: 8, level: rack, maks: 1}]", "slices[0].maks: is not known here; known: size, level"},
             {"slices: [{sise: 8, size: 8, level: rack}]", "slices[0].sise: is not known here; did you mean \"size\"?"},
             {"slices: [{size: 0, level: rack}]",
              "slices[0].size: 0 is out of range; write a whole number from 1 to 8192"},
             {"slices: [{size: -8, level: rack}]",
              "slices[0].size: -8 is out of range; write a whole number from 1 to 8192"},
             {"slices: [{size: 2.5, level: rack}]",
              "slices[0].size: 2.5 is no whole number; write a whole number from 1 to 8192"},
             {"slices: [{size: eight, level: rack}]",
              "slices[0].size: is a string, not a whole number; write a whole number from 1 to 8192"},
             {"slices: [{size: 8, level: 3}]",
              "slices[0].level: is a number, not the name of a level; write a level's name or its node label, e.g. "
              "rack"},
             {"slices: [{size: 8, level: rack}, {size: 12, level: block}]",
              "slices: size 8 does not divide 12; let every size be a multiple of the next smaller one"},
             {"slices: [{size: 8, level: rack}, {size: 8, level: block}]",
              "slices: size 8 is given twice; keep the one on the finer level"},
             {"slices: [{size: 8, level: rack}, {size: 16, level: rack}]",
              "slices: level rack is given twice; keep one of them"},
             {"spread: [{level: rack}]", "spread[0]: says nothing of its level; add max, min or balanced: true"},
             {"spread: [{level: rack, min: 0}]",
              "spread[0].min: 0 is out of range; write a whole number from 1 to 8192"},
             {"spread: [{level: rack, balanced: 1}]",
              "spread[0].balanced: is a number, not true or false; write true or false"},
             {"spread: [{level: rack, max: 0}]",
              "spread[0].max: 0 is out of range; write a whole number from 1 to 8192"},
             {"spread: [{level: rack, max: 4}, {level: rack, max: 5}]",
              "spread: level rack is given twice; keep one of them"},
             {"exclusive: [rack]",
              "exclusive: is a list, not the name of a level; write a level's name or its node label, e.g. rack"},
             {"exclusiv: rack", "exclusiv: is not a topology wish; did you mean \"exclusive\"?"},
             {"{preferred: rack, wait: 300}", "wait: \"300\" is no duration; write 1s to 168h, e.g. 5m or 1h30m"},
             {"{preferred: rack, wait: soon}", "wait: \"soon\" is no duration; write 1s to 168h, e.g. 5m or 1h30m"},
             {"{preferred: rack, wait: 0s}", "wait: \"0s\" is out of range; write 1s to 168h, e.g. 5m or 1h30m"},
             {"{preferred: rack, wait: 8000h}", "wait: \"8000h\" is out of range; write 1s to 168h, e.g. 5m or 1h30m"},
             {"{preferred: rack, wait: [5m]}", "wait: is a list, not a duration; write 1s to 168h, e.g. 5m or 1h30m"},
             {"{required: rack, wait: 5m}",
              "wait: is given without preferred; name the level that is worth waiting for, e.g. preferred: rack"},
             {"pattern: rings", "pattern: \"rings\" is not a pattern; did you mean \"ring\"?"},
             {"pattern: [ring]", "pattern: is a list, not the name of a pattern; known: ring, pipeline, all-to-all"},
             {"roles: [leader]",
              "roles: is a list, not a map; write a map, e.g. {leader: {required: host}, worker: {required: rack}}"},
             {"roles: {leader: host}", "roles.leader: is a string, not a map; write a map, e.g. {required: rack}"},
             {"roles: {leader: {requierd: host}}",
              "roles.leader.requierd: is not a topology wish; did you mean \"required\"?"},
             {"roles: {leader: {wait: 5m}}",
              "roles.leader.wait: is a wish of the whole gang; write it beside roles, not inside"},
             {"roles: {leader: {roles: {}}}",
              "roles.leader.roles: is a wish of the whole gang; write it beside roles, not inside"},
             {"roles: {leader: {slices: [{size: 0, level: rack}]}}",
              "roles.leader.slices[0].size: 0 is out of range; write a whole number from 1 to 8192"},
             {"roles: {\"\": {}}",
              "roles: has an entry without a name; name it as the members' annotation role does"}}) {
        EXPECT_EQ(wish_faults(c.text), std::vector<std::string>{c.fault}) << c.text;
    }
}

TEST(TopologyWish, AKeyGivenTwiceIsRefusedWithItsPlace) {
    const std::string json = R"({"required": "rack", "required": "block"})";
    EXPECT_EQ(wish_faults(json.c_str()),
              std::vector<std::string>{"bad JSON: line 1, column 34: the key \"required\" is given twice; write a map, "
                                       "e.g. {required: rack}"});
    const std::string inner = R"({"roles": {"worker": {"exclusive": "rack", "exclusive": "host"}}})";
    EXPECT_EQ(wish_faults(inner.c_str()),
              std::vector<std::string>{"bad JSON: line 1, column 57: the key \"exclusive\" is given twice; write a "
                                       "map, e.g. {required: rack}"});
    EXPECT_EQ(
        wish_faults("{required: rack, required: block}"),
        std::vector<std::string>{"bad YAML: line 1: the key \"required\" is given twice, first in line 1; write a "
                                 "map, e.g. {required: rack}"});
}

TEST(TopologyWish, AListThatIsTooLongIsRefused) {
    std::string text = "spread: [";
    for (int i = 0; i < 17; ++i) text += "{level: l" + std::to_string(i) + ", max: 1},";
    EXPECT_EQ(wish_faults((text + "]").c_str()), std::vector<std::string>{"spread: has 17 entries; write at most 16"});
}

TEST(TopologyWish, TooManyRolesAreRefused) {
    std::string text = "roles: {";
    for (int i = 0; i < 17; ++i) text += "r" + std::to_string(i) + ": {},";
    EXPECT_EQ(wish_faults((text + "}").c_str()), std::vector<std::string>{"roles: has 17 entries; write at most 16"});
}

TEST(TopologyWish, SlicesMustDivideTheMembersNeeded) {
    TopologyWish wish;
    wish.slices = {{4, "rack"}};
    EXPECT_FALSE(uneven_slices(wish, 8));
    EXPECT_EQ(uneven_slices(wish, 9).value().what, "size 4 does not divide the 9 members needed");
}

}  // namespace
}  // namespace muster
