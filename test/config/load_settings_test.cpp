#include "config/load_settings.hpp"

#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

using std::chrono::milliseconds;
using Strings = std::vector<std::string>;

Settings loaded(std::string_view text) {
    auto settings = load_settings(text, "s.yaml");
    EXPECT_TRUE(settings.has_value());
    if (!settings) {
        for (const auto& error : settings.error()) ADD_FAILURE() << to_string(error);
        return {};
    }
    return *settings;
}

Strings faults(std::string_view text) {
    Strings texts;
    const auto settings = load_settings(text, "s.yaml");
    if (settings) return {"accepted"};
    for (const auto& error : settings.error()) texts.push_back(to_string(error));
    return texts;
}

void expect_defaults(const Settings& settings) {
    const Settings defaults;
    EXPECT_EQ(settings.scheduler_names, defaults.scheduler_names);
    EXPECT_EQ(settings.mode, defaults.mode);
    EXPECT_EQ(settings.server.scheduling, defaults.server.scheduling);
    EXPECT_EQ(settings.server.binding, defaults.server.binding);
    EXPECT_EQ(settings.server.admin, defaults.server.admin);
    EXPECT_EQ(settings.leadership.mode, defaults.leadership.mode);
    EXPECT_EQ(settings.leadership.lease_namespace, defaults.leadership.lease_namespace);
    EXPECT_EQ(settings.leadership.lease_name, defaults.leadership.lease_name);
    EXPECT_EQ(settings.levels, defaults.levels);
    EXPECT_EQ(settings.machines, defaults.machines);
    EXPECT_EQ(settings.gang.bind_timeout, defaults.gang.bind_timeout);
    EXPECT_EQ(settings.gang.repair_timeout, defaults.gang.repair_timeout);
    EXPECT_EQ(settings.gang.pin, defaults.gang.pin);
    EXPECT_EQ(settings.gpu_picker, defaults.gpu_picker);
}

TEST(LoadSettings, NothingWrittenGivesTheDefaults) {
    expect_defaults(loaded(""));
    expect_defaults(loaded("# only a comment\n"));
    expect_defaults(loaded("kind: MusterConfiguration\nserver:\ngang: {}\n"));
}

TEST(LoadSettings, TheExampleFileStatesTheDefaults) {
    std::ifstream file(MUSTER_SOURCE_DIR "/config/settings.example.yaml");
    ASSERT_TRUE(file);
    const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    expect_defaults(loaded(text));
    for (const char* key : {"schedulerNames", "mode", "scheduling", "binding", "admin", "lease", "levels", "machines",
                            "bindTimeout", "repairTimeout", "pin"}) {
        EXPECT_NE(text.find(std::string(key) + ":"), std::string::npos) << key << " is not in the example";
    }
}

