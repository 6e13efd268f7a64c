#include "extender/wire/codec.hpp"
#include "extender/wire/field_name.hpp"
#include "extender/wire/json_token.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace muster::wire {
namespace {

constexpr std::string_view kPod =
    R"({"metadata":{"name":"llama-3","namespace":"ml","uid":"u-3","labels":{"muster.scheduler/gang":"llama"}},"spec":{"containers":[]}})";

std::string args_with(std::string_view rest) {
    return R"({"Pod":)" + std::string(kPod) + std::string(rest) + "}";
}

Result<ExtenderArgs> decode(std::string body) {
    return decode_extender_args(body);
}

std::string extender_error(std::string body) {
    const auto args = decode_extender_args(body);
    return args ? "no error" : to_string(args.error());
}

std::string bind_error(std::string body) {
    const auto args = decode_binding_args(body);
    return args ? "no error" : to_string(args.error());
}

TEST(DecodeExtenderArgs, ReadsWhatKubeSchedulerSendsWithNodeNames) {
    std::string body = args_with(R"(,"Nodes":null,"NodeNames":["n1","n2"])");
    const auto args = decode_extender_args(body);
    ASSERT_TRUE(args) << to_string(args.error());
    EXPECT_EQ(args->uid, PodUid("u-3"));
    EXPECT_EQ(args->pod, (PodKey{"ml", "llama-3"}));
    EXPECT_EQ(args->node_names, (std::vector<std::string>{"n1", "n2"}));
    EXPECT_FALSE(args->full_nodes);
    EXPECT_TRUE(args->has_nodes);
}

TEST(DecodeExtenderArgs, GivesThePodAsItStandsInTheBody) {
    std::string body = R"({"Pod": )" + std::string(kPod) + R"(  ,"NodeNames":[]})";
    const auto args = decode_extender_args(body);
    ASSERT_TRUE(args);
    EXPECT_EQ(args->pod_json, kPod);
    EXPECT_GE(args->pod_json.data(), body.data());
    EXPECT_LT(args->pod_json.data(), body.data() + body.size());
}

TEST(DecodeExtenderArgs, TakesNamesFromWholeNodesAndSaysSo) {
    const auto args = decode(args_with(
        R"(,"NodeNames":null,"Nodes":{"metadata":{},"items":[{"metadata":{"name":"n1","labels":{}},"spec":{}},{"metadata":{"name":"n2"}}]})"));
    ASSERT_TRUE(args) << to_string(args.error());
    EXPECT_EQ(args->node_names, (std::vector<std::string>{"n1", "n2"}));
    EXPECT_TRUE(args->full_nodes);
}

TEST(DecodeExtenderArgs, KnowsNoNodesFromAnEmptyList) {
    EXPECT_FALSE(decode(args_with(R"(,"Nodes":null,"NodeNames":null)"))->has_nodes);
    EXPECT_TRUE(decode(args_with(R"(,"Nodes":null,"NodeNames":[])"))->has_nodes);
    EXPECT_TRUE(decode(args_with(R"(,"Nodes":{"items":null})"))->full_nodes);
}

TEST(DecodeExtenderArgs, AcceptsAnyOrderAndAnyLetterCaseThatGoAccepts) {
    const auto args = decode(
        R"({"nodenames":["n1"],"unknown":[1,{"a":null}],"POD":{"Metadata":{"UID":"u","NameSpace":"ml","name":"p"}}})");
    ASSERT_TRUE(args) << to_string(args.error());
    EXPECT_EQ(args->uid, PodUid("u"));
    EXPECT_EQ(args->node_names, std::vector<std::string>{"n1"});
    const auto folded = decode("{\"NodeName\xC5\xBF\":[\"n1\"],\"\\u0050od\":" + std::string(kPod) + "}");
    ASSERT_TRUE(folded) << to_string(folded.error());
    EXPECT_EQ(folded->node_names, std::vector<std::string>{"n1"});
}

TEST(DecodeExtenderArgs, LetsTheLastOfEqualKeysCount) {
    const auto args = decode(R"({"NodeNames":["old"],"Pod":{"metadata":{"uid":"old"}},"nodenames":["n1"],"pod":)" +
                             std::string(kPod) + "}");
    ASSERT_TRUE(args) << to_string(args.error());
    EXPECT_EQ(args->uid, PodUid("u-3"));
    EXPECT_EQ(args->node_names, std::vector<std::string>{"n1"});
    EXPECT_FALSE(decode(args_with(R"(,"NodeNames":["n1"],"nodeNames":null)"))->has_nodes);
}

TEST(DecodeExtenderArgs, UnescapesNamesAndKeepsOtherTextsWhole) {
    const auto args =
        decode(R"({"Pod":{"metadata":{"name":"p\u00e9","namespace":"a\"b","uid":"u"}},"NodeNames":["n\n1"]})");
    ASSERT_TRUE(args);
    EXPECT_EQ(args->pod, (PodKey{"a\"b", "p\xC3\xA9"}));
    EXPECT_EQ(args->node_names, std::vector<std::string>{"n\n1"});
}

