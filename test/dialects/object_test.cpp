#include "dialects/object.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(Object, ChainsThroughAbsentFieldsEndInNull) {
    const Object pod = Object::map({{"metadata", Object::map({{"name", Object::string("a")}})}});
    EXPECT_EQ(pod["metadata"]["name"].text(), "a");
    EXPECT_TRUE(pod["metadata"]["labels"]["x"].is_null());
    EXPECT_TRUE(pod["spec"]["containers"].items().empty());
}

TEST(Object, OfEqualKeysTheLastWinsAtThePlaceOfTheFirst) {
    const Object small = Object::map({{"a", Object::number("1")}, {"b", Object()}, {"a", Object::number("2")}});
    ASSERT_EQ(small.fields().size(), 2U);
    EXPECT_EQ(small.fields()[0].first, "a");
    EXPECT_EQ(small["a"].text(), "2");

    std::vector<Object::Field> many;
    for (int i = 0; i < 100; ++i) many.emplace_back("k" + std::to_string(i % 50), Object::number(std::to_string(i)));
    const Object large = Object::map(std::move(many));
    EXPECT_EQ(large.fields().size(), 50U);
    EXPECT_EQ(large["k3"].text(), "53");
}

TEST(Object, IntegersAreWholeInt64InNumbersAndStrings) {
    EXPECT_EQ(Object::number("-12").integer(), -12);
    EXPECT_EQ(Object::string("8").integer(), 8);
    for (const char* text : {"", "1e3", "8.0", " 8", "8x", "9223372036854775808"}) {
        EXPECT_FALSE(Object::number(text).integer()) << text;
    }
    EXPECT_FALSE(Object::boolean(true).integer());
}

TEST(Object, FallbacksApplyToOtherKinds) {
    EXPECT_EQ(Object::number("1").string_or("x"), "x");
    EXPECT_EQ(Object::string("").string_or("x"), "");
    EXPECT_TRUE(Object::string("true").bool_or(true));
    EXPECT_FALSE(Object::string("true").bool_or(false));
    EXPECT_FALSE(Object::boolean(false).bool_or(true));
}

TEST(Object, EqualityIgnoresLines) {
    Object a = Object::string("x");
    a.set_line(7);
    EXPECT_EQ(a, Object::string("x"));
    EXPECT_NE(a, Object::string("y"));
    EXPECT_NE(Object::string("1"), Object::number("1"));
}

TEST(Object, WithFieldReplacesOrAppendsInACopy) {
    const Object map = Object::map({{"a", Object::number("1")}});
    EXPECT_EQ(with_field(map, "a", Object::number("2"))["a"].text(), "2");
    EXPECT_EQ(with_field(map, "b", Object::number("3"))["b"].text(), "3");
    EXPECT_EQ(with_field(Object(), "b", Object::number("3"))["b"].text(), "3");
    EXPECT_EQ(map["a"].text(), "1");
}

}  // namespace
}  // namespace muster
