#include "placement/model/result.hpp"

#include "placement/model/check.hpp"

#include <gtest/gtest.h>

namespace muster {
namespace {

Result<int> half(int number) {
    if (number % 2 != 0) return std::unexpected(Error{ErrorCode::bad_input, "number", "is odd", "give an even one"});
    return number / 2;
}

Result<int> quarter(int number) {
    MUSTER_TRY(const int halved, half(number));
    MUSTER_TRY(const int result, half(halved));
    return result;
}

TEST(Result, TryHandsOnTheValueOrTheFirstError) {
    EXPECT_EQ(quarter(8), 2);
    EXPECT_EQ(quarter(3).error().what, "is odd");
    EXPECT_EQ(quarter(2).error().code, ErrorCode::bad_input);
}

TEST(Result, ErrorReadsAsWhereWhatRemedy) {
    EXPECT_EQ(to_string(half(1).error()), "number: is odd; give an even one");
    EXPECT_EQ(to_string(Error{ErrorCode::limit, "", "too many", ""}), "too many");
}

TEST(CheckDeathTest, BrokenInvariantEndsTheProcessAndNamesTheCondition) {
    MUSTER_CHECK(1 + 1 == 2);
    EXPECT_DEATH(MUSTER_CHECK(1 + 1 == 3), "broken invariant: 1 \\+ 1 == 3 at .*result_test.cpp");
}

}  // namespace
}  // namespace muster
