// The commands as users call them: arguments and files in, both streams and the exit status out. What is printed is
// kept in golden/; MUSTER_UPDATE_GOLDEN=1 rewrites it.
#include "cli/command.hpp"
#include "test/cli/call_for_tests.hpp"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using test::Call;

const std::string kFolder = MUSTER_CLI_TEST_DIR;

// "@name" stands for a path below input/; the folder is written DIR in what comes back.
std::string without_folder(std::string text) {
    for (std::size_t at = 0; (at = text.find(kFolder, at)) != std::string::npos;)
        text.replace(at, kFolder.size(), "DIR");
    return text;
}

Call run(const std::vector<std::string>& words, const std::string& input = "") {
    std::vector<std::string> paths;
    for (const auto& word : words) paths.push_back(word.starts_with('@') ? kFolder + "/input/" + word.substr(1) : word);
    const std::vector<std::string_view> args(paths.begin(), paths.end());
    const Call made = test::call(run_muster, args, input);
    return {made.status, without_folder(made.out), without_folder(made.err)};
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void expect_golden(const std::string& name, const std::string& actual) {
    const std::string path = kFolder + "/golden/" + name;
    if (std::getenv("MUSTER_UPDATE_GOLDEN") != nullptr) {
        std::ofstream(path) << actual;
        return;
    }
    EXPECT_EQ(actual, read_text(path)) << "see " << path;
}

TEST(Cli, TheOverviewListsEveryCommand) {
    const Call help = run({"--help"});
    EXPECT_EQ(help.status, kDone);
    for (const auto& command : commands())
        EXPECT_NE(help.out.find("  " + std::string(command.name)), std::string::npos) << command.name;
    EXPECT_EQ(run({"help"}).out, help.out);
    EXPECT_EQ(run({}).status, kBadInput);
    EXPECT_EQ(run({}).err, help.out);
}

TEST(Cli, EveryCommandHasHelp) {
    for (const auto& command : commands()) {
        for (const char* flag : {"--help", "-h"}) {
            const Call help = run({std::string(command.name), flag});
            EXPECT_EQ(help.status, kDone) << command.name;
            EXPECT_NE(help.out.find("Usage: muster " + std::string(command.name)), std::string::npos) << command.name;
            EXPECT_EQ(help.err, "") << command.name;
        }
    }
}

TEST(Cli, UnknownCommandsAndFlagsNameTheNearest) {
    const Call command = run({"plaec"});
    EXPECT_EQ(command.status, kBadInput);
    EXPECT_EQ(command.err, "error: \"plaec\" is not a command; did you mean \"place\"?\n");
    const Call flag = run({"place", "--filname", "x"});
    EXPECT_EQ(flag.status, kBadInput);
    EXPECT_EQ(flag.err,
              "error: unknown flag --filname; did you mean \"--filename\"?\n`muster place --help` shows the flags.\n");
}

TEST(Cli, VersionPrintsTheProjectsVersion) {
    EXPECT_EQ(run({"version"}).out, "muster " MUSTER_VERSION "\n");
    EXPECT_EQ(run({"--version"}).out, "muster " MUSTER_VERSION "\n");
    EXPECT_EQ(run({"version", "x"}).status, kBadInput);
}

TEST(CliPlace, HelpIsComplete) {
    expect_golden("place-help.txt", run({"place", "--help"}).out);
}

TEST(CliPlace, ATableTellsEveryGangAtAGlance) {
    const Call table = run({"place", "-f", "@cluster.yaml", "-f", "@gangs.yaml"});
    EXPECT_EQ(table.status, kDoesNotFit);
    expect_golden("table.txt", table.out);
    EXPECT_EQ(
        table.err,
        "note: rack r1 lies under several domains of level block (r1 under b1 and b2) and counts as one rack under "
        "each; if it is one, the levels cross: leave one of them out of topology.levels and wish it by its "
        "label\n"
        "note: without label topology.muster.scheduler/rack (level rack): loose\n");
}

TEST(CliPlace, JsonFollowsTheSchema) {
    const Call json = run({"place", "-f", "@cluster.yaml", "-f", "@gangs.yaml", "-o", "json"});
    EXPECT_EQ(json.status, kDoesNotFit);
    expect_golden("placements.json", json.out);
}

TEST(CliPlace, OneGangIsReportedWhileTheOthersTakeTheirSpace) {
    const Call one = run({"place", "-f", "@cluster.yaml", "-f", "@gangs.yaml", "--gang", "ml/llama"});
    EXPECT_EQ(one.status, kDone);
    EXPECT_NE(one.out.find("ml/llama"), std::string::npos);
    EXPECT_EQ(one.out.find("ml/mega"), std::string::npos);
    const Call none = run({"place", "-f", "@cluster.yaml", "-f", "@gangs.yaml", "--gang", "ml/lama"});
    EXPECT_EQ(none.status, kBadInput);
    EXPECT_NE(none.err.find("did you mean \"ml/llama\"?"), std::string::npos) << none.err;
}

TEST(CliPlace, AGangThatWaitsForItsLevelIsShownWithTheTimeUntilWhich) {
    const auto place = [](const char* now) { return run({"place", "-f", "@patient.yaml", "--now", now}); };
    const Call waits = place("2026-08-18T09:31:00Z");
    EXPECT_EQ(waits.status, kDoesNotFit);
    EXPECT_NE(waits.out.find("waits for its preferred level until 2026-08-18T09:35:00Z, then takes any: no rack has "
                             "room for 2 members at once"),
              std::string::npos)
        << waits.out;
    EXPECT_EQ(place("2026-08-18T09:35:00Z").status, kDone);
    const Call soon = place("soon");
    EXPECT_EQ(soon.status, kBadInput);
    EXPECT_EQ(soon.err, "error: --now: \"soon\" is not a time; write e.g. 2026-08-18T09:30:00Z\n");
}

TEST(CliPlace, StandardInputFoldersAndPlainArgumentsAreInputs) {
    const Call piped = run({"place", "-f", "@cluster.yaml", "-f", "-"}, read_text(kFolder + "/input/llama.yaml"));
    EXPECT_EQ(piped.status, kDone);
    EXPECT_NE(piped.out.find("ml/Job/llama"), std::string::npos);
    EXPECT_EQ(run({"place", "-f", "@folder"}).status, kDone);
    EXPECT_EQ(run({"place", "-f", "@cluster.yaml", "@llama.yaml"}).out, piped.out);
    EXPECT_NE(run({"place", "-f", "@folder"}).out.find("n[1,2]"), std::string::npos);
}

TEST(CliPlace, EveryBadObjectIsReportedAndTheOthersArePlanned) {
    const Call bad = run({"place", "-f", "@bad.yaml"});
    EXPECT_EQ(bad.status, kBadInput);
    expect_golden("bad-input.txt", bad.err);
    EXPECT_NE(bad.out.find("ml/d"), std::string::npos);
    EXPECT_NE(bad.out.find("fits"), std::string::npos);
}

TEST(CliPlace, SettingsGiveSchedulerNamesAndLevels) {
    const Call other = run({"place", "-f", "@cluster.yaml", "-f", "@gangs.yaml", "--config", "@config.yaml"});
    EXPECT_EQ(other.status, kDone);
    EXPECT_EQ(other.out, "No pending gangs.\n");
}

TEST(CliPlace, BadSettingsAreReportedAllAtOnce) {
    const Call bad = run({"place", "-f", "@cluster.yaml", "--config", "@bad-config.yaml"});
    EXPECT_EQ(bad.status, kBadInput);
    EXPECT_EQ(bad.out, "");
    EXPECT_EQ(bad.err,
              "error: DIR/input/bad-config.yaml:3: mode: \"enforced\" is not a choice; did you mean \"enforce\"?\n"
              "error: DIR/input/bad-config.yaml:2: topology.level: is not a setting; did you mean \"levels\"?\n");
}

TEST(CliPlace, WrongUsageIsExplained) {
    struct Case {
        std::vector<std::string> args;
        const char* err;
    };
    for (const Case& c :
         std::vector<Case>{{{"place"}, "error: --filename: is missing; write -f FILE, -f FOLDER or -f -\n"},
                           {{"place", "-f"},
                            "error: -f lacks its value; write -f FILE|DIR|-\n`muster place --help` shows the flags.\n"},
                           {{"place", "-f", "@none.yaml"},
                            "error: DIR/input/none.yaml: cannot be read: No such file or directory; check the path\n"},
                           {{"place", "-f", "@no-manifests"},
                            "error: DIR/input/no-manifests: holds no .yaml, .yml or .json file; name the files, or the "
                            "folder that holds them\n"},
                           {{"place", "-f", "@cluster.yaml", "-o", "xml"},
                            "error: --output: \"xml\" is not a form; known: table, json\n"},
                           {{"place", "-f", "@cluster.yaml", "-o", "json", "--output=table"},
                            "error: --output is given twice; keep one\n`muster place --help` shows the flags.\n"},
                           {{"place", "-f", "@cluster.yaml", "--config", "@none.yaml"},
                            "error: DIR/input/none.yaml: cannot be read: No such file or directory; check the path\n"},
                           {{"place", "-f", "-", "-f", "-"}, "error: -: standard input is named twice; keep one\n"},
                           {{"place", "--help=yes"},
                            "error: --help takes no value; write --help\n`muster place --help` shows the flags.\n"}}) {
        const Call result = run(c.args);
        EXPECT_EQ(result.status, kBadInput) << c.args.back();
        EXPECT_EQ(result.err, c.err);
        EXPECT_EQ(result.out, "");
    }
}

}  // namespace
}  // namespace muster
