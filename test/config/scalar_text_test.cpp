#include "config/scalar_text.hpp"

#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using std::chrono::milliseconds;

TEST(Duration, GoNotationIsReadAndWritten) {
    for (const auto& [text, ms] : std::vector<std::pair<const char*, int>>{{"0s", 0},
                                                                           {"500ms", 500},
                                                                           {"30s", 30'000},
                                                                           {"5m", 300'000},
                                                                           {"1h", 3'600'000},
                                                                           {"1h30m", 5'400'000},
                                                                           {"1m30s", 90'000},
                                                                           {"1s5ms", 1'005}}) {
        EXPECT_EQ(parse_duration(text), milliseconds(ms)) << text;
        EXPECT_EQ(format_duration(milliseconds(ms)), text);
    }
    EXPECT_EQ(parse_duration("0"), milliseconds(0));
    EXPECT_EQ(parse_duration("90s"), milliseconds(90'000));
}

TEST(Duration, NumbersWithoutUnitSignsAndJunkAreNoDurations) {
    for (const char* text : {"", "30", "s", "-5s", "5 s", "1.5s", "5x", "5s5s", "5s1m", "5ms1s", "1e3s", "9999999h",
                             "99999999999999999999s"}) {
        EXPECT_FALSE(parse_duration(text)) << text;
    }
}

TEST(AddressText, HostAndPortAreRead) {
    EXPECT_EQ(parse_address("127.0.0.1:8861"), (Address{"127.0.0.1", 8861}));
    EXPECT_EQ(parse_address("localhost:0"), (Address{"localhost", 0}));
    EXPECT_EQ(parse_address("[::1]:80"), (Address{"::1", 80}));
    for (const char* text : {"", ":80", "localhost", "localhost:", "localhost:65536", "localhost:-1", "localhost:http",
                             "::1:80", "[::1:80", "[]:80", "a b:80", "http://x:80"}) {
        EXPECT_FALSE(parse_address(text)) << text;
    }
}

}  // namespace
}  // namespace muster
