#include "extender/wire/codec.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace muster::wire {
namespace {

std::string as_json(std::string_view text) {
    std::string out;
    append_json_string(out, text);
    return out;
}

TEST(AppendJsonString, EscapesWhatJsonWants) {
    EXPECT_EQ(as_json("gpu-node-7"), R"("gpu-node-7")");
    EXPECT_EQ(as_json(""), R"("")");
    EXPECT_EQ(as_json("a\"b\\c\n\r\t\x01\x1f"), R"("a\"b\\c\n\r\t\u0001\u001f")");
    EXPECT_EQ(as_json(std::string_view("\0", 1)), R"("\u0000")");
}

TEST(AppendJsonString, KeepsUtf8AndReplacesWhatIsNone) {
    const std::string bad = "\xEF\xBF\xBD";
    EXPECT_EQ(as_json("\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\xA7"), "\"\xC3\xA9\xE2\x82\xAC\xF0\x9F\x90\xA7\"");
    EXPECT_EQ(as_json("a\xFF"
                      "b"),
              "\"a" + bad + "b\"");
    EXPECT_EQ(as_json("\xC3"), "\"" + bad + "\"");                                // cut off
    EXPECT_EQ(as_json("\xC0\xAF"), "\"" + bad + bad + "\"");                      // overlong
    EXPECT_EQ(as_json("\xED\xA0\x80"), "\"" + bad + bad + bad + "\"");            // surrogate
    EXPECT_EQ(as_json("\xF4\x90\x80\x80"), "\"" + bad + bad + bad + bad + "\"");  // beyond U+10FFFF
}

TEST(AppendJsonString, GivesBackEveryByteThroughAnotherParser) {
    for (int first = 0; first < 256; ++first) {
        for (int second = 0; second < 256; ++second) {
            const std::string text{static_cast<char>(first), static_cast<char>(second)};
            ASSERT_TRUE(nlohmann::json::accept(as_json(text))) << first << " " << second;
            if (first < 128 && second < 128) {
                ASSERT_EQ(nlohmann::json::parse(as_json(text)).get<std::string>(), text);
            }
        }
    }
}

TEST(EncodeFilterResult, IsWhatTheSchedulerReadsWithNodeNames) {
    FilterResult result;
    result.node_names = {"n1", "n2"};
    result.unresolvable = {{"n3", "gang does not fit"}};
    EXPECT_EQ(
        encode_filter_result(result, false),
        R"({"Nodes":null,"NodeNames":["n1","n2"],"FailedNodes":{},"FailedAndUnresolvableNodes":{"n3":"gang does not fit"},"Error":""})");
}

TEST(EncodeFilterResult, NeverSendsNullForNoNodes) {
    FilterResult result;
    result.error = "no \"luck\"";
    EXPECT_EQ(
        encode_filter_result(result, false),
        R"({"Nodes":null,"NodeNames":[],"FailedNodes":{},"FailedAndUnresolvableNodes":{},"Error":"no \"luck\""})");
    EXPECT_EQ(nlohmann::json::parse(encode_filter_result(FilterResult{}, true))["Nodes"]["items"],
              nlohmann::json::array());
}

TEST(EncodeFilterResult, EchoesMinimalNodesToASchedulerThatSentWholeOnes) {
    FilterResult result;
    result.node_names = {"n1"};
    EXPECT_EQ(
        encode_filter_result(result, true),
        R"({"Nodes":{"metadata":{},"items":[{"metadata":{"name":"n1"}}]},"NodeNames":["n1"],"FailedNodes":{},"FailedAndUnresolvableNodes":{},"Error":""})");
}

TEST(EncodePriorities, IsABareListWithWholeNumbers) {
    EXPECT_EQ(encode_priorities({}), "[]");
    EXPECT_EQ(encode_priorities({{"n1", 10}, {"n2", 0}, {"n3", -9223372036854775807LL - 1}}),
              R"([{"Host":"n1","Score":10},{"Host":"n2","Score":0},{"Host":"n3","Score":-9223372036854775808}])");
}

TEST(EncodeBindingResult, HasTheErrorOrNone) {
    EXPECT_EQ(encode_binding_result(""), R"({"Error":""})");
    EXPECT_EQ(encode_binding_result("gang plan was withdrawn"), R"({"Error":"gang plan was withdrawn"})");
}

TEST(EncodePreemptionResult, NeverHasNullInside) {
    EXPECT_EQ(encode_preemption_result({}), R"({"NodeNameToMetaVictims":{}})");
    const std::vector<MetaVictims> nodes{{.node = "n1", .pods = {}, .pdb_violations = 0},
                                         {.node = "n2", .pods = {PodUid("a"), PodUid("b")}, .pdb_violations = 3}};
    EXPECT_EQ(
        encode_preemption_result(nodes),
        R"({"NodeNameToMetaVictims":{"n1":{"Pods":[],"NumPDBViolations":0},"n2":{"Pods":[{"UID":"a"},{"UID":"b"}],"NumPDBViolations":3}}})");
}

}  // namespace
}  // namespace muster::wire
