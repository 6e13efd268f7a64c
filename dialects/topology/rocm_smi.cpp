// rocm-smi --showtopo: blocks of GPU by GPU tables ("Weight", "Hops", "Link Type") and the NUMA node of each GPU. Link
// counts and rates are not in it.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <cctype>
#include <map>
#include <optional>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::string_view kGive = "give the whole output of rocm-smi --showtopo";

bool is_number(std::string_view word) {
    return small_number(word) >= 0;
}
bool is_link_type(std::string_view word) {
    return word == "0" || word == "X" || word == "XGMI" || word == "PCIE" || word == "N/A";
}

// The table below the line that has `title`.
Result<SquareTable> read_block(const std::vector<std::string>& lines, std::string_view title, CellRule rule,
                               std::string_view where) {
    const auto at = std::ranges::find_if(lines, [&](const std::string& line) { return line.find(title) != line.npos; });
    if (at == lines.end()) {
        return std::unexpected(Error{ErrorCode::bad_input, std::string(where),
                                     "has no block \"" + std::string(title) + "\"", std::string(kGive)});
    }
    const auto title_line = static_cast<std::size_t>(at - lines.begin());
    const std::size_t header = find_header(lines, title_line + 1);
    const bool other_block =
        std::any_of(at + 1, lines.begin() + static_cast<std::ptrdiff_t>(std::min(header, lines.size())),
                    [](const std::string& line) { return line.starts_with("==="); });
    if (header == lines.size() || other_block) {
        return std::unexpected(Error{ErrorCode::bad_input, at_line(where, static_cast<std::int64_t>(title_line) + 1),
                                     "no table follows \"" + std::string(title) + "\"", std::string(kGive)});
    }
    return read_square_table(lines, header, rule, where);
}

// "GPU[3]   : (Topology) Numa Node: 1", or "GPU 3 …" of older versions. By GPU; -1: not stated.
std::vector<std::int32_t> read_numa_nodes(const std::vector<std::string>& lines, std::size_t gpus) {
    constexpr std::string_view kTitle = "(Topology) Numa Node:";
    std::vector<std::int32_t> nodes(gpus, -1);
    for (const auto& line : lines) {
        const std::size_t at = line.find(kTitle);
        if (at == std::string::npos || !line.starts_with("GPU")) continue;
        const std::size_t digit = line.find_first_of("0123456789");
        if (digit >= at) continue;
        const std::size_t end = line.find_first_not_of("0123456789", digit);
        const std::int32_t gpu = small_number(std::string_view(line).substr(digit, end - digit));
        const auto values = words_of(std::string_view(line).substr(at + kTitle.size()));
        if (gpu < 0 || static_cast<std::size_t>(gpu) >= gpus || values.empty()) continue;
        nodes[static_cast<std::size_t>(gpu)] = small_number(values.front().text);
    }
    return nodes;
}

// "gfx90a", which --showproductname prints, as NCCL counts: 910. 0: not there.
std::int32_t read_arch(const std::vector<std::string>& lines) {
    for (const auto& line : lines) {
        const std::size_t at = line.find("gfx9");
        if (at == std::string::npos) continue;
        const std::string_view digits = std::string_view(line).substr(at + 3, 3);
        if (digits == "90a") return 910;
        if (const std::int32_t arch = small_number(digits); arch > 0) return arch;
    }
    return 0;
}

class ShowTopo {
  public:
    ShowTopo(std::vector<std::string> lines, std::string_view where) : lines_(std::move(lines)), where_(where) {}

    Result<MachineGraph> read() {
        MUSTER_TRY(types_, read_block(lines_, "Link Type between two GPUs", is_link_type, where_));
        MUSTER_TRY(hops_, read_block(lines_, "Hops between two GPUs", is_number, where_));
        if (hops_.names != types_.names) {
            return std::unexpected(Error{ErrorCode::bad_input, at_line(where_, hops_.lines.front()),
                                         "the blocks \"Hops\" and \"Link Type\" name different GPUs",
                                         std::string(kGive)});
        }
        if (auto error = check_tables()) return std::unexpected(*std::move(error));
        MachineParts machine;
        machine.add_gpus(types_.names.size());
        guess_arch(machine);
        add_numa_nodes(machine);
        add_xgmi(machine);
        machine.notes.emplace_back("NICs and PCIe switches are not in rocm-smi --showtopo");
        return std::move(machine).build(where_, Vendor::amd);
    }

