#include "offline/gang_picture.hpp"
#include "offline/node_list.hpp"
#include "offline/placement_report.hpp"
#include "offline/quality_gap.hpp"
#include "placement/model/level.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <vector>

namespace muster {
namespace {

constexpr std::size_t kColumns = 5;
using Row = std::array<std::string, kColumns>;

constexpr std::size_t kNodesWidth = 60;

// Characters, not bytes: continuation bytes of UTF-8 do not count.
std::size_t width(const std::string& text) {
    return static_cast<std::size_t>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string place_of(const GangPlacement& item) {
    if (!item.quality) return "-";
    return item.quality->domain.empty() ? item.quality->level : item.quality->level + " " + item.quality->domain;
}

// Levels of which the gang takes several domains, hosts left out, since the nodes stand beside it: "2 × rack".
std::string spread_of(const Quality& quality) {
    std::string text;
    for (const auto& count : quality.domains) {
        if (count.domains < 2 || count.level == kHostLevel) continue;
        text += (text.empty() ? "" : ", ") + std::to_string(count.domains) + " × " + count.level;
    }
    return text;
}

std::string members_of(const GangPlacement& item) {
    const auto planned = static_cast<std::int32_t>(item.pods.size());
    const std::int32_t there = item.verdict == Verdict::fits ? item.served + planned : item.served + item.waiting;
    std::string text = std::to_string(there) + "/" + (item.needed > 0 ? std::to_string(item.needed) : "?");
    const std::int32_t later = item.waiting - planned;
    if (item.verdict == Verdict::fits && later > 0) text += " (+" + std::to_string(later) + " later)";
    return text;
}

std::string name_of(const GangPlacement& item) {
    return item.key.ns + "/" + (item.owner.empty() ? item.key.name : item.owner);
}

// What the GPU sets are worth and how far they are known: "22.8 GB/s, GPUs predicted".
std::string gpus_of(const GangPlacement& item) {
    const Quality& quality = *item.quality;
    if (quality.gpu_picker.empty()) return {};
    const bool unknown = std::ranges::find(item.pods, GpuSource::unknown, &Placement::gpu_source) != item.pods.end();
    const auto known = std::ranges::find_if(item.pods, [](const Placement& pod) { return !pod.gpus.empty(); });
    std::string text;
    if (const std::int64_t tenths = (quality.bus_mbps + 50) / 100; tenths > 0) {
        text =
            (unknown ? "at least " : "") + std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB/s, ";
    }
    return text + "GPUs " +
           (unknown || known == item.pods.end() ? "unknown" : std::string(gpu_source_name(known->gpu_source)));
}

Row row_of(const GangPlacement& item) {
    std::vector<std::string> nodes;
    for (const auto& pod : item.pods) nodes.push_back(pod.node.str());
    std::string last = item.reason;
    if (item.quality) {
        last = compress_names(std::move(nodes), kNodesWidth);
        const std::string spread = spread_of(*item.quality);
        if (!spread.empty()) last += "  (" + spread + ")";
        if (const std::string gpus = gpus_of(item); !gpus.empty()) last += "  " + gpus;
        if (const std::string gap = gap_sentence(*item.quality); !gap.empty()) last += "  " + gap;
        // A plan must not claim what was not checked.
        for (std::size_t i = 0; i < item.unmodelled.size(); ++i)
            last += (i == 0 ? "  unchecked: " : ", ") + item.unmodelled[i];
    }
    return {name_of(item), std::string(verdict_name(item.verdict)), members_of(item), place_of(item), std::move(last)};
}

// Below the line of the gang: its domains.
std::string tree_of(const GangPlacement& item) {
    if (!item.tree) return {};
    const std::string& device = item.tree->device;
    return "\n" + name_of(item) + (device.empty() ? "" : ": " + device + " ▒ used, █ taken, · left") + "\n" +
           gang_picture(*item.tree);
}

std::string summary(const PlacementList& list) {
    const auto fits = std::ranges::count(list.items, Verdict::fits, &GangPlacement::verdict);
    std::string text = std::to_string(fits) + " of " + std::to_string(list.items.size()) +
                       (list.items.size() == 1 ? " gang fits." : " gangs fit.");
    text += " Levels: ";
    for (std::size_t i = 0; i < list.levels.size(); ++i) text += (i == 0 ? "" : ", ") + list.levels[i].name;
    if (!list.preset.empty()) text += " (labels of " + list.preset + ")";
    return text + ".\n";
}

}  // namespace

std::string placement_table(const PlacementList& list) {
    if (list.items.empty()) return "No pending gangs.\n";
    std::vector<Row> rows{{"GANG", "VERDICT", "MEMBERS", "DOMAIN", "NODES OR REASON"}};
    for (const auto& item : list.items) rows.push_back(row_of(item));
    std::array<std::size_t, kColumns> widths{};
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], width(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < kColumns; ++i) text += row[i] + std::string(widths[i] - width(row[i]) + 2, ' ');
        text += row.back();
        while (text.back() == ' ') text.pop_back();
        text += '\n';
    }
    for (const auto& item : list.items) text += tree_of(item);
    return text + "\n" + summary(list);
}

}  // namespace muster
