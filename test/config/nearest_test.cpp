#include "config/nearest.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::array<std::string_view, 4> kWords{"required", "preferred", "slices", "rack"};

TEST(Nearest, TypingErrorsFindTheirWord) {
    EXPECT_EQ(nearest("requierd", kWords), "required");
    EXPECT_EQ(nearest("Required", kWords), "required");
    EXPECT_EQ(nearest("require", kWords), "required");
    EXPECT_EQ(nearest("prefered", kWords), "preferred");
    EXPECT_EQ(nearest("rak", kWords), "rack");
    EXPECT_EQ(nearest("arck", kWords), "rack");
}

TEST(Nearest, StrangersFindNothing) {
    EXPECT_FALSE(nearest("zone", kWords));
    EXPECT_FALSE(nearest("", kWords));
    EXPECT_FALSE(nearest(std::string(1'000, 'r'), kWords));
    EXPECT_FALSE(nearest("x", {}));
}

TEST(Nearest, SuggestionsNameTheNearestOrAll) {
    EXPECT_EQ(suggest("slice", kWords), "did you mean \"slices\"?");
    EXPECT_EQ(suggest("zone", kWords), "known: required, preferred, slices, rack");
}

}  // namespace
}  // namespace muster
