#include "offline/node_list.hpp"
#include "offline/text_columns.hpp"
#include "offline/topo_report.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::size_t kWidth = 100;
// So many GPUs stand in one matrix, and so many in two side by side.
constexpr std::size_t kMatrixGpus = 16;
constexpr std::size_t kPairedGpus = 8;
constexpr std::size_t kLabel = 6;

std::string trimmed_line(std::string text) {
    while (text.ends_with(' ')) text.pop_back();
    return text + "\n";
}

// Words broken into lines of kWidth, those after the first indented.
std::string wrapped(std::string_view text, std::size_t indent) {
    std::string result;
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = std::min(text.find(' ', at), text.size());
        const std::string_view word = text.substr(at, end - at);
        if (!line.empty() && text_width(line) + 1 + text_width(word) > kWidth) {
            result += std::exchange(line, std::string(indent, ' ')) + "\n";
            line += word;
        } else {
            line += (at == 0 ? "" : " ") + std::string(word);
        }
        at = end + 1;
    }
    return result + line + "\n";
}

using Cells = std::vector<std::vector<std::string>>;

// One line a GPU, the first the column heads.
std::vector<std::string> matrix_lines(std::string_view title, const Cells& cells, std::size_t column) {
    std::vector<std::string> lines{left_aligned(title, kLabel)};
    for (std::size_t i = 0; i < cells.size(); ++i) lines.front() += right_aligned(std::to_string(i), column);
    for (std::size_t i = 0; i < cells.size(); ++i) {
        std::string line = left_aligned("GPU" + std::to_string(i), kLabel);
        for (const auto& cell : cells[i]) line += right_aligned(cell, column);
        lines.push_back(std::move(line));
    }
    return lines;
}

std::string matrices(const TopoReport& report) {
    const std::size_t count = report.machine.gpu_count();
    Cells words(count), rates(count);
    for (std::size_t a = 0; a < count; ++a) {
        for (std::size_t b = 0; b < count; ++b) {
            const Path& path = report.paths.between(a, b);
            words[a].push_back(a == b ? "·" : path_word(report.machine, path));
            rates[a].push_back(a == b ? "·" : gigabytes(path.mbps));
        }
    }
    const auto by_word = matrix_lines("PATH", words, 5);
    const auto by_rate = matrix_lines("GB/s", rates, 5);
    std::string text;
    if (count <= kPairedGpus) {
        for (std::size_t i = 0; i < by_word.size(); ++i) text += trimmed_line(by_word[i] + "    " + by_rate[i]);
        return text;
    }
    for (const auto& line : by_word) text += trimmed_line(line);
    text += "\n";
    for (const auto& line : by_rate) text += trimmed_line(line);
    return text;
}

// One line for all GPUs that see their peers alike: what they reach by which path.
std::string path_list(const TopoReport& report) {
    const std::size_t count = report.machine.gpu_count();
    std::map<std::string, std::pair<std::size_t, GpuMask>> lines;  // by text: the first GPU, all of them
    for (std::size_t a = 0; a < count; ++a) {
        std::map<std::pair<PathClass, std::int64_t>, std::pair<GpuMask, std::string>> kinds;
        for (std::size_t b = 0; b < count; ++b) {
            const Path& path = report.paths.between(a, b);
            auto& kind = kinds[{path.path, -path.mbps}];
            // Its own place counts with its best peers, so that whole groups read alike.
            if (a == b) continue;
            kind.first |= GpuMask{1} << b;
            kind.second = path_word(report.machine, path) + " " + gigabytes(path.mbps) + " GB/s";
        }
        std::string text;
        bool own = true;
        for (auto& [key, kind] : kinds) {
            if (kind.first == 0) continue;
            if (std::exchange(own, false)) kind.first |= GpuMask{1} << a;
            text += (text.empty() ? "" : "; ") + kind.second + ": " + gpu_list(kind.first);
        }
        auto& line = lines.try_emplace(text, a, 0).first->second;
        line.second |= GpuMask{1} << a;
    }
    std::vector<std::pair<std::size_t, std::pair<std::string, GpuMask>>> sorted;
    for (const auto& [text, gpus] : lines) sorted.push_back({gpus.first, {text, gpus.second}});
    std::ranges::sort(sorted);
    std::size_t column = 0;
    for (const auto& entry : sorted) column = std::max(column, text_width(gpu_list(entry.second.second)) + 5);
    std::string result = left_aligned("PATHS", column) + "to\n";
    for (const auto& [first, line] : sorted)
        result += wrapped(left_aligned("GPU" + gpu_list(line.second), column) + line.first, column);
    return result;
}

std::string islands(const TopoReport& report) {
    std::string text;
    std::size_t alone = 0;
    for (const GpuMask island : report.paths.islands()) {
        if ((island & (island - 1)) == 0) {
            ++alone;
            continue;
        }
        text += (text.empty() ? "" : "  ") + std::string("{") + gpu_list(island) + "}";
    }
    const std::string fast = report.machine.vendor() == Vendor::amd ? "xGMI" : "NVLink";
    if (text.empty()) return "ISLANDS  none: no GPUs are joined by " + fast + "\n";
    if (alone > 0) text += "  and " + std::to_string(alone) + " without " + fast;
    return wrapped("ISLANDS  by " + fast + ": " + text, 9);
}