TEST(LoadSettings, EveryKeyIsRead) {
    const Settings settings = loaded(R"(
apiVersion: muster.scheduler/v1alpha1
kind: MusterConfiguration
schedulerNames: [a, b]
mode: shadow
server: {scheduling: {address: "0.0.0.0:1"}, binding: {address: "[::1]:2"}, admin: {address: "localhost:0"}}
leadership: {mode: none, lease: ns/name}
topology: {levels: [{name: block, label: example.com/block}, {name: rack, label: example.com/rack}], machines: /etc/machines}
gpus: {picker: best-bandwidth}
gang: {bindTimeout: 1m30s, repairTimeout: 500ms, pin: none}
)");
    EXPECT_EQ(settings.scheduler_names, (Strings{"a", "b"}));
    EXPECT_EQ(settings.mode, Mode::shadow);
    EXPECT_EQ(settings.server.scheduling, (Address{"0.0.0.0", 1}));
    EXPECT_EQ(settings.server.binding, (Address{"::1", 2}));
    EXPECT_EQ(settings.server.admin, (Address{"localhost", 0}));
    EXPECT_EQ(settings.leadership.mode, LeadershipMode::none);
    EXPECT_EQ(settings.leadership.lease_namespace, "ns");
    EXPECT_EQ(settings.leadership.lease_name, "name");
    EXPECT_EQ(settings.levels, (std::vector<LevelSpec>{{"block", "example.com/block"}, {"rack", "example.com/rack"}}));
    EXPECT_EQ(settings.machines, "/etc/machines");
    EXPECT_EQ(settings.gang.bind_timeout, milliseconds(90'000));
    EXPECT_EQ(settings.gang.repair_timeout, milliseconds(500));
    EXPECT_EQ(settings.gang.pin, Pin::none);
    EXPECT_EQ(settings.gpu_picker, "best-bandwidth");
}

TEST(LoadSettings, LevelsMayBeAutoOrNone) {
    EXPECT_FALSE(loaded("topology: {levels: auto}").levels);
    EXPECT_EQ(loaded("topology: {levels: []}").levels, std::vector<LevelSpec>());
}

TEST(LoadSettings, EveryFaultIsReportedAtOnceWithPathLineAndRemedy) {
    EXPECT_EQ(faults("mode: enforced\nschedulerName: [x]\nserver:\n  bindings: {}\n  admin: {address: here}\ngang:\n  "
                     "bindTimeout: 30\n"),
              (Strings{"s.yaml:2: schedulerName: is not a setting; did you mean \"schedulerNames\"?",
                       "s.yaml:1: mode: \"enforced\" is not a choice; did you mean \"enforce\"?",
                       "s.yaml:4: server.bindings: is not a setting; did you mean \"binding\"?",
                       "s.yaml:5: server.admin.address: \"here\" is not an address; write host:port, e.g. "
                       "127.0.0.1:8861 or [::1]:8861",
                       "s.yaml:7: gang.bindTimeout: \"30\" is not a duration; write a number with its unit, e.g. "
                       "500ms, 30s, 5m or 1h30m"}));
}

TEST(LoadSettings, EachKindOfFaultHasItsSentence) {
    struct Case {
        const char* text;
        const char* fault;
    };
    for (const Case& c : std::vector<Case>{
             {"[a]", "s.yaml:1: is not a map; write keys below it"},
             {"mode: enforce\nmode: shadow", "s.yaml:2: mode: is written twice; keep one"},
             {"apiVersion: v2", "s.yaml:1: apiVersion: \"v2\" is not known; write muster.scheduler/v1alpha1"},
             {"kind: Config", "s.yaml:1: kind: \"Config\" is not known; write MusterConfiguration"},
             {"gpus: {picker: best}",
              "s.yaml:1: gpus.picker: \"best\" is not a choice; known: best-bandwidth, least-fragmentation, "
              "predict-kubelet"},
             {"schedulerNames: muster",
              "s.yaml:1: schedulerNames: is not a list of 1 to 64 names; write e.g. [muster]"},
             {"schedulerNames: []", "s.yaml:1: schedulerNames: is not a list of 1 to 64 names; write e.g. [muster]"},
             {"schedulerNames: [a, a]", "s.yaml:1: schedulerNames[1]: \"a\" is written twice; keep one"},
             {"schedulerNames: [\"\"]", "s.yaml:1: schedulerNames[0]: is empty; write the name of a scheduler"},
             {"mode: [enforce]", "s.yaml:1: mode: is not a single value; write one word"},
             {"server: {admin: {address: \"127.0.0.1:8861\"}}",
              "s.yaml:1: server: two listeners share 127.0.0.1:8861; give each its own port"},
             {"leadership: {mode: follow}",
              "s.yaml:1: leadership.mode: \"follow\" is not a choice; known: follow-scheduler, none"},
             {"leadership: {lease: a/b/c}",
              "s.yaml:1: leadership.lease: \"a/b/c\" is not NAMESPACE/NAME; write e.g. kube-system/muster-scheduler"},
             {"leadership: {lease: muster}",
              "s.yaml:1: leadership.lease: \"muster\" is not NAMESPACE/NAME; write e.g. kube-system/muster-scheduler"},
             {"topology: {levels: rack}",
              "s.yaml:1: topology.levels: is neither auto nor a list of at most 12 levels; write e.g. [{name: rack, "
              "label: example.com/rack}], coarse to fine"},
             {"topology: {levels: [{name: rack}]}", "s.yaml: topology.levels[0].label: is missing; write it"},
             {"topology: {levels: [null]}",
              "s.yaml:1: topology.levels[0]: is empty; write {name: rack, label: example.com/rack}"},
             {"topology: {levels: [{name: host, label: x}]}",
              "s.yaml:1: topology.levels[0]: is the host, which is implied as the last level; remove it"},
             {"topology: {levels: [{name: a, label: x}, {name: b, label: x}]}",
              "s.yaml:1: topology.levels[1]: repeats the name or label of a level before it; give every level a name "
              "and a label of its own"},
             {"topology: {machines: \"\"}",
              "s.yaml:1: topology.machines: is empty; write the path of a folder, or remove it"},
             {"topology: {machines: [a]}", "s.yaml:1: topology.machines: is not a single value; write one word"},
             {"gang: {bindTimeout: 10m}", "s.yaml:1: gang.bindTimeout: 10m is out of range; write 1s to 9m"},
             {"gang: {repairTimeout: 10ms}", "s.yaml:1: gang.repairTimeout: 10ms is out of range; write 100ms to 1m"},
             {"gang: {pin: affinity}", "s.yaml:1: gang.pin: \"affinity\" is not a choice; known: nomination, none"},
             {"mode: enforce\n---\nmode: shadow", "s.yaml:2: a second document follows; write one document"}}) {
        EXPECT_EQ(faults(c.text), Strings{c.fault}) << c.text;
    }
}

TEST(LoadSettings, BadYamlTellsItsLine) {
    const Strings texts = faults("mode: enforce\nserver: {admin: [\n");
    ASSERT_EQ(texts.size(), 1U);
    EXPECT_EQ(texts[0].substr(0, 7), "s.yaml:");
    EXPECT_NE(texts[0].find("bad YAML"), std::string::npos);
    EXPECT_EQ(faults(std::string(100'000, '[')).size(), 1U);
}

}  // namespace
}  // namespace muster
