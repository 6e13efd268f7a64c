// `muster topo` as users call it: arguments and a dump in, both streams and the exit status out.
#include "cli/command.hpp"
#include "test/cli/call_for_tests.hpp"

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Call;

constexpr const char* kPair = "\tGPU0\tGPU1\tNIC0\nGPU0\t X \tNV4\tPIX\nGPU1\tNV4\t X \tNODE\nNIC0\tPIX\tNODE\t X \n";

Call topo(const std::vector<std::string_view>& args, const std::string& input = "") {
    return test::call(run_topo, args, input);
}

TEST(CliTopo, ADumpFromStandardInputIsShown) {
    const Call call = topo({"-"}, kPair);
    EXPECT_EQ(call.status, kDone);
    EXPECT_TRUE(call.out.starts_with("2 × GPU, 1 NIC, 1 NUMA node  [nvidia-smi topo -m]\n")) << call.out;
    EXPECT_EQ(call.err, "");
}

TEST(CliTopo, EveryFormIsWritten) {
    EXPECT_TRUE(topo({"-", "-o", "json"}, kPair).out.starts_with("{\n  \"apiVersion\""));
    EXPECT_TRUE(topo({"-", "-o", "dot"}, kPair).out.starts_with("graph machine {"));
    EXPECT_TRUE(topo({"-", "--output=svg"}, kPair).out.starts_with("<svg "));
    const Call wrong = topo({"-", "-o", "jsn"}, kPair);
    EXPECT_EQ(wrong.status, kBadInput);
    EXPECT_EQ(wrong.err, "error: --output: \"jsn\" is not a form; did you mean \"json\"?\n");
}

TEST(CliTopo, AProfileStandsInForAFile) {
    const Call call = topo({"--profile", "dgx-1v"});
    EXPECT_EQ(call.status, kDone);
    EXPECT_NE(call.out.find("[profile dgx-1v]"), std::string::npos);
    const Call wrong = topo({"--profile", "dgx-1w"});
    EXPECT_EQ(wrong.status, kBadInput);
    EXPECT_NE(wrong.err.find("did you mean \"dgx-1v\"?"), std::string::npos) << wrong.err;
    EXPECT_NE(topo({"--help"}).out.find("dgx-1v"), std::string::npos);
}

TEST(CliTopo, BadUsageAndBadInputAreTwo) {
    EXPECT_EQ(topo({}).err, "error: FILE: is missing; name one file, - for standard input, or --profile\n");
    EXPECT_EQ(topo({"a", "b"}).status, kBadInput);
    EXPECT_EQ(topo({"-", "--profile", "dgx-1v"}, kPair).err,
              "error: --profile: is given beside a file; give one of the two\n");
    EXPECT_NE(topo({"no-such-file"}).err.find("no-such-file: cannot be read"), std::string::npos);
    const Call broken = topo({"-"}, "\tGPU0\tGPU1\nGPU0\t X \tPIX\nGPU1\tPXB\t X \n");
    EXPECT_EQ(broken.status, kBadInput);
    EXPECT_EQ(broken.out, "");
    EXPECT_TRUE(broken.err.starts_with("error: stdin: line 3: row GPU1, column GPU0 is PXB")) << broken.err;
    const Call flag = topo({"--profil", "x"});
    EXPECT_EQ(flag.status, kBadInput);
    EXPECT_NE(flag.err.find("`muster topo --help` shows the flags."), std::string::npos);
}

}  // namespace
}  // namespace muster
