#include "dialects/object.hpp"
#include "test/dialects/refusal_of.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

Object parsed_json(std::string_view text) {
    auto object = parse_json(text, "t");
    EXPECT_TRUE(object.has_value()) << (object ? "" : to_string(object.error()));
    return object.value_or(Object());
}

std::string json_refusal(std::string_view text) {
    return test::refusal_of(parse_json(text, "t"));
}

TEST(JsonBuilder, NumbersKeepTheirText) {
    const Object list = parsed_json("[1, -0.5e3 ,1e30, 99999999999999999999999999999999]");
    ASSERT_EQ(list.items().size(), 4U);
    EXPECT_EQ(list.items()[1].text(), "-0.5e3");
    EXPECT_EQ(list.items()[2].text(), "1e30");
    EXPECT_EQ(list.items()[3].text(), "99999999999999999999999999999999");
    EXPECT_EQ(list.items()[3].kind(), ObjectKind::number);
}

TEST(JsonBuilder, KindsAndEscapesAreRead) {
    const Object map = parsed_json(R"({"a":"x\u00e9\n","b":null,"c":[true,false],"d":{}})");
    EXPECT_EQ(map["a"].text(), "xé\n");
    EXPECT_TRUE(map.has("b"));
    EXPECT_TRUE(map["b"].is_null());
    EXPECT_TRUE(map["c"].items()[0].bool_or(false));
    EXPECT_EQ(map["d"].kind(), ObjectKind::map);
}

TEST(JsonBuilder, ScalarsAreDocumentsToo) {
    EXPECT_EQ(parsed_json("12").text(), "12");
    EXPECT_EQ(parsed_json("\"s\"").text(), "s");
    EXPECT_TRUE(parsed_json("null").is_null());
    EXPECT_EQ(parsed_json("true").kind(), ObjectKind::boolean);
}

TEST(JsonBuilder, TheLastOfEqualKeysWins) {
    EXPECT_EQ(parsed_json(R"({"a":1,"a":2})")["a"].text(), "2");
}

TEST(JsonBuilder, ARepeatedKeyIsRefusedWhereItMustNotBe) {
    const auto refused = [](std::string_view text) {
        const auto object = parse_json(text, "t", RepeatedKey::refused);
        return object ? "accepted" : to_string(object.error());
    };
    EXPECT_EQ(refused("{\"a\": 1,\n \"b\": {\"c\": [{\"d\": 1, \"d\": 1}]}}"),
              "t: bad JSON: line 2, column 28: the key \"d\" is given twice");
    EXPECT_NE(refused(R"({"level":1,"l\u0065vel":2})").find("the key \"level\""), std::string::npos);
    EXPECT_EQ(refused(R"({"a":{"a":1},"b":[{"a":1},{"a":2}]})"), "accepted");
}

TEST(JsonBuilder, BadTextIsRefusedWithItsPlace) {
    for (const char* text :
         {"",       "  ",         "{",          "[1,2",          "{\"a\" 1}",  "{\"a\":1,}", "[1 2]",
          "tru",    "[nulx]",     "{\"a\":01}", "[-]",           "[1.]",       "[.5]",       "[+1]",
          "[0x10]", "{\"a\":1}x", "1 2",        "[\"\\ud800\"]", "[\"\xff\"]", "{a:1}",      "[NaN]"}) {
        EXPECT_EQ(json_refusal(text).substr(0, 3), "t: ") << text << " → " << json_refusal(text);
    }
    EXPECT_NE(json_refusal("{\n  \"a\": tru\n}").find("line 2, column"), std::string::npos)
        << json_refusal("{\n  \"a\": tru\n}");
}

TEST(JsonBuilder, NestingHasALimit) {
    const auto nested = [](std::size_t depth) { return std::string(depth, '[') + std::string(depth, ']'); };
    EXPECT_TRUE(parse_json(nested(kMaxObjectDepth), "t"));
    const auto deep = parse_json(nested(kMaxObjectDepth + 1), "t");
    ASSERT_FALSE(deep);
    EXPECT_EQ(deep.error().code, ErrorCode::limit);
    EXPECT_FALSE(parse_json(std::string(1'000'000, '['), "t"));
}

}  // namespace
}  // namespace muster
