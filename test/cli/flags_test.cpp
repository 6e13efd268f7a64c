#include "cli/flags.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::array kSpecs{FlagSpec{"file", 'f', "FILE", "a file\nof any kind", true},
                            FlagSpec{"output", 'o', "FORM", "a form"}, FlagSpec{"quiet", 'q', "", "say nothing"},
                            FlagSpec{"long-only", 0, "X", "no letter"}};

using Words = std::vector<std::string_view>;

Result<Flags> parse(const Words& words) {
    return Flags::parse(words, kSpecs);
}

TEST(Flags, EveryWayToWriteAValueIsRead) {
    for (const Words& words :
         {Words{"--file", "a"}, Words{"--file=a"}, Words{"-f", "a"}, Words{"-fa"}, Words{"-f=a"}}) {
        const auto flags = parse(words);
        ASSERT_TRUE(flags);
        EXPECT_EQ(flags->value("file"), "a");
        EXPECT_TRUE(flags->rest().empty());
    }
    EXPECT_EQ(parse({"--file="})->value("file"), "");
    EXPECT_EQ(parse({"-f", "-"})->value("file"), "-");
    EXPECT_EQ(parse({"-f", "--quiet"})->value("file"), "--quiet");
}

TEST(Flags, RepeatedFlagsKeepTheirOrderAndWordsBetweenThemToo) {
    const auto flags = parse({"x", "-f", "a", "-", "-q", "-f", "b", "--", "--file", "-f"});
    ASSERT_TRUE(flags);
    EXPECT_EQ(flags->values("file"), (Words{"a", "b"}));
    EXPECT_EQ(flags->rest(), (Words{"x", "-", "--file", "-f"}));
    EXPECT_TRUE(flags->has("quiet"));
    EXPECT_FALSE(flags->has("output"));
    EXPECT_FALSE(flags->value("output"));
}

TEST(Flags, FaultsSayWhatToWrite) {
    const auto fault = [](const Words& words) { return to_string(parse(words).error()); };
    EXPECT_EQ(fault({"--fil", "a"}), "unknown flag --fil; did you mean \"--file\"?");
    EXPECT_EQ(fault({"-x"}), "unknown flag -x; known: --file, --output, --quiet, --long-only");
    EXPECT_EQ(fault({"--file"}), "--file lacks its value; write --file FILE");
    EXPECT_EQ(fault({"--quiet=1"}), "--quiet takes no value; write --quiet");
    EXPECT_EQ(fault({"-o", "a", "-o", "b"}), "-o is given twice; keep one");
    EXPECT_EQ(fault({"-l", "x"}).substr(0, 15), "unknown flag -l");
}

TEST(Flags, TheDescriptionIsAligned) {
    EXPECT_EQ(describe_flags(kSpecs),
              "  -f, --file FILE    a file\n"
              "                     of any kind\n"
              "  -o, --output FORM  a form\n"
              "  -q, --quiet        say nothing\n"
              "      --long-only X  no letter\n");
}

}  // namespace
}  // namespace muster