TEST(DecodeExtenderArgs, LetsUnreadNumbersBeAsLargeAsTheyLike) {
    EXPECT_TRUE(decode(args_with(R"(,"x":1000000000000000000000000000000,"y":1e999,"z":-0.5E+7)")));
}

TEST(DecodeExtenderArgs, NamesTheFieldThatIsWrong) {
    EXPECT_EQ(extender_error(R"({"Pod":{"metadata":{"uid":7}}})"), "Pod.metadata.uid: must be a string, is a number");
    EXPECT_EQ(extender_error(R"({"Pod":[]})"), "Pod: must be an object, is a list");
    EXPECT_EQ(extender_error(args_with(R"(,"NodeNames":["n1",true])")), "NodeNames[1]: must be a string, is a boolean");
    EXPECT_EQ(extender_error(args_with(R"(,"NodeNames":[""])")), "NodeNames[0]: is empty");
    EXPECT_EQ(extender_error(args_with(R"(,"NodeNames":"n1")")), "NodeNames: must be a list, is a string");
    EXPECT_EQ(extender_error(args_with(R"(,"Nodes":{"items":[{"spec":{}}]})")),
              "Nodes.items[0].metadata.name: is missing or empty; send kube-scheduler's own message (extender/v1)");
}

TEST(DecodeExtenderArgs, RefusesAPodWithoutIdentity) {
    const std::string remedy = ": is missing or empty; send kube-scheduler's own message (extender/v1)";
    EXPECT_EQ(extender_error("{}"), "Pod.metadata.uid" + remedy);
    EXPECT_EQ(extender_error(R"({"Pod":null})"), "Pod.metadata.uid" + remedy);
    EXPECT_EQ(extender_error(R"({"Pod":{"metadata":{"uid":"u","name":"p"}}})"), "Pod.metadata.namespace" + remedy);
    EXPECT_EQ(extender_error(R"({"Pod":{"metadata":{"uid":"u","namespace":"ns"}}})"), "Pod.metadata.name" + remedy);
}

class NotJson : public testing::TestWithParam<std::string_view> {};

TEST_P(NotJson, IsRefused) {
    const auto args = decode(std::string(GetParam()));
    ASSERT_FALSE(args);
    EXPECT_EQ(args.error().code, ErrorCode::bad_input);
    EXPECT_FALSE(args.error().where.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Decode, NotJson,
    testing::Values("", " ", "null", "7", "[]", "\"x\"", "{", "}", R"({"Pod")", R"({"Pod":})", R"({"Pod":{}})",
                    // the same complete message, spoilt in one place each, also where nobody looks
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":tru}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":01}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":"\x"}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":1 "b":2}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":"b":"c"}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":[1,]}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{"a":[1}}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"},"spec":{,}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"}}}})",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"}}} x)",
                    R"({"Pod":{"metadata":{"uid":"u","namespace":"n","name":"p"}}}{})",
                    "{\"Pod\":{\"metadata\":{\"uid\":\"u\",\"namespace\":\"n\",\"name\":\"p\xFF\"}}}",
                    "{\"Pod\":{\"metadata\":{\"uid\":\"u\",\"namespace\":\"n\",\"name\":\"p\n\"}}}"));

TEST(DecodeExtenderArgs, RefusesBottomlessNesting) {
    const std::string deep(1'000'000, '[');
    EXPECT_NE(extender_error(R"({"Pod":)" + deep), "no error");
    EXPECT_NE(extender_error(args_with(R"(,"x":)" + deep + std::string(deep.size(), ']'))), "no error");
}

