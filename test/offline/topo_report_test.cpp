#include "offline/topo_report.hpp"

#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace muster {
namespace {

TopoReport report_of(std::string_view profile) {
    const auto machine = machine_profile(profile);
    EXPECT_TRUE(machine) << profile;
    return report_topology(*machine, "profile " + std::string(profile));
}

std::size_t count(std::string_view text, std::string_view part) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string_view::npos; at += part.size()) ++found;
    return found;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text.find('\n', at);
        lines.push_back(text.substr(at, end - at));
        at = end + 1;
    }
    return lines;
}

std::size_t columns(const std::string& line) {
    return static_cast<std::size_t>(
        std::ranges::count_if(line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

// 40 GPUs, every two joined by xGMI, and no NIC.
MachineGraph large_mesh() {
    std::vector<Part> parts;
    std::vector<Link> links;
    for (std::uint32_t i = 0; i < 40; ++i) {
        Part gpu;
        gpu.name = "GPU" + std::to_string(i);
        gpu.ordinal = static_cast<std::int32_t>(i);
        parts.push_back(gpu);
        for (std::uint32_t j = 0; j < i; ++j) links.push_back({PartIdx(j), PartIdx(i), LinkKind::xgmi, 1, 48'000});
    }
    return *MachineGraph::build("mesh", Vendor::amd, parts, links);
}

TEST(TopoReport, GpuListsAreShort) {
    EXPECT_EQ(gpu_list(0), "");
    EXPECT_EQ(gpu_list(0b1), "0");
    EXPECT_EQ(gpu_list(0b11), "0,1");
    EXPECT_EQ(gpu_list(0b1011'0111), "0-2,4,5,7");
    EXPECT_EQ(gpu_list(~GpuMask{0}), "0-63");
    EXPECT_EQ(gpu_list(GpuMask{1} << 63U), "63");
}

TEST(TopoReport, GigabytesKeepThreeDigits) {
    EXPECT_EQ(gigabytes(0), "0.0");
    EXPECT_EQ(gigabytes(50), "0.05");
    EXPECT_EQ(gigabytes(1'250), "1.25");
    EXPECT_EQ(gigabytes(20'600), "20.6");
    EXPECT_EQ(gigabytes(99'949), "99.9");
    EXPECT_EQ(gigabytes(99'950), "100");
    EXPECT_EQ(gigabytes(370'800), "371");
}

TEST(TopoReport, EverySizeHasItsBestSetAndTheKubeletsChoiceIsNoBetter) {
    for (const auto name : {"dgx-1v", "hgx-h100", "pcie-8"}) {
        const TopoReport report = report_of(name);
        ASSERT_EQ(report.sizes.size(), 7U) << name;
        for (const auto& size : report.sizes) {
            EXPECT_EQ(static_cast<std::size_t>(std::popcount(size.best.gpus)), size.size) << name;
            ASSERT_TRUE(size.kubelet) << name;
            EXPECT_LE(percent_of_best(size), 100) << name << ' ' << size.size;
        }
    }
}

TEST(TopoReport, ALargeMachineIsShownAtSomeSizesOnly) {
    const MachineGraph machine = large_mesh();
    const TopoReport report = report_topology(machine, "test");
    EXPECT_EQ(report.sizes.front().size, 2U);
    EXPECT_EQ(report.sizes.back().size, 40U);
    EXPECT_LT(report.sizes.size(), 14U);
}

TEST(TopoReport, TheNearestNicsAreThoseOfTheBestClass) {
    const TopoReport report = report_of("dgx-1v");
    EXPECT_EQ(near_nics(report, 0).path, PathClass::pix);
    EXPECT_EQ(near_nics(report, 0).nics, near_nics(report, 1).nics);
    EXPECT_NE(near_nics(report, 0).nics, near_nics(report, 2).nics);
}

TEST(TopoTable, EightGpusStandWithin100Columns) {
    for (const auto name : machine_profile_names()) {
        const auto machine = machine_profile(name);
        if (machine->gpu_count() > 8) continue;
        const std::string table = topo_table(report_topology(*machine, "profile"));
        for (const auto& line : lines_of(table)) EXPECT_LE(columns(line), 100U) << name << ": " << line;
        for (const char* word : {"PATH", "GB/s", "ISLANDS", "BEST SET", "KUBELET GIVES"})
            EXPECT_NE(table.find(word), std::string::npos) << name << ' ' << word;
    }
}

TEST(TopoTable, TheKubeletsLossIsMarkedAndSaid) {
    const std::string table = topo_table(report_of("dgx-1v"));
    EXPECT_NE(table.find("◀"), std::string::npos);
    EXPECT_NE(table.find("the kubelet gives less than the best at size"), std::string::npos);
    const std::string even = topo_table(report_of("hgx-h100"));
    EXPECT_EQ(even.find("◀"), std::string::npos);
    EXPECT_NE(even.find("a set as good as the best at every size"), std::string::npos);
}

TEST(TopoTable, ManyGpusThatSeeTheirPeersAlikeAreOneLine) {
    const MachineGraph machine = large_mesh();
    const std::string table = topo_table(report_topology(machine, "test"));
    EXPECT_NE(table.find("GPU0-39  XGMI 48.0 GB/s: 0-39\n"), std::string::npos) << table;
    EXPECT_EQ(table.find("NICS"), std::string::npos);
}

TEST(TopoTable, WhatNicsCarryIsLeftOpenWhereNoneTellsItsRate) {
    const auto known = machine_profile("dgx-1v");
    std::vector<Part> parts(known->parts().begin(), known->parts().end());
    for (auto& part : parts) part.nic_mbps = 0;
    const auto machine =
        MachineGraph::build("unknown", Vendor::nvidia, parts, {known->links().begin(), known->links().end()});
    ASSERT_TRUE(machine);
    EXPECT_FALSE(knows_nic_rates(*machine));
    EXPECT_EQ(topo_json(report_topology(*machine, "test")).find("nicBandwidthGBps"), std::string::npos);
    EXPECT_NE(topo_json(report_of("dgx-1v")).find("nicBandwidthGBps"), std::string::npos);
}

TEST(TopoJson, TheSchemaHolds) {
    const auto json = nlohmann::json::parse(topo_json(report_of("dgx-1v")));
    EXPECT_EQ(json["apiVersion"], "muster.scheduler/v1alpha1");
    EXPECT_EQ(json["kind"], "MachineTopology");
    EXPECT_EQ(json["source"], "profile dgx-1v");
    EXPECT_EQ(json["vendor"], "nvidia");
    EXPECT_EQ(json["gpus"].size(), 8U);
    EXPECT_EQ(json["gpus"][0]["nearestNics"]["class"], "PIX");
    EXPECT_EQ(json["islands"], nlohmann::json::parse("[[0,1,2,3,4,5,6,7]]"));
    EXPECT_EQ(json["paths"].size(), 28U);
    EXPECT_EQ(json["paths"][2],
              nlohmann::json::parse(R"({"gpus":[0,3],"class":"NVL","bandwidthGBps":40.0,"links":2})"));
    ASSERT_EQ(json["sets"].size(), 7U);
    EXPECT_EQ(json["sets"][0]["size"], 2);
    EXPECT_EQ(json["sets"][0]["best"]["gpus"], nlohmann::json::parse("[0,3]"));
    EXPECT_EQ(json["sets"][0]["best"]["exact"], true);
    EXPECT_LE(json["sets"][4]["kubelet"]["percentOfBest"], 100);
}

TEST(TopoDot, EveryPartAndLinkIsThere) {
    const TopoReport report = report_of("gb200-tray");
    const std::string dot = topo_dot(report);
    EXPECT_TRUE(dot.starts_with("graph machine {\n"));
    EXPECT_EQ(count(dot, "shape="), report.machine.parts().size());
    EXPECT_EQ(count(dot, " -- "), report.machine.links().size());
    EXPECT_EQ(count(dot, "{"), count(dot, "}"));
}

// Every element that is opened is closed, in order.
bool is_well_formed(const std::string& svg) {
    std::vector<std::string> open;
    for (std::size_t at = 0; (at = svg.find('<', at)) != std::string::npos; ++at) {
        const std::size_t end = svg.find('>', at);
        if (end == std::string::npos) return false;
        const std::string tag = svg.substr(at + 1, end - at - 1);
        const std::string name = tag.substr(0, tag.find_first_of(" /"));
        if (tag.starts_with('/')) {
            if (open.empty() || open.back() != tag.substr(1)) return false;
            open.pop_back();
        } else if (!tag.ends_with('/')) {
            open.push_back(name);
        }
    }
    return open.empty();
}

TEST(TopoSvg, EveryPartOfEveryProfileStandsInAWellFormedPicture) {
    for (const auto name : machine_profile_names()) {
        const auto machine = machine_profile(name);
        if (machine->gpu_count() > 8) continue;
        const std::string svg = topo_svg(report_topology(*machine, "profile"));
        EXPECT_TRUE(svg.starts_with("<svg xmlns=")) << name;
        EXPECT_TRUE(is_well_formed(svg)) << name;
        for (const Part& part : machine->parts())
            EXPECT_NE(svg.find(">" + part.name + "</text>"), std::string::npos) << name << ' ' << part.name;
        EXPECT_EQ(svg.find("http", 40), std::string::npos) << "nothing is fetched from elsewhere";
    }
}

TEST(TopoSvg, NamesCannotBreakThePicture) {
    Part gpu;
    gpu.name = "GPU0 <&\"\x01>";
    gpu.ordinal = 0;
    const auto machine = MachineGraph::build("<script>", Vendor::other, {gpu}, {});
    ASSERT_TRUE(machine);
    const std::string svg = topo_svg(report_topology(*machine, "a & b"));
    EXPECT_TRUE(is_well_formed(svg));
    EXPECT_NE(svg.find("GPU0 &lt;&amp;&quot; &gt;"), std::string::npos);
    EXPECT_EQ(svg.find("<script>"), std::string::npos);
}

}  // namespace
}  // namespace muster
