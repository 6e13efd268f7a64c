// nvidia-smi -q -x: what each GPU is, how its PCIe slot runs, and the NVLink fabric that it belongs to. Links between
// GPUs, NUMA nodes and NICs are not in it.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "dialects/topology/xml_tree.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <initializer_list>
#include <map>
#include <optional>
#include <utility>

namespace muster {
namespace {

struct Architecture {
    std::string_view name;
    std::int32_t arch;
};
constexpr std::array kArchitectures{
    Architecture{"Pascal", 60}, Architecture{"Volta", 70},  Architecture{"Turing", 75},     Architecture{"Ampere", 80},
    Architecture{"Ada", 89},    Architecture{"Hopper", 90}, Architecture{"Blackwell", 100},
};

// The text of the element at the end of the path; empty: absent, or N/A.
std::string text_at(const XmlElement& from, std::initializer_list<std::string_view> path) {
    const XmlElement* at = &from;
    for (const auto name : path) {
        at = at->child(name);
        if (at == nullptr) return "";
    }
    return at->text == "N/A" ? "" : at->text;
}

std::int32_t arch_of(std::string_view product, std::string_view architecture) {
    const auto has = [&](std::initializer_list<std::string_view> words) {
        return std::ranges::any_of(words, [&](auto word) { return product.find(word) != product.npos; });
    };
    const auto* const known = std::ranges::find_if(
        kArchitectures, [&](const Architecture& entry) { return architecture.starts_with(entry.name); });
    if (known == kArchitectures.end()) return 0;
    // One name, several compute capabilities: the data centre's chip differs from the workstation's.
    if (known->arch == 80 && !has({"A100", "A800", "A30", "PG506"})) return 86;
    if (known->arch == 60 && !has({"P100"})) return 61;
    if (known->arch == 100 && has({"B300"})) return 103;
    if (known->arch == 100 && !has({"B100", "B200"})) return 120;
    return known->arch;
}

// "00000000:8F:00.0" → "0000:8f:00.0"; anything else in lower case.
std::string bus_of(std::string_view text) {
    std::string bus;
    for (const char c : text) bus += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    constexpr std::size_t kLongDomain = 8;
    if (bus.find(':') == kLongDomain && bus.starts_with("0000")) bus.erase(0, 4);
    return bus;
}

// PCIe generation → MT/s per lane; 0: not known.
std::int32_t speed_of(std::string_view generation) {
    constexpr std::array kSpeeds{0, 2'500, 5'000, 8'000, 16'000, 32'000, 64'000};
    const std::int32_t number = small_number(generation, 6);
    return number < 0 ? 0 : kSpeeds[static_cast<std::size_t>(number)];
}

// "16x" → 16; 0: not known.
std::int32_t width_of(std::string_view text) {
    return std::max(0, small_number(text.substr(0, text.find('x')), 32));
}

bool is_zero_uuid(std::string_view uuid) {
    return uuid.find_first_not_of("0-") == uuid.npos;
}

class QueryReader {
  public:
    QueryReader(const XmlElement& log, std::string_view where) : log_(log), where_(where) {}

    Result<MachineGraph> read() {
        for (const auto& element : log_.children) {
            if (element.name == "gpu") gpus_.push_back(&element);
        }
        if (auto error = check_count()) return std::unexpected(*std::move(error));
        MachineParts machine;
        machine.add_gpus(gpus_.size());
        Part cpu;
        cpu.kind = PartKind::numa;
        cpu.name = "NUMA0";
        const PartIdx root = machine.add(std::move(cpu));
        for (std::size_t i = 0; i < gpus_.size(); ++i) {
            read_gpu(*gpus_[i], machine.parts[i]);
            machine.join(PartIdx(static_cast<std::uint32_t>(i)), root, LinkKind::pcie, pcie_rate(*gpus_[i]));
        }
        machine.notes.emplace_back("NUMA nodes, PCIe switches and NICs are not in nvidia-smi -q -x");
        add_fabric(machine);
        write_notes(machine);
        return std::move(machine).build(where_, Vendor::nvidia);
    }

  private:
    std::optional<Error> check_count() const {
        const std::int32_t stated = small_number(text_at(log_, {"attached_gpus"}));
        const auto found = static_cast<std::int32_t>(std::min<std::size_t>(gpus_.size(), 1'000'000));
        const std::string remedy = "give the whole output of nvidia-smi -q -x";
        if (gpus_.empty()) return Error{ErrorCode::bad_input, std::string(where_), "holds no <gpu>", remedy};
        if (stated >= 0 && stated != found) {
            return Error{ErrorCode::bad_input, at_line(where_, log_.line),
                         "<attached_gpus> is " + std::to_string(stated) + ", and " + std::to_string(found) +
                             (found == 1 ? " <gpu> is there" : " <gpu> are there"),
                         remedy};
        }
        return std::nullopt;
    }