TEST(DecodeExtenderArgs, ShowsOnlyTheBeginningOfAnEndlessKey) {
    const auto error = extender_error("{\"" + std::string(100'000, 'k') + "\":tru}");
    EXPECT_LT(error.size(), 400U);
}

TEST(DecodeBindingArgs, ReadsTheFourFields) {
    std::string body = R"({"PodName":"p","podnamespace":"ml","PodUID":"u","node":"n1","More":{}})";
    const auto args = decode_binding_args(body);
    ASSERT_TRUE(args) << to_string(args.error());
    EXPECT_EQ(args->pod, (PodKey{"ml", "p"}));
    EXPECT_EQ(args->uid, PodUid("u"));
    EXPECT_EQ(args->node, NodeName("n1"));
}

TEST(DecodeBindingArgs, NamesTheFieldThatIsMissing) {
    const std::string remedy = ": is missing or empty; send kube-scheduler's own message (extender/v1)";
    EXPECT_EQ(bind_error(R"({"PodName":"p","PodNamespace":"ml","Node":"n1"})"), "PodUID" + remedy);
    EXPECT_EQ(bind_error(R"({"PodName":"p","PodNamespace":"ml","PodUID":"u","Node":""})"), "Node" + remedy);
    EXPECT_EQ(bind_error(R"({"PodName":null,"PodNamespace":"ml","PodUID":"u","Node":"n"})"), "PodName" + remedy);
}

TEST(DecodePreemptionArgs, ReadsVictimsOfBothForms) {
    std::string meta = args_with(
        R"(,"NodeNameToVictims":null,"NodeNameToMetaVictims":{"n2":{"Pods":[{"UID":"a"},{"uid":"b"}],"NumPDBViolations":2},"n1":{"Pods":[],"NumPDBViolations":0}})");
    const auto from_meta = decode_preemption_args(meta);
    ASSERT_TRUE(from_meta) << to_string(from_meta.error());
    ASSERT_EQ(from_meta->nodes.size(), 2U);
    EXPECT_EQ(from_meta->nodes[1].node, "n2");
    EXPECT_EQ(from_meta->nodes[1].pods, (std::vector{PodUid("a"), PodUid("b")}));
    EXPECT_EQ(from_meta->nodes[1].pdb_violations, 2);

    std::string full = args_with(
        R"(,"NodeNameToMetaVictims":null,"NodeNameToVictims":{"n1":{"Pods":[{"metadata":{"uid":"a","name":"x"},"spec":{}}],"NumPDBViolations":1}})");
    const auto from_full = decode_preemption_args(full);
    ASSERT_TRUE(from_full) << to_string(from_full.error());
    ASSERT_EQ(from_full->nodes.size(), 1U);
    EXPECT_EQ(from_full->nodes[0].pods, std::vector{PodUid("a")});
}

TEST(DecodePreemptionArgs, LeavesNullEntriesOut) {
    std::string body = args_with(
        R"(,"NodeNameToMetaVictims":{"n1":null,"n2":{"Pods":[null,{"UID":"a"}],"NumPDBViolations":0},"n3":{"Pods":null}})");
    const auto args = decode_preemption_args(body);
    ASSERT_TRUE(args) << to_string(args.error());
    ASSERT_EQ(args->nodes.size(), 2U);
    EXPECT_EQ(args->nodes[0].node, "n2");
    EXPECT_EQ(args->nodes[0].pods, std::vector{PodUid("a")});
    EXPECT_TRUE(args->nodes[1].pods.empty());
}

TEST(DecodePreemptionArgs, LetsTheLastOfEqualNodesCount) {
    std::string body =
        args_with(R"(,"NodeNameToMetaVictims":{"n":{"Pods":[{"UID":"old"}]},"m":{},"n":{"Pods":[{"UID":"new"}]}})");
    const auto args = decode_preemption_args(body);
    ASSERT_TRUE(args);
    ASSERT_EQ(args->nodes.size(), 2U);
    EXPECT_EQ(args->nodes[1].pods, std::vector{PodUid("new")});
}

TEST(DecodePreemptionArgs, TakesOnlyWholeNumbersForCounts) {
    const auto error = [](std::string_view number) {
        std::string body =
            args_with(R"(,"NodeNameToMetaVictims":{"n":{"NumPDBViolations":)" + std::string(number) + "}}");
        const auto args = decode_preemption_args(body);
        return args ? std::string() : args.error().where + ": " + args.error().what;
    };
    EXPECT_EQ(error("9223372036854775807"), "");
    EXPECT_EQ(error("-1"), "");
    const std::string where = "NodeNameToMetaVictims.n.NumPDBViolations: must be a whole number of 64 bits, is ";
    for (const auto* number : {"7.0", "1e3", "9223372036854775808"}) EXPECT_EQ(error(number), where + number);
}

TEST(FieldName, FoldsAsGoDoes) {
    EXPECT_TRUE(is_field("NodeNames", "NodeNames"));
    EXPECT_TRUE(is_field("nODEnAMES", "NodeNames"));
    EXPECT_TRUE(is_field("\xE2\x84\xAA", "k"));
    EXPECT_FALSE(is_field("NodeName", "NodeNames"));
    EXPECT_FALSE(is_field("NodeNamess", "NodeNames"));
    EXPECT_FALSE(is_field("Node Names", "NodeNames"));
    EXPECT_FALSE(is_field("", "Pod"));
    EXPECT_FALSE(is_field("[od", "{od"));  // differ by the bit that makes a letter small
}

TEST(JsonToken, KnowsTheGrammarOfNumbers) {
    for (const auto* good :
         {"0", "-0", "10", "1.5", "-1.5e10", "1E+2", "1e-2", "0.0", "123456789012345678901234567890 \n"}) {
        EXPECT_TRUE(is_number_token(good)) << good;
    }
    for (const auto* bad : {"", "-", "+1", "01", "1.", ".5", "1e", "1e+", "0x1", "1 2", "NaN", "-Infinity", "1_0"})
        EXPECT_FALSE(is_number_token(bad)) << bad;
}

}  // namespace
}  // namespace muster::wire
