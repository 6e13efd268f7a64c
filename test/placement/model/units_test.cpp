#include "placement/model/units.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace muster {
namespace {

static_assert(!std::is_constructible_v<Epoch, Term>);
static_assert(!std::is_convertible_v<std::uint64_t, Epoch>);

TEST(Counter, StartsAtZeroAndCountsUp) {
    EXPECT_EQ(Epoch().value(), 0U);
    EXPECT_EQ(Epoch(4).next(), Epoch(5));
    EXPECT_LT(Term(1), Term(1).next());
}

TEST(ServiceClock, TimePointsAreMilliseconds) {
    const TimePoint start{Millis(1'000)};
    EXPECT_EQ((start + Millis(250)).time_since_epoch(), Millis(1'250));
}

}  // namespace
}  // namespace muster
