// nvidia-smi topo -m: classes of nearness for every two devices. The tree of switches and NUMA nodes is rebuilt from
// them; rates are not in the table and are assumed, which the notes say.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/nvlink_count.hpp"
#include "dialects/topology/pcie_tree.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <utility>

namespace muster {
namespace {

struct CellName {
    std::string_view word;
    Nearness nearness;
};
constexpr std::array kCellNames{
    CellName{"PIX", Nearness::pix},   CellName{"PXB", Nearness::pxb}, CellName{"PHB", Nearness::phb},
    CellName{"NODE", Nearness::node}, CellName{"SYS", Nearness::sys}, CellName{"SOC", Nearness::sys},
};

std::string_view word_of(Nearness nearness) {
    const auto* const at = std::ranges::find(kCellNames, nearness, &CellName::nearness);
    return at == kCellNames.end() ? "NV#" : at->word;
}

// "NV12" → 12; -1: something else.
std::int32_t nvlinks_in(std::string_view cell) {
    if (!cell.starts_with("NV")) return -1;
    const std::int32_t links = small_number(cell.substr(2), kMostNvlinks);
    return links > 0 ? links : -1;
}

bool is_path_cell(std::string_view word) {
    return word == "X" || nvlinks_in(word) > 0 ||
           std::ranges::find(kCellNames, word, &CellName::word) != kCellNames.end();
}

bool is_gpu(std::string_view name) {
    return name.starts_with("GPU") && small_number(name.substr(3)) >= 0;
}

// "NIC0: mlx5_2" below "NIC Legend:".
std::map<std::string, std::string> read_legend(const std::vector<std::string>& lines, std::size_t from) {
    std::map<std::string, std::string> names;
    for (std::size_t at = from; at < lines.size(); ++at) {
        const auto words = words_of(lines[at]);
        if (words.size() != 2 || !words[0].text.starts_with("NIC") || !words[0].text.ends_with(':')) continue;
        names.emplace(words[0].text.substr(0, words[0].text.size() - 1), words[1].text);
    }
    return names;
}

class MatrixReader {
  public:
    MatrixReader(SquareTable table, std::map<std::string, std::string> legend, std::string_view where)
        : table_(std::move(table)),
          legend_(std::move(legend)),
          where_(where),
          gpus_(static_cast<std::size_t>(std::ranges::count_if(table_.names, is_gpu))),
          near_(table_.names.size()),
          nvlinks_(gpus_) {}

    Result<MachineGraph> read() {
        if (auto error = check_names()) return std::unexpected(*std::move(error));
        if (auto error = read_cells()) return std::unexpected(*std::move(error));
        read_affinities();
        const std::int32_t grace = grace_gpus();
        MUSTER_TRY(const NvlinkBoard board, read_nvlink_board(nvlinks_, grace, where_));
        const PcieTree tree = find_pcie_tree(near_, affinities_);
        if (tree.contradiction) return std::unexpected(contradicts(*tree.contradiction));
        MachineParts machine;
        add_devices(machine);
        add_pcie_tree(tree, affinities_, pcie_mbps(pcie_speed(board.arch), 0),
                      grace > 0 ? CpuVendor::arm : CpuVendor::unknown, machine);
        add_nvlinks(nvlinks_, board, machine);
        write_notes(tree, board, machine);
        return std::move(machine).build(where_, Vendor::nvidia);
    }

  private:
    Error error_in(std::size_t row, std::string what, std::string remedy) const {
        return {ErrorCode::bad_input, at_line(where_, table_.lines[row]), std::move(what), std::move(remedy)};
    }

    // GPU0, GPU1, … first, as nvidia-smi prints.
    std::optional<Error> check_names() const {
        for (std::size_t i = 0; i < gpus_; ++i) {
            if (table_.names[i] == "GPU" + std::to_string(i)) continue;
            return error_in(
                i, "row " + std::to_string(i + 1) + " is " + table_.names[i] + ", expected GPU" + std::to_string(i),
                "GPUs come first and are numbered without a gap; copy the whole output again");
        }
        if (gpus_ <= kMaxGpus) return std::nullopt;
        return error_in(kMaxGpus, "names more than " + std::to_string(kMaxGpus) + " GPUs", "cut it to one machine");
    }

    std::optional<Error> read_cells() {
        for (std::size_t a = 0; a < table_.names.size(); ++a) {
            for (std::size_t b = 0; b < table_.names.size(); ++b) {
                const std::string& cell = table_.cells[a][b];
                if ((cell == "X") != (a == b))
                    return error_in(a, cell_name(a, b) + " is " + cell + "; X stands on the diagonal and only there",
                                    "");
                if (b <= a) continue;
                if (cell != table_.cells[b][a]) {
                    return error_in(
                        b, cell_name(b, a) + " is " + table_.cells[b][a] + ", and " + cell_name(a, b) + " is " + cell,
                        "the table must read the same both ways; copy it again");
                }
                if (auto error = read_cell(a, b, cell)) return error;
            }
        }
        return std::nullopt;
    }

    std::optional<Error> read_cell(std::size_t a, std::size_t b, const std::string& cell) {
        if (const std::int32_t links = nvlinks_in(cell); links > 0) {
            if (b >= gpus_)
                return error_in(a, cell_name(a, b) + " is " + cell + ", and NVLinks join GPUs only", "copy it again");
            nvlinks_.set(a, b, links);
            return std::nullopt;
        }
        near_.set(a, b, std::ranges::find(kCellNames, std::string_view(cell), &CellName::word)->nearness);
        return std::nullopt;
    }

    std::string cell_name(std::size_t row, std::size_t column) const {
        return "row " + table_.names[row] + ", column " + table_.names[column];
    }