    static void read_gpu(const XmlElement& from, Part& gpu) {
        gpu.model = text_at(from, {"product_name"});
        gpu.uuid = text_at(from, {"uuid"});
        gpu.arch = arch_of(gpu.model, text_at(from, {"product_architecture"}));
        const std::string* const id = from.attribute("id");
        const std::string bus = text_at(from, {"pci", "pci_bus_id"});
        gpu.bus = bus_of(bus.empty() && id != nullptr ? *id : bus);
    }

    static std::int64_t pcie_rate(const XmlElement& gpu) {
        return pcie_mbps(speed_of(text_at(gpu, {"pci", "pci_gpu_link_info", "pcie_gen", "max_link_gen"})),
                         width_of(text_at(gpu, {"pci", "pci_gpu_link_info", "link_widths", "max_link_width"})));
    }

    // GPUs register with a fabric manager only where NVSwitches are; how many links run there is not told.
    void add_fabric(MachineParts& machine) const {
        std::vector<std::size_t> members;
        for (std::size_t i = 0; i < gpus_.size(); ++i) {
            if (text_at(*gpus_[i], {"fabric", "state"}) == "Completed" && links_of(machine.parts[i]) > 0)
                members.push_back(i);
        }
        if (members.empty()) {
            machine.notes.emplace_back("NVLinks are not in nvidia-smi -q -x: GPUs are joined by PCIe alone here");
            return;
        }
        const PartIdx nvswitch = machine.add_nvswitch("NVSwitch");
        for (const std::size_t i : members) {
            const Part& gpu = machine.parts[i];
            const std::int32_t links = links_of(gpu);
            machine.join(PartIdx(static_cast<std::uint32_t>(i)), nvswitch, LinkKind::nvlink,
                         nvlink_mbps(gpu.arch) * links, links);
        }
        machine.notes.push_back("NVLinks are not listed: " + std::to_string(members.size()) + " of " +
                                std::to_string(gpus_.size()) +
                                " GPUs are registered with NVSwitches, with all links of their generation assumed");
    }

    static std::int32_t links_of(const Part& gpu) {
        constexpr std::int32_t kLinksOfH800 = 8;  // sold with fewer than its generation has
        if (gpu.model.find("H800") != std::string::npos) return kLinksOfH800;
        return gpu.arch >= 90 ? nvlinks_of(gpu.arch) : 0;
    }

    void write_notes(MachineParts& machine) const {
        std::map<std::string, std::vector<std::string>> fabrics;
        std::vector<std::string> sliced;
        std::string modules;
        for (std::size_t i = 0; i < gpus_.size(); ++i) {
            const std::string& name = machine.parts[i].name;
            const std::string cluster = text_at(*gpus_[i], {"fabric", "clusterUuid"});
            // An all-zero UUID is what a board gives that is in no fabric beyond itself.
            if (!is_zero_uuid(cluster))
                fabrics[cluster + "." + text_at(*gpus_[i], {"fabric", "cliqueId"})].push_back(name);
            if (text_at(*gpus_[i], {"mig_mode", "current_mig"}) == "Enabled") sliced.push_back(name);
            const std::string module = text_at(*gpus_[i], {"platformInfo", "module_id"});
            if (!module.empty()) modules += (modules.empty() ? "" : ", ") + module;
        }
        for (const auto& [fabric, members] : fabrics) {
            machine.notes.push_back("in the multi-node NVLink fabric (clusterUuid.cliqueId) " + fabric + ": " +
                                    list_names(members));
        }
        if (fabrics.size() > 1) machine.notes.emplace_back("the GPUs are not all in one NVLink clique");
        if (!sliced.empty()) machine.notes.push_back("MIG is on, slices are not shown: " + list_names(sliced));
        if (gpus_.size() > 1 && !modules.empty()) machine.notes.push_back("module ids by GPU: " + modules);
    }

    const XmlElement& log_;
    std::string_view where_;
    std::vector<const XmlElement*> gpus_;
};

}  // namespace

Result<MachineGraph> read_smi_query(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    MUSTER_TRY(const XmlElement log, parse_xml(text, where));
    if (log.name != "nvidia_smi_log") {
        return std::unexpected(Error{ErrorCode::bad_input, at_line(where, log.line),
                                     "the document is a <" + log.name + ">, expected <nvidia_smi_log>",
                                     "give the output of nvidia-smi -q -x"});
    }
    return QueryReader(log, where).read();
}

}  // namespace muster
