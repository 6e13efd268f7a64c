// The PCIe half of an NCCL topology: <cpu> > nested <pci> > <gpu> or <nic>. Files of cloud providers have bare <pci>
// elements that NCCL completes at run time; what they are follows from their class, as far as they state one.
#include "dialects/topology/device_facts.hpp"
#include "dialects/topology/gpu_numbers.hpp"
#include "dialects/topology/nccl_xml_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

namespace muster {
namespace {

// Some files of RCCL's state kbit/s.
constexpr std::int64_t kMostNicMbit = 10'000'000;
constexpr std::int32_t kMostDev = 100'000;

std::int32_t small(const XmlElement& element, std::string_view key, std::int32_t otherwise) {
    const auto value = element.integer(key);
    return value && *value >= 0 && *value <= kMostDev ? static_cast<std::int32_t>(*value) : otherwise;
}

std::int64_t rate_of_lanes(const XmlElement& pci) {
    return pcie_mbps(pcie_megatransfers(pci.value("link_speed")), small(pci, "link_width", 0));
}

std::vector<const XmlElement*> nets_of(const XmlElement& holder) {
    std::vector<const XmlElement*> nets;
    for (const auto& nic : holder.children) {
        if (nic.name != "nic") continue;
        for (const auto& net : nic.children) {
            if (net.name == "net") nets.push_back(&net);
        }
    }
    return nets;
}

PciRole role_of_pci(const XmlElement& pci) {
    if (pci.child("gpu") != nullptr) return PciRole::gpu;
    const PciRole role = pci_role(pci.value("class"));
    if (role == PciRole::unknown && !nets_of(pci).empty()) return PciRole::nic;
    if (role == PciRole::unknown && pci.child("pci") != nullptr) return PciRole::bridge;
    return role;
}

bool pci_holds_devices(const XmlElement& pci) {
    const PciRole role = role_of_pci(pci);
    return role == PciRole::gpu || role == PciRole::nic || !nets_of(pci).empty() ||
           std::ranges::any_of(pci.children,
                               [](const XmlElement& child) { return child.name == "pci" && pci_holds_devices(child); });
}

class TreeReader {
  public:
    explicit TreeReader(std::string_view where) : where_(where) {}

    Result<NcclMachine> read(const XmlElement& system) {
        machine_.amd = system.integer("version") == 2;
        for (const auto& cpu : system.children) {
            if (cpu.name == "cpu" && !error_) read_cpu(cpu);
        }
        if (!error_) check_gpus(system);
        if (!error_) number();
        if (error_) return std::unexpected(*std::move(error_));
        add_notes();
        machine_.parts.join_sockets();
        return std::move(machine_);
    }

  private:
    void fail(const XmlElement& at, std::string what, std::string remedy) {
        if (!error_) error_ = Error{ErrorCode::bad_input, at_line(where_, at.line), std::move(what), std::move(remedy)};
    }

    void read_cpu(const XmlElement& cpu) {
        const std::string host(cpu.value("host_hash"));
        if (!host.empty() && !hosts_.empty() && !hosts_.contains(host)) {
            fail(cpu, "a <cpu> of another host (host_hash " + host + "): the file holds several machines",
                 "dump the topology of one host");
        }
        if (!host.empty()) hosts_.insert(host);
        const PartIdx numa = numa_of(cpu);
        for (const auto& child : cpu.children) {
            if (child.name == "pci") read_pci(child, numa, numa);
        }
        for (const XmlElement* net : nets_of(cpu)) add_net_beside(*net, numa);
    }

    PartIdx numa_of(const XmlElement& cpu) {
        const std::int32_t id = small(cpu, "numaid", static_cast<std::int32_t>(numas_.size()));
        if (const auto known = numas_.find(id); known != numas_.end()) return known->second;
        if (numas_.size() == kMostNumas) {
            fail(cpu, "more than " + std::to_string(kMostNumas) + " <cpu> elements", "dump the topology of one host");
        }
        Part numa;
        numa.kind = PartKind::numa;
        numa.name = "NUMA" + std::to_string(id);
        numa.numa = id;
        numa.cpu = cpu_vendor(cpu.value("arch"), cpu.value("vendor"));
        numa.cpu_model = small(cpu, "modelid", 0);
        return numas_[id] = machine_.parts.add(std::move(numa));
    }

