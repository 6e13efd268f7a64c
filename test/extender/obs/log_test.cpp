#include "extender/obs/log.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace muster::log {
namespace {

constexpr std::int64_t kTime = 1'772'360'430'007;

TEST(FormatLine, WritesKeysAndValues) {
    EXPECT_EQ(
        format_line(Format::key_value, kTime, Level::info, "filter",
                    {{"pod", "ml/llama-3"}, {"left", std::size_t{1}}, {"delta", -3}, {"ms", 0.25}, {"whole", true}}),
        "2026-03-01T10:20:30.007Z info    filter pod=ml/llama-3 left=1 delta=-3 ms=0.25 whole=true");
}

TEST(FormatLine, QuotesWhatWouldBreakALine) {
    EXPECT_EQ(format_line(Format::key_value, kTime, Level::warning, "x",
                          {{"a", "two words"}, {"b", "say \"no\"\n"}, {"c", ""}, {"d", "k=v"}}),
              "2026-03-01T10:20:30.007Z warning x a=\"two words\" b=\"say \\\"no\\\"\\u000a\" c=\"\" d=\"k=v\"");
}

TEST(FormatLine, WritesJsonThatAnotherParserReads) {
    const auto line = nlohmann::json::parse(format_line(Format::json, kTime, Level::error, "bind",
                                                        {{"reason", "a \"b\"\\\t"},
                                                         {"n", std::uint64_t{18446744073709551615U}},
                                                         {"x", std::numeric_limits<double>::infinity()}}));
    EXPECT_EQ(line["time"], "2026-03-01T10:20:30.007Z");
    EXPECT_EQ(line["level"], "error");
    EXPECT_EQ(line["event"], "bind");
    EXPECT_EQ(line["reason"], "a \"b\"\\\t");
    EXPECT_EQ(line["n"], 18446744073709551615U);
    EXPECT_TRUE(line["x"].is_null());
}

TEST(Log, WritesOnlyFromTheLevelOn) {
    std::vector<std::string> lines;
    capture({Level::warning, Format::json}, [&](std::string_view line) { lines.emplace_back(line); });
    EXPECT_FALSE(enabled(Level::info));
    info("quiet");
    warning("loud", {{"n", 1}});
    capture({}, nullptr);
    ASSERT_EQ(lines.size(), 1U);
    EXPECT_EQ(nlohmann::json::parse(lines[0])["event"], "loud");
}

TEST(Log, WritesWhatIsQueuedBeforeItStops) {
    testing::internal::CaptureStderr();
    start({Level::info, Format::key_value});
    for (int i = 0; i < 1'000; ++i) info("line", {{"n", i}});
    stop();
    const auto text = testing::internal::GetCapturedStderr();
    EXPECT_EQ(std::ranges::count(text, '\n'), 1'000);
    EXPECT_TRUE(text.ends_with(" line n=999\n"));
}

TEST(ParseLevel, KnowsItsFourWords) {
    EXPECT_EQ(parse_level("debug"), Level::debug);
    EXPECT_EQ(parse_level("error"), Level::error);
    EXPECT_FALSE(parse_level("Info"));
    EXPECT_FALSE(parse_level(""));
}

}  // namespace
}  // namespace muster::log