// One line for all GPUs with the same nearest NICs.
std::string nic_lines(const TopoReport& report) {
    const MachineGraph& machine = report.machine;
    std::map<std::pair<PathClass, std::vector<std::size_t>>, GpuMask> groups;
    for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
        const NearNics near = near_nics(report, gpu);
        groups[{near.path, near.nics}] |= GpuMask{1} << gpu;
    }
    std::vector<std::pair<GpuMask, std::string>> lines;
    for (const auto& [near, gpus] : groups) {
        std::vector<std::string> names;
        for (const std::size_t nic : near.second) names.push_back(machine.part(machine.nic(nic)).name);
        const std::string where = names.empty() ? "none" : compress_names(names, kWidth - 30);
        lines.emplace_back(gpus, left_aligned(name_of(near.first), 5) + where);
    }
    // By lowest GPU.
    std::ranges::sort(
        lines, [](const auto& a, const auto& b) { return std::countr_zero(a.first) < std::countr_zero(b.first); });
    std::size_t column = 8;
    for (const auto& line : lines) column = std::max(column, text_width(gpu_list(line.first)) + 5);
    std::string text = left_aligned("NICS", column) + "nearest\n";
    for (const auto& [gpus, line] : lines) text += wrapped(left_aligned("GPU" + gpu_list(gpus), column) + line, column);
    return text;
}

// "371", or "312–400" where only bounds are known.
std::string ring(const GpuSetValue& value) {
    if (value.exact || value.upper_mbps == value.ring_mbps) return gigabytes(value.ring_mbps);
    return gigabytes(value.ring_mbps) + "–" + gigabytes(value.upper_mbps);
}

struct SetRow {
    std::string size, best, ring, worst, nic, kubelet, kubelet_ring, share, mark;
};

SetRow row_of(const SizeReport& size, bool nics) {
    SetRow row{std::to_string(size.size),
               gpu_list(size.best.gpus),
               size.size > 1 ? ring(size.best.value) : "-",
               std::string(name_of(size.best.value.worst)),
               nics && size.best.value.nic_mbps > 0 ? gigabytes(size.best.value.nic_mbps) : "-",
               "-",
               "-",
               "-",
               ""};
    if (!size.kubelet) return row;
    row.kubelet = size.kubelet->gpus == size.best.gpus ? "the same" : gpu_list(size.kubelet->gpus);
    if (size.size < 2) return row;
    row.kubelet_ring = ring(size.kubelet->value);
    row.share = std::to_string(percent_of_best(size)) + " %";
    if (percent_of_best(size) < 100) row.mark = "◀";
    return row;
}

std::string sets(const TopoReport& report) {
    std::vector<SetRow> rows{{"SIZE", "BEST SET", "RING", "WORST", "NIC", "KUBELET GIVES", "RING", "OF BEST", ""}};
    const bool nics = knows_nic_rates(report.machine);
    for (const auto& size : report.sizes) rows.push_back(row_of(size, nics));
    constexpr std::array kColumns{&SetRow::size,    &SetRow::best,         &SetRow::ring,  &SetRow::worst, &SetRow::nic,
                                  &SetRow::kubelet, &SetRow::kubelet_ring, &SetRow::share, &SetRow::mark};
    constexpr std::array<bool, 9> kRight{true, false, true, false, true, false, true, true, false};
    std::array<std::size_t, 9> widths{};
    for (const auto& row : rows) {
        for (std::size_t i = 0; i < kColumns.size(); ++i) widths[i] = std::max(widths[i], text_width(row.*kColumns[i]));
    }
    std::string text;
    for (const auto& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < kColumns.size(); ++i) {
            const std::string& cell = row.*kColumns[i];
            line += (kRight[i] ? right_aligned(cell, widths[i]) : left_aligned(cell, widths[i])) + "  ";
        }
        text += trimmed_line(std::move(line));
    }
    return text + "RING: bus bandwidth of the best rings in GB/s; NIC: what the set can send to other machines.\n";
}

std::string verdict(const TopoReport& report) {
    std::string sizes;
    const SizeReport* worst = nullptr;
    bool known = false;
    for (const auto& size : report.sizes) {
        if (size.size < 2 || !size.kubelet) continue;
        known = true;
        if (percent_of_best(size) >= 100) continue;
        sizes += (sizes.empty() ? "" : ", ") + std::to_string(size.size);
        if (worst == nullptr || percent_of_best(size) < percent_of_best(*worst)) worst = &size;
    }
    if (!known) return "";
    if (worst == nullptr) return "With all GPUs free the kubelet gives a set as good as the best at every size.\n";
    return wrapped("With all GPUs free the kubelet gives less than the best at size " + sizes + "; at size " +
                       std::to_string(worst->size) + " it is " + std::to_string(percent_of_best(*worst)) +
                       " % of what the machine has.",
                   0);
}

}  // namespace

std::string topo_table(const TopoReport& report) {
    const MachineGraph& machine = report.machine;
    std::string text = wrapped(machine_title(machine) + "  [" + report.source + "]", 2) + "\n";
    text += machine.gpu_count() <= kMatrixGpus ? matrices(report) : path_list(report);
    text += "\n" + islands(report);
    if (machine.nic_count() > 0) text += "\n" + nic_lines(report);
    text += "\n" + sets(report) + verdict(report);
    if (!machine.notes().empty()) text += "\nNOTES\n";
    for (const auto& note : machine.notes()) text += wrapped("- " + note, 2);
    return text;
}

}  // namespace muster
