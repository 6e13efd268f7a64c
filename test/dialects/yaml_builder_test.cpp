#include "dialects/object.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

std::vector<Object> parsed_documents(std::string_view text) {
    auto documents = parse_yaml(text, "t");
    EXPECT_TRUE(documents.has_value()) << (documents ? "" : to_string(documents.error()));
    return documents.value_or(std::vector<Object>());
}

Object value(const std::string& scalar) {
    const auto documents = parsed_documents("v: " + scalar);
    return documents.empty() ? Object() : documents.front()["v"];
}

TEST(YamlBuilder, PlainScalarsAreTypedAsKubectlTypesThem) {
    struct Case {
        const char* text;
        ObjectKind kind;
        const char* shown;
    };
    for (const Case& c : std::vector<Case>{{"8", ObjectKind::number, "8"},
                                           {"-1.5", ObjectKind::number, "-1.5"},
                                           {"1e3", ObjectKind::number, "1e3"},
                                           {"0x10", ObjectKind::number, "16"},
                                           {"017", ObjectKind::number, "15"},
                                           {"0o17", ObjectKind::number, "15"},
                                           {"-0b11", ObjectKind::number, "-3"},
                                           {"08", ObjectKind::number, "08"},
                                           {"1_000", ObjectKind::number, "1000"},
                                           {"0", ObjectKind::number, "0"},
                                           {".5", ObjectKind::number, ".5"},
                                           {"true", ObjectKind::boolean, "true"},
                                           {"yes", ObjectKind::boolean, "true"},
                                           {"Off", ObjectKind::boolean, "false"},
                                           {"n", ObjectKind::boolean, "false"},
                                           {"500m", ObjectKind::string, "500m"},
                                           {"4Gi", ObjectKind::string, "4Gi"},
                                           {"1.2.3", ObjectKind::string, "1.2.3"},
                                           {"-x", ObjectKind::string, "-x"},
                                           {"2026-08-18T09:30:00Z", ObjectKind::string, "2026-08-18T09:30:00Z"},
                                           {"\"8\"", ObjectKind::string, "8"},
                                           {"'yes'", ObjectKind::string, "yes"},
                                           {"!!str 8", ObjectKind::string, "8"},
                                           {"!!int \"8\"", ObjectKind::number, "8"},
                                           {"0xZZ", ObjectKind::string, "0xZZ"},
                                           {"b1", ObjectKind::string, "b1"}}) {
        EXPECT_EQ(value(c.text).kind(), c.kind) << c.text << " is a " << kind_name(value(c.text).kind());
        EXPECT_EQ(value(c.text).text(), c.shown) << c.text;
    }
    for (const char* text : {"", "~", "null", "Null", "NULL"}) EXPECT_TRUE(value(text).is_null()) << text;
}

TEST(YamlBuilder, StreamsGiveOneObjectPerDocumentAndSkipEmptyOnes) {
    const auto documents = parsed_documents("---\n---\na: 1\n---\n# nothing\n---\n- x\n...\n");
    ASSERT_EQ(documents.size(), 2U);
    EXPECT_EQ(documents[0]["a"].text(), "1");
    EXPECT_EQ(documents[1].items()[0].text(), "x");
    EXPECT_TRUE(parsed_documents("").empty());
}

TEST(YamlBuilder, ObjectsRememberTheirLine) {
    const auto documents = parsed_documents("a: 1\nb:\n  c: x\n---\nd: 2\n");
    EXPECT_EQ(documents[0]["b"]["c"].line(), 3U);
    EXPECT_EQ(documents[1].line(), 5U);
}

TEST(YamlBuilder, BlockAndFlowStylesMeanTheSame) {
    EXPECT_EQ(parsed_documents("a:\n- b: [1, 2]\n  c: {d: e}\n"), parsed_documents("{a: [{b: [1, 2], c: {d: e}}]}"));
    EXPECT_EQ(parsed_documents("{\"a\": [\"b\", 1, null, true]}").front(),
              *parse_json("{\"a\": [\"b\", 1, null, true]}", "t"));
}

