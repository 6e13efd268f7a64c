#include "offline/gang_picture.hpp"
#include "offline/node_list.hpp"
#include "offline/placement_report.hpp"
#include "offline/quality_gap.hpp"
#include "offline/text_columns.hpp"
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

std::string place_of(const GangPlacement& item) {
    if (!item.quality) return "-";
    return item.quality->domain.empty() ? item.quality->level : item.quality->level + " " + item.quality->domain;
}

// Levels of which the gang takes several domains, hosts left out, since the nodes stand beside it: "2 × rack". And how
// many values of each label that it wished and that is no level.
std::string spread_of(const Quality& quality) {
    std::string text;
    for (const auto& count : quality.domains) {
        if (count.domains < 2 || count.level == kHostLevel) continue;
        text += (text.empty() ? "" : ", ") + std::to_string(count.domains) + " × " + count.level;
    }
    for (const auto& count : quality.crossing)
        text += (text.empty() ? "" : ", ") + std::to_string(count.domains) + " × " + count.level;
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

// "22.8 GB/s".
std::string gigabytes_text(std::int64_t mbps) {
    const std::int64_t tenths = (mbps + 50) / 100;
    return std::to_string(tenths / 10) + "." + std::to_string(tenths % 10) + " GB/s";
}

// "slowest link: uplink of rack b1/r3, 200.0 GB/s for 3 gangs".
std::string uplink_of(const Quality& quality) {
    const auto& uplink = quality.slowest_uplink;
    if (!uplink) return {};
    return "slowest link: uplink of " + uplink->level + " " + uplink->domain + ", " + gigabytes_text(uplink->mbps) +
           (uplink->gangs > 1 ? " for " + std::to_string(uplink->gangs) + " gangs" : "");
}

// What the GPU sets are worth, how far they are known, and of which machines: "22.8 GB/s, GPUs predicted on dgx-1v".
std::string gpus_of(const GangPlacement& item) {
    const Quality& quality = *item.quality;
    if (quality.gpu_picker.empty()) return {};
    const bool unknown = std::ranges::find(item.pods, GpuSource::unknown, &Placement::gpu_source) != item.pods.end();
    const auto known = std::ranges::find_if(item.pods, [](const Placement& pod) { return !pod.gpus.empty(); });
    std::string text;
    if (quality.bus_mbps >= 50) text = (unknown ? "at least " : "") + gigabytes_text(quality.bus_mbps) + ", ";
    text += "GPUs ";
    text += unknown || known == item.pods.end() ? "unknown" : gpu_source_name(known->gpu_source);
    for (std::size_t i = 0; i < item.machines.size(); ++i) text += (i == 0 ? " on " : ", ") + item.machines[i];
    return text;
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
        if (const std::string uplink = uplink_of(*item.quality); !uplink.empty()) last += "  " + uplink;
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
        for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], text_width(row[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        for (std::size_t i = 0; i + 1 < kColumns; ++i) text += left_aligned(row[i], widths[i] + 2);
        text += row.back();
        while (text.back() == ' ') text.pop_back();
        text += '\n';
    }
    for (const auto& item : list.items) text += tree_of(item);
    return text + "\n" + summary(list);
}

}  // namespace muster