    void read_affinities() {
        for (std::size_t i = 0; i < table_.names.size(); ++i) {
            Affinity affinity;
            if (i < gpus_) {
                affinity.numa = small_number(table_.numas[i]);
                if (table_.cpus[i] != "N/A") affinity.cpus = table_.cpus[i];
            }
            affinities_.push_back(std::move(affinity));
        }
    }

    // GPUs a CPU where every GPU's CPUs are a whole Grace, whose 72 cores are numbered in one run; else 0.
    std::int32_t grace_gpus() const {
        constexpr std::int32_t kGraceCores = 72;
        std::map<std::int32_t, std::int32_t> gpus_by_cpu;
        for (std::size_t i = 0; i < gpus_; ++i) {
            const std::string_view cpus = affinities_[i].cpus;
            const std::size_t dash = cpus.find('-');
            if (dash == std::string_view::npos) return 0;
            const std::int32_t first = small_number(cpus.substr(0, dash));
            if (first < 0 || first % kGraceCores != 0) return 0;
            if (small_number(cpus.substr(dash + 1)) != first + kGraceCores - 1) return 0;
            ++gpus_by_cpu[first];
        }
        // A single such CPU may be any processor of 72 threads.
        return gpus_by_cpu.size() < 2 ? 0 : gpus_by_cpu.begin()->second;
    }

    Error contradicts(const Contradiction& found) const {
        std::string between;
        for (std::size_t i = 0; i < table_.names.size() && between.empty(); ++i) {
            if (i == found.a || i == found.b) continue;
            if (near_.at(found.a, i) <= found.found && near_.at(i, found.b) <= found.found)
                between = ": " + table_.names[i] + " is nearer to both";
        }
        return error_in(found.a,
                        cell_name(found.a, found.b) + " is " + std::string(word_of(found.stated)) +
                            ", and the other cells put both within " + std::string(word_of(found.found)) + between,
                        "no tree of PCIe switches has such a table; check it for edits");
    }

    void add_devices(MachineParts& machine) const {
        machine.add_gpus(gpus_);
        for (std::size_t i = 0; i < gpus_; ++i) machine.parts[i].numa = affinities_[i].numa;
        for (std::size_t i = gpus_; i < table_.names.size(); ++i) {
            Part nic;
            nic.kind = PartKind::nic;
            const auto legend = legend_.find(table_.names[i]);
            nic.name = legend == legend_.end() ? table_.names[i] : legend->second;
            machine.add(std::move(nic));
        }
    }

    // PCIe that GPUs of a generation are sold with, in MT/s per lane; 0: as unknown.
    static std::int32_t pcie_speed(std::int32_t arch) {
        if (arch == 0) return 0;
        if (arch < 80) return 8'000;
        return arch < 90 ? 16'000 : 32'000;
    }

    static std::string_view pcie_name(std::int32_t arch) {
        if (arch < 80) return "gen 3";
        return arch < 90 ? "gen 4" : "gen 5";
    }

    void write_notes(const PcieTree& tree, const NvlinkBoard& board, MachineParts& machine) const {
        auto& notes = machine.notes;
        notes.push_back("PCIe rates are not in the table: " + std::string(pcie_name(board.arch)) + " x16 is assumed");
        if (!board.assumed.empty()) {
            notes.push_back("the GPUs' generation is not in the table: " + board.assumed);
        }
        if (tree.by_affinity || tree.assumed) {
            notes.push_back(std::string("PCIe between GPUs that share NVLinks is not in the table: placed by ") +
                            (tree.assumed ? "assuming one NUMA node where nothing is said" : "CPU and NUMA affinity"));
        }
        if (gpus_ == table_.names.size()) {
            notes.emplace_back("the table lists no NICs");
        } else {
            notes.emplace_back("NIC rates are not in the table");
        }
        note_affinities(tree, notes);
    }

    // NUMA numbers that the classes contradict.
    void note_affinities(const PcieTree& tree, std::vector<std::string>& notes) const {
        const auto& nodes = tree.group[kTreeLevels - 1];
        std::map<std::size_t, std::set<std::int32_t>> numbers;
        std::map<std::int32_t, std::set<std::size_t>> places;
        for (std::size_t i = 0; i < gpus_; ++i) {
            if (affinities_[i].numa < 0) continue;
            numbers[nodes[i]].insert(affinities_[i].numa);
            places[affinities_[i].numa].insert(nodes[i]);
        }
        const auto many = [](const auto& entry) { return entry.second.size() > 1; };
        if (std::ranges::any_of(numbers, many))
            notes.emplace_back("GPUs of several NUMA affinities are NODE to each other: the classes are followed");
        if (std::ranges::any_of(places, many))
            notes.emplace_back("GPUs of one NUMA affinity are SYS to each other: the classes are followed");
    }

    SquareTable table_;
    std::map<std::string, std::string> legend_;
    std::string_view where_;
    std::size_t gpus_;
    NearnessTable near_;
    NvlinkTable nvlinks_;
    std::vector<Affinity> affinities_;
};

}  // namespace

Result<MachineGraph> read_smi_matrix(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    const auto lines = plain_lines(text);
    const std::size_t header = find_header(lines, 0);
    if (header == lines.size()) {
        return std::unexpected(Error{ErrorCode::bad_input, std::string(where), "has no line that names GPU0, GPU1, …",
                                     "give the whole output of nvidia-smi topo -m"});
    }
    MUSTER_TRY(SquareTable table, read_square_table(lines, header, is_path_cell, where));
    auto legend = read_legend(lines, table.next);
    return MatrixReader(std::move(table), std::move(legend), where).read();
}

}  // namespace muster
