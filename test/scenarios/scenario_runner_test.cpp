// Runs every test/scenarios/*.yaml: Kubernetes objects in, placement out. The format is in test/scenarios/README.md.
#include "config/load_settings.hpp"
#include "dialects/object.hpp"
#include "dialects/reason_text.hpp"
#include "dialects/timestamp.hpp"
#include "offline/cluster_input.hpp"
#include "offline/node_list.hpp"
#include "offline/place.hpp"
#include "policies/registry.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> scenario_files() {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(MUSTER_SCENARIO_DIR)) {
        if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
    }
    std::ranges::sort(files);
    return files;
}

std::string read_text(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// The shorthand `nodes`: "BLOCK/RACK: [names]", each with 8 GPUs, 96 CPUs, 1 TiB and 110 pod slots.
std::string node_manifests(const Object& shorthand) {
    std::string text;
    for (const auto& [place, names] : shorthand.fields()) {
        const std::size_t slash = place.find('/');
        const std::string block = place.substr(0, slash);
        const std::string rack = place.substr(slash + 1);
        for (const auto& name : names.items()) {
            text += "---\nkind: Node\nmetadata: {name: " + std::string(name.text()) +
                    ", labels: {topology.muster.scheduler/block: " + block +
                    ", topology.muster.scheduler/rack: " + rack +
                    "}}\nstatus: {allocatable: {nvidia.com/gpu: 8, cpu: 96, memory: 1Ti, pods: 110}}\n";
        }
    }
    return text;
}

// One actual value by the key that a scenario uses for it.
std::string actual(const GangPlacement& item, const std::string& key) {
    if (key == "gang") return item.key.ns + "/" + (item.owner.empty() ? item.key.name : item.owner);
    if (key == "verdict") return std::string(verdict_name(item.verdict));
    if (key == "reason") return item.reason_code;
    if (key == "message") return item.reason;
    if (key == "until") return item.until_s ? format_timestamp(*item.until_s) : "";
    if (key == "proof") return item.quality ? std::string(proof_name(item.quality->proof)) : "";
    if (key == "seats") {
        std::string text;
        for (const auto& pod : item.pods)
            text += (text.empty() ? "" : " ") + std::to_string(pod.rank) + ":" + pod.pod.name + "@" + pod.node.str();
        return text;
    }
    if (key == "gpus") {
        std::string text;
        for (const auto& pod : item.pods) {
            text += (text.empty() ? "" : " ") + pod.node.str() + ":" + std::string(gpu_source_name(pod.gpu_source));
            for (const auto gpu : pod.gpus) text += "," + std::to_string(gpu);
        }
        return text;
    }
    if (key == "bus") return item.quality ? std::to_string(item.quality->bus_mbps) : "";
    if (key == "uplink") {
        const auto uplink = item.quality ? item.quality->slowest_uplink : std::nullopt;
        return uplink ? uplink->domain + " " + std::to_string(uplink->mbps) + " " + std::to_string(uplink->gangs) : "";
    }
    if (key == "placed") return std::to_string(item.pods.size());
    if (key == "level") return item.quality ? item.quality->level : "";
    if (key == "domain") return item.quality ? item.quality->domain : "";
    if (key == "best") return item.shortfall ? std::to_string(item.shortfall->best) : "";
    if (key == "need") return item.shortfall ? std::to_string(item.shortfall->need) : "";
    if (key == "resource") return item.shortfall ? item.shortfall->resource : "";
    if (key == "unmodelled") return item.unmodelled.empty() ? "" : item.unmodelled.front();
    if (key == "nodes") {
        std::vector<std::string> nodes;
        for (const auto& pod : item.pods) nodes.push_back(pod.node.str());
        return compress_names(nodes, 1'000);
    }
    if (key == "domains") {
        std::string text;
        for (const auto& count : item.quality ? item.quality->domains : std::vector<LevelCount>()) {
            text += (text.empty() ? "" : " ") + std::to_string(count.domains) + " " + count.level;
        }
        return text;
    }
    return "(unknown key of a scenario)";
}

class Scenario : public ::testing::TestWithParam<std::string> {};

TEST_P(Scenario, PlacesAsExpected) {
    const std::string text = read_text(GetParam());
    const std::size_t split = std::min(text.find("\n---\n"), text.size());
    const auto head = parse_yaml(text.substr(0, split), "scenario");
    ASSERT_TRUE(head && head->size() == 1) << (head ? "one document expected" : to_string(head.error()));
    const Object& scenario = head->front();
    ASSERT_FALSE(scenario["scenario"].text().empty()) << "a scenario says what it shows";

    std::vector<SourceText> sources{{"objects", text.substr(split)}};
    const std::string nodes = node_manifests(scenario["nodes"]);
    if (!nodes.empty()) sources.push_back({"nodes", nodes});
    const auto settings = load_settings(scenario["settings"].text(), "settings");
    ASSERT_TRUE(settings) << to_string(settings.error().front());
    const auto policies = make_policies(settings->policies, settings->policy_params);
    ASSERT_TRUE(policies) << to_string(policies.error());
    const ClusterInput input = read_cluster_input(sources, {"muster"});
    const auto list = place(input, {settings->levels, *policies, parse_timestamp(scenario["now"].text()),
                                    std::string(scenario["picker"].string_or(kDefaultGpuPicker)), settings->uplinks});
    ASSERT_TRUE(list) << to_string(list.error());

    const auto expected = scenario["expect"].items();
    ASSERT_EQ(list->items.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
        for (const auto& [key, value] : expected[i].fields()) {
            EXPECT_EQ(actual(list->items[i], key), value.text())
                << key << " of " << actual(list->items[i], "gang") << ": " << list->items[i].reason;
        }
    }
    std::vector<Error> errors = input.errors;
    std::ranges::copy_if(list->errors, std::back_inserter(errors),
                         [&](const Error& error) { return std::ranges::find(errors, error) == errors.end(); });
    const auto faults = scenario["errors"].items();
    ASSERT_EQ(errors.size(), faults.size()) << (errors.empty() ? "" : to_string(errors.front()));
    for (std::size_t i = 0; i < faults.size(); ++i) {
        EXPECT_NE(to_string(errors[i]).find(faults[i].text()), std::string::npos) << to_string(errors[i]);
    }
}

std::string name_of(const ::testing::TestParamInfo<std::string>& info) {
    std::string name = fs::path(info.param).stem().string();
    std::ranges::replace_if(name, [](char c) { return std::isalnum(static_cast<unsigned char>(c)) == 0; }, '_');
    return name;
}

INSTANTIATE_TEST_SUITE_P(All, Scenario, ::testing::ValuesIn(scenario_files()), name_of);

TEST(Scenarios, EachIsShortEnoughToBeReadAtAGlance) {
    const auto files = scenario_files();
    EXPECT_GE(files.size(), 15U);
    for (const auto& file : files) {
        EXPECT_LE(std::ranges::count(read_text(file), '\n'), 60) << file;
    }
}

}  // namespace
}  // namespace muster
