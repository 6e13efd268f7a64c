// nvidia-smi topo -p2p r|w|n|a|p: whether GPUs may read each other's memory. Nothing about links or NUMA nodes: GPUs
// that may stand below one switch, those that may not meet at the CPU, where NCCL uses host memory as well.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <utility>

namespace muster {
namespace {

struct Status {
    std::string_view word;
    std::string_view meaning;
};
constexpr std::array kRefusals{
    Status{"CNS", "chipset not supported"},     Status{"GNS", "GPU not supported"},
    Status{"TNS", "topology not supported"},    Status{"NS", "not supported"},
    Status{"DR", "disabled by a registry key"}, Status{"U", "unknown"},
};

bool is_peer_cell(std::string_view word) {
    return word == "X" || word == "OK" || std::ranges::find(kRefusals, word, &Status::word) != kRefusals.end();
}

std::optional<Error> check_table(const SquareTable& table, std::string_view where) {
    const auto fault = [&](std::size_t row, std::string what) {
        return Error{ErrorCode::bad_input, at_line(where, table.lines[row]), std::move(what),
                     "copy the whole output again"};
    };
    for (std::size_t a = 0; a < table.names.size(); ++a) {
        if (table.names[a] != "GPU" + std::to_string(a))
            return fault(
                a, "row " + std::to_string(a + 1) + " is " + table.names[a] + ", expected GPU" + std::to_string(a));
        if (a >= kMaxGpus) return fault(a, "names more than " + std::to_string(kMaxGpus) + " GPUs");
        for (std::size_t b = 0; b <= a; ++b) {
            const std::string place = "row " + table.names[a] + ", column " + table.names[b];
            if ((table.cells[a][b] == "X") != (a == b))
                return fault(a, place + " is " + table.cells[a][b] + "; X stands on the diagonal and only there");
            if (table.cells[a][b] != table.cells[b][a])
                return fault(a, place + " is " + table.cells[a][b] + ", and the other way " + table.cells[b][a]);
        }
    }
    return std::nullopt;
}

// By GPU the lowest of those that can all reach each other; a chain of OKs that is not closed parts its GPUs.
std::vector<std::size_t> peer_groups(const SquareTable& table) {
    std::vector<std::size_t> groups;
    for (std::size_t a = 0; a < table.names.size(); ++a) {
        std::size_t group = a;
        for (std::size_t first = 0; first < a && group == a; ++first) {
            if (groups[first] != first) continue;
            bool all = true;
            for (std::size_t b = first; b < a; ++b) all = all && (groups[b] != first || table.cells[a][b] == "OK");
            if (all) group = first;
        }
        groups.push_back(group);
    }
    return groups;
}

void write_notes(const SquareTable& table, const std::vector<std::size_t>& groups, MachineParts& machine) {
    machine.notes.emplace_back(
        "the table says who may read whose memory, not by which links or from which NUMA node: PCIe gen 3 x16 is "
        "assumed");
    std::map<std::string_view, std::vector<std::string>> refused;
    bool open_chain = false;
    for (std::size_t a = 0; a < table.names.size(); ++a) {
        for (std::size_t b = a + 1; b < table.names.size(); ++b) {
            const std::string& cell = table.cells[a][b];
            if (cell != "OK") refused[cell].push_back(table.names[a] + "-" + table.names[b]);
            open_chain = open_chain || (cell == "OK" && groups[a] != groups[b]);
        }
    }
    for (const auto& [cell, pairs] : refused) {
        machine.notes.push_back("no peer access (" +
                                std::string(std::ranges::find(kRefusals, cell, &Status::word)->meaning) + ") between " +
                                list_names(pairs));
    }
    if (open_chain)
        machine.notes.emplace_back(
            "some GPUs that may reach each other have different peers: only closed groups count");
}

}  // namespace

Result<MachineGraph> read_smi_p2p(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    const auto lines = plain_lines(text);
    const std::size_t header = find_header(lines, 0);
    if (header == lines.size()) {
        return std::unexpected(Error{ErrorCode::bad_input, std::string(where), "has no line that names GPU0, GPU1, …",
                                     "give the whole output of nvidia-smi topo -p2p r"});
    }
    MUSTER_TRY(const SquareTable table, read_square_table(lines, header, is_peer_cell, where));
    if (auto error = check_table(table, where)) return std::unexpected(*std::move(error));

    MachineParts machine;
    machine.add_gpus(table.names.size());
    Part cpu;
    cpu.kind = PartKind::numa;
    cpu.name = "NUMA0";
    const PartIdx root = machine.add(std::move(cpu));
    const std::int64_t rate = pcie_mbps(0, 0);
    const auto groups = peer_groups(table);
    std::map<std::size_t, PartIdx> above;
    for (std::size_t i = 0; i < groups.size(); ++i) {
        if (!above.contains(groups[i])) {
            PartIdx at = root;
            if (std::ranges::count(groups, groups[i]) > 1) {
                Part bridge;
                bridge.kind = PartKind::bridge;
                bridge.name = "PCIe" + std::to_string(above.size());
                at = machine.add(std::move(bridge));
                machine.join(root, at, LinkKind::pcie, rate);
            }
            above.emplace(groups[i], at);
        }
        machine.join(PartIdx(static_cast<std::uint32_t>(i)), above.at(groups[i]), LinkKind::pcie, rate);
    }
    write_notes(table, groups, machine);
    return std::move(machine).build(where, Vendor::nvidia);
}

}  // namespace muster