    void read_pci(const XmlElement& pci, PartIdx above, PartIdx numa) {
        if (!pci_holds_devices(pci)) return note_deviceless(pci);
        PartIdx below = above;
        switch (role_of_pci(pci)) {
            case PciRole::gpu:
                add_gpu(pci, above, numa);
                break;
            case PciRole::nic:
                add_nic(pci, above, numa);
                break;
            case PciRole::unknown:
            case PciRole::bridge:
            case PciRole::nvswitch:
            case PciRole::cpu:
                below = add_bridge(pci, above);
                for (const XmlElement* net : nets_of(pci)) add_net(*net, pci, below, numa);
                break;
        }
        for (const auto& child : pci.children) {
            if (child.name == "pci") read_pci(child, below, numa);
        }
    }

    void note_deviceless(const XmlElement& pci) {
        if (role_of_pci(pci) == PciRole::nvswitch) machine_.switches.push_back(pci_address(pci.value("busid")));
        if (role_of_pci(pci) == PciRole::unknown) ++classless_;
        for (const auto& child : pci.children) {
            if (child.name == "pci") note_deviceless(child);
        }
    }

    PartIdx add_bridge(const XmlElement& pci, PartIdx above) {
        Part bridge;
        bridge.kind = PartKind::bridge;
        bridge.bus = pci_address(pci.value("busid"));
        bridge.name = free_name(bridge.bus.empty() ? "PCIe" : bridge.bus);
        const PartIdx at = machine_.parts.add(std::move(bridge));
        machine_.parts.join(above, at, LinkKind::pcie, rate_of_lanes(pci));
        return at;
    }

    void add_gpu(const XmlElement& pci, PartIdx above, PartIdx numa) {
        NcclGpu gpu;
        gpu.pci = &pci;
        gpu.gpu = pci.child("gpu");
        gpu.bus = pci_address(pci.value("busid"));
        gpu.numa = numa;
        const GpuChip chip = gpu_chip(pci.integer("vendor").value_or(0), pci.integer("device").value_or(0));
        Part part;
        part.kind = PartKind::gpu;
        part.bus = gpu.bus;
        part.arch = chip.arch;
        part.model = chip.model;
        part.numa = machine_.parts.parts[numa.value()].numa;
        if (gpu.gpu != nullptr) {
            part.gpu_direct = gpu.gpu->integer("gdr") != 0;
            const std::string_view gcn = gpu.gpu->value("gcn");
            if (!gcn.empty()) machine_.amd = true;
            if (machine_.amd) part.arch = amd_arch(gcn);
            if (!machine_.amd) part.arch = small(*gpu.gpu, "sm", chip.arch);
        }
        gpu.part = machine_.parts.add(std::move(part));
        machine_.parts.join(above, gpu.part, LinkKind::pcie, rate_of_lanes(pci));
        machine_.gpus.push_back(std::move(gpu));
    }

    void add_nic(const XmlElement& pci, PartIdx above, PartIdx numa) {
        const auto nets = nets_of(pci);
        for (const XmlElement* net : nets) add_net(*net, pci, above, numa);
        if (nets.size() > 1) shared_ports_ = true;
        if (!nets.empty()) return;
        Part nic;
        nic.kind = PartKind::nic;
        nic.name = free_name("NIC" + std::to_string(bare_nics_++));
        nic.bus = pci_address(pci.value("busid"));
        nic.numa = machine_.parts.parts[numa.value()].numa;
        const PartIdx at = machine_.parts.add(std::move(nic));
        machine_.parts.join(above, at, LinkKind::pcie, rate_of_lanes(pci));
    }

    Part nic_of(const XmlElement& net) {
        Part nic;
        nic.kind = PartKind::nic;
        nic.name = free_name(std::string(net.value("name").empty() ? "NIC" : net.value("name")));
        nic.nic_mbps = std::max<std::int64_t>(net.integer("speed").value_or(0), 0);
        if (nic.nic_mbps > kMostNicMbit) {
            incredible_.push_back(nic.name);
            nic.nic_mbps = 0;
        }
        nic.gpu_direct = net.integer("gdr").value_or(0) != 0;  // as NCCL reads it: absent is no
        return nic;
    }

    void add_net(const XmlElement& net, const XmlElement& pci, PartIdx above, PartIdx numa) {
        Part nic = nic_of(net);
        nic.bus = pci_address(pci.value("busid"));
        nic.numa = machine_.parts.parts[numa.value()].numa;
        const PartIdx at = machine_.parts.add(std::move(nic));
        machine_.parts.join(above, at, LinkKind::pcie, rate_of_lanes(pci));
    }