TEST(YamlBuilder, AliasesAndMergeKeysExpand) {
    const auto document =
        parsed_documents("base: &b {cpu: 1, gpu: 8}\none: *b\ntwo: {<<: *b, gpu: 4}\nthree:\n  <<: [{x: 1}, *b]\n")
            .front();
    EXPECT_EQ(document["one"], document["base"]);
    EXPECT_EQ(document["two"]["cpu"].text(), "1");
    EXPECT_EQ(document["two"]["gpu"].text(), "4");
    EXPECT_EQ(document["three"]["x"].text(), "1");
    EXPECT_EQ(document["three"]["gpu"].text(), "8");
}

TEST(YamlBuilder, BadTextIsRefusedWithItsLine) {
    for (const char* text : {"a: [1", "a: b: c", "a: 1\n b: 2", "[x]: 1", "{{a: 1}: 2}", "a: *nobody", "a: &x [*x]",
                             "a: \"x", "<<: 3", "\t- a", "a: 'x"}) {
        const auto documents = parse_yaml(text, "t");
        ASSERT_FALSE(documents) << text;
        EXPECT_EQ(documents.error().where, "t");
        EXPECT_NE(documents.error().what.find("line "), std::string::npos) << documents.error().what;
    }
}

TEST(YamlBuilder, AKeyGivenTwiceIsRefusedWithBothLines) {
    const auto twice = parse_yaml("labels:\n  rack: r1\n  zone: a\n  rack: r2\n", "f.yaml");
    ASSERT_FALSE(twice);
    EXPECT_EQ(twice.error().what, "bad YAML: line 4: the key \"rack\" is given twice, first in line 2");
    EXPECT_FALSE(parse_yaml("{required: rack, required: block}", "f.yaml"));
    EXPECT_TRUE(parse_yaml("base: &b {a: 1}\nmine: {<<: *b, a: 2}\n", "f.yaml")) << "a merged key may be overridden";
}

TEST(YamlBuilder, TextAfterAValueIsRefusedAndDoesNotHang) {
    for (const char* text : {"!1e3,", ",", "]", "[1] ]", "{a: 1}}", "a: 1\n]", "x ,y: [,", "- a\n, b"}) {
        const auto documents = parse_yaml(text, "t");
        if (!documents) continue;
        EXPECT_LE(documents->size(), 1U) << text;
    }
    EXPECT_FALSE(parse_yaml("[1] ]", "t"));
    EXPECT_FALSE(parse_yaml("!1e3,", "t"));
}

TEST(YamlBuilder, NestingHasALimit) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parse_yaml(nested(kMaxObjectDepth), "t"));
    const auto deep = parse_yaml(nested(kMaxObjectDepth + 1), "t");
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().code, ErrorCode::limit);
    EXPECT_FALSE(parse_yaml(std::string(100'000, '['), "t"));
}

TEST(YamlBuilder, ABillionLaughsAreRefused) {
    std::string text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n";
    for (int i = 1; i < 10; ++i) {
        const std::string before = "*a" + std::to_string(i - 1);
        text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
        for (int j = 0; j < 10; ++j) text += (j == 0 ? "" : ",") + before;
        text += "]\n";
    }
    const auto documents = parse_yaml(text, "t");
    ASSERT_FALSE(documents);
    EXPECT_EQ(documents.error().code, ErrorCode::limit);
}

TEST(ParseAny, JsonIsTriedFirstAndItsErrorIsTheOneShown) {
    EXPECT_EQ(parse_any(" \n{\"a\": 1}", "t")->front()["a"].text(), "1");
    EXPECT_EQ(parse_any("{a: 1}", "t")->front()["a"].text(), "1");
    EXPECT_EQ(parse_any("a: 1\n---\na: 2", "t")->size(), 2U);
    const auto bad = parse_any("{\"a\": }{", "t");
    ASSERT_FALSE(bad);
    EXPECT_EQ(bad.error().what.substr(0, 8), "bad JSON") << bad.error().what;
}

}  // namespace
}  // namespace muster