  private:
    std::size_t count() const { return types_.names.size(); }

    std::optional<Error> check_tables() const {
        const auto fault = [&](std::size_t row, std::string what) {
            return Error{ErrorCode::bad_input, at_line(where_, types_.lines[row]), std::move(what), std::string(kGive)};
        };
        for (std::size_t a = 0; a < count(); ++a) {
            if (types_.names[a] != "GPU" + std::to_string(a))
                return fault(a, "row " + std::to_string(a + 1) + " is " + types_.names[a] + ", expected GPU" +
                                    std::to_string(a));
            if (a >= kMaxGpus) return fault(a, "names more than " + std::to_string(kMaxGpus) + " GPUs");
            for (std::size_t b = 0; b < a; ++b) {
                if (types_.cells[a][b] == types_.cells[b][a]) continue;
                return fault(a, "row " + types_.names[a] + ", column " + types_.names[b] + " is " + types_.cells[a][b] +
                                    ", and the other way " + types_.cells[b][a]);
            }
        }
        return std::nullopt;
    }

    bool joined(std::size_t a, std::size_t b) const {
        return a != b && types_.cells[a][b] == "XGMI" && hops_.cells[a][b] == "1";
    }

    std::size_t most_peers() const {
        std::size_t most = 0;
        for (std::size_t a = 0; a < count(); ++a) {
            std::size_t peers = 0;
            for (std::size_t b = 0; b < count(); ++b) peers += joined(a, b) ? 1U : 0U;
            most = std::max(most, peers);
        }
        return most;
    }

    void guess_arch(MachineParts& machine) {
        // Seven peers over xGMI, one link each, has MI300 alone; MI200 and older have three links between cards.
        constexpr std::size_t kPeersOfMi300 = 7;
        arch_ = read_arch(lines_);
        const bool told = arch_ > 0;
        const bool meshed = most_peers() >= kPeersOfMi300;
        if (!told) arch_ = meshed ? 942 : 910;
        for (auto& gpu : machine.parts) gpu.arch = arch_;
        pcie_ = pcie_mbps(arch_ >= 940 ? 32'000 : 16'000, 0);
        std::string note = told     ? ""
                           : meshed ? "MI300 is assumed, for each GPU has seven peers over xGMI; "
                                    : "MI200 is assumed, for the generation is not told; ";
        note += "link counts and rates are not told: one xGMI link for each pair";
        machine.notes.push_back(note + (arch_ >= 940 ? ", PCIe gen 5 x16" : ", PCIe gen 4 x16"));
    }

    void add_numa_nodes(MachineParts& machine) const {
        const auto stated = read_numa_nodes(lines_, count());
        std::map<std::int32_t, PartIdx> nodes;
        bool unknown = false;
        for (std::size_t i = 0; i < count(); ++i) {
            machine.parts[i].numa = stated[i];
            unknown = unknown || stated[i] < 0;
            const std::int32_t number = std::max(stated[i], 0);
            if (!nodes.contains(number)) {
                Part node;
                node.kind = PartKind::numa;
                node.name = "NUMA" + std::to_string(number);
                node.numa = number;
                node.cpu = CpuVendor::amd;
                nodes.emplace(number, machine.add(std::move(node)));
            }
            machine.join(PartIdx(static_cast<std::uint32_t>(i)), nodes.at(number), LinkKind::pcie, pcie_);
        }
        machine.join_sockets();
        if (unknown) machine.notes.emplace_back("GPUs whose NUMA node is not told are placed at NUMA0");
    }

    void add_xgmi(MachineParts& machine) const {
        for (std::size_t a = 0; a < count(); ++a) {
            for (std::size_t b = a + 1; b < count(); ++b) {
                if (joined(a, b))
                    machine.join(PartIdx(static_cast<std::uint32_t>(a)), PartIdx(static_cast<std::uint32_t>(b)),
                                 LinkKind::xgmi, xgmi_mbps(arch_));
            }
        }
    }

    std::vector<std::string> lines_;
    std::string_view where_;
    SquareTable types_;
    SquareTable hops_;
    std::int32_t arch_ = 0;
    std::int64_t pcie_ = 0;
};

}  // namespace

Result<MachineGraph> read_rocm_smi(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    return ShowTopo(plain_lines(text), where).read();
}

}  // namespace muster