    // NCCL lists NICs that are no PCI device under every <cpu>: one NIC that is equally near to all of them.
    void add_net_beside(const XmlElement& net, PartIdx numa) {
        const std::string key = std::string(net.value("name")) + '\n' + std::string(net.value("guid"));
        auto known = beside_.find(key);
        if (known == beside_.end()) known = beside_.emplace(key, machine_.parts.add(nic_of(net))).first;
        if (joined_.insert({known->second.value(), numa.value()}).second) {
            machine_.parts.join(numa, known->second, LinkKind::pcie, kInsideMbps);
        }
    }

    std::string free_name(const std::string& wanted) {
        std::string name = wanted;
        while (!names_.insert(name).second) name = wanted + "#" + std::to_string(++repeats_[wanted] + 1);
        return name;
    }

    void check_gpus(const XmlElement& system) {
        if (machine_.gpus.empty()) {
            const std::string what =
                classless_ > 0 ? "no GPU in it: " + std::to_string(classless_) +
                                     " PCI devices state no class, and NCCL finds out at run time what they are"
                               : "no GPU in it: this is a hint file about NICs";
            return fail(system, what,
                        "dump the whole topology with NCCL_TOPO_DUMP_FILE, or add class=\"0x030200\" to the GPUs");
        }
        std::map<std::string, const XmlElement*> seen;
        for (const NcclGpu& gpu : machine_.gpus) {
            if (gpu.bus.empty()) return fail(*gpu.pci, "a GPU without busid", "add its PCI address");
            if (!seen.emplace(gpu.bus, gpu.pci).second) {
                return fail(*gpu.pci,
                            "a second GPU at " + gpu.bus + ", after line " + std::to_string(seen[gpu.bus]->line),
                            "give each GPU its own busid");
            }
        }
    }

    void number() {
        std::vector<GpuNumber> numbers;
        for (const NcclGpu& gpu : machine_.gpus) {
            numbers.push_back({gpu.part, gpu.gpu == nullptr ? -1 : small(*gpu.gpu, "dev", -1), gpu.bus});
        }
        const auto twice = number_gpus(numbers, machine_.parts);
        if (!twice) return;
        const auto second = std::ranges::find_if(machine_.gpus.rbegin(), machine_.gpus.rend(), [&](const NcclGpu& gpu) {
            return gpu.gpu != nullptr && small(*gpu.gpu, "dev", -1) == *twice;
        });
        fail(*second->gpu, "a second GPU with dev=\"" + std::to_string(*twice) + "\"", "number each GPU once");
    }

    void add_notes() {
        auto& notes = machine_.parts.notes;
        const bool bare = std::ranges::any_of(machine_.gpus, [](const NcclGpu& gpu) { return gpu.gpu == nullptr; });
        if (bare) notes.emplace_back("GPUs without NVLinks stated: NCCL finds those at run time");
        if (bare_nics_ > 0) notes.emplace_back("NICs without a speed stated");
        if (!incredible_.empty())
            notes.push_back("NICs faster than any that exists count as unknown: " + list_names(incredible_));
        if (shared_ports_) notes.emplace_back("ports of one NIC share its PCIe link");
        if (classless_ > 0) notes.push_back(std::to_string(classless_) + " PCI devices without a class left out");
        const auto& parts = machine_.parts.parts;
        if (std::ranges::count(parts, PartKind::nic, &Part::kind) == 0) notes.emplace_back("no NICs listed");
    }

    std::string_view where_;
    NcclMachine machine_;
    std::optional<Error> error_;
    std::set<std::string> hosts_;
    std::map<std::int32_t, PartIdx> numas_;
    std::map<std::string, PartIdx> beside_;
    std::set<std::pair<std::uint32_t, std::uint32_t>> joined_;
    std::set<std::string> names_;
    std::map<std::string, std::size_t> repeats_;
    std::vector<std::string> incredible_;
    std::size_t classless_ = 0;
    std::size_t bare_nics_ = 0;
    bool shared_ports_ = false;
};

}  // namespace

Result<NcclMachine> read_nccl_tree(const XmlElement& system, std::string_view where) {
    return TreeReader(where).read(system);
}

}  // namespace muster
