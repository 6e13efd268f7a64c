// hwloc's tree of <object>: Machine > Package > NUMANode, and Bridge > PCIDev > OSDev below whichever of them is near.
#include "dialects/topology/device_facts.hpp"
#include "dialects/topology/gpu_numbers.hpp"
#include "dialects/topology/hwloc_xml_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cmath>
#include <utility>

namespace muster {
namespace {

bool is_object(const XmlElement& element, std::string_view type) {
    return element.name == "object" && element.value("type") == type;
}

std::string_view info(const XmlElement& element, std::string_view key) {
    for (const auto& child : element.children) {
        if (child.name == "info" && child.value("name") == key) return child.value("value");
    }
    return {};
}

// hwloc states GB/s after line coding (15.75 for gen3 x16); NCCL's scale, which link_rates follows, has 12 there.
std::int64_t rate_of_link_speed(const XmlElement& pci) {
    constexpr double kGen3x16 = 15.753846, kMost = 10'000;
    const std::string_view speed = pci.value("pci_link_speed");
    double value = 0;
    std::from_chars(speed.data(), speed.data() + speed.size(), value);
    if (!(value > 0) || value > kMost) return pcie_mbps(0, 0);
    return std::max<std::int64_t>(std::llround(value / kGen3x16 * static_cast<double>(pcie_mbps(8'000, 16))), 1);
}

// A set in hwloc's spelling, "0x1,,0x0": words of 32 bits, the highest first.
std::vector<std::int32_t> members_of(std::string_view set) {
    constexpr std::int32_t kWordBits = 32, kMostBits = 1'024;
    std::vector<std::int32_t> members;
    for (std::int32_t base = 0; base < kMostBits; base += kWordBits) {
        const auto comma = set.rfind(',');
        std::string_view word = comma == std::string_view::npos ? set : set.substr(comma + 1);
        if (word.starts_with("0x")) word.remove_prefix(2);
        std::uint32_t bits = 0;
        std::from_chars(word.data(), word.data() + word.size(), bits, 16);
        for (; bits != 0; bits &= bits - 1) members.push_back(base + std::countr_zero(bits));
        if (comma == std::string_view::npos) break;
        set = set.substr(0, comma);
    }
    return members;
}

// "0302 [10de:1db8] [10de:131d] a1 00"
struct PciType {
    std::string_view code;
    std::int64_t vendor = 0, device = 0;
};

std::int64_t hex(std::string_view text) {
    std::int64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
    return code == std::errc() && end == text.data() + text.size() ? number : 0;
}

PciType pci_type(const XmlElement& pci) {
    constexpr std::size_t kVendorAt = 6, kDeviceAt = 11, kDigits = 4;
    const std::string_view text = pci.value("pci_type");
    if (text.size() < kDeviceAt + kDigits) return {};
    return {text.substr(0, kDigits), hex(text.substr(kVendorAt, kDigits)), hex(text.substr(kDeviceAt, kDigits))};
}

// What its OS devices say of a PCI device.
struct OsNames {
    std::int32_t managed = -1;   // NVML's or ROCm SMI's number
    std::int32_t computes = -1;  // CUDA's
    bool gpu = false;
    std::string_view fabric, network;
    std::string_view model, uuid;
};

std::int32_t number_after(std::string_view name, std::string_view prefix) {
    return name.starts_with(prefix) ? small_number(name.substr(prefix.size())) : -1;
}

OsNames os_names(const XmlElement& pci) {
    OsNames names;
    for (const auto& os : pci.children) {
        if (!is_object(os, "OSDev")) continue;
        const std::string_view name = os.value("name");
        for (const std::string_view prefix : {"nvml", "rsmi"}) {
            names.managed = std::max(names.managed, number_after(name, prefix));
        }
        names.computes = std::max(names.computes, number_after(name, "cuda"));
        // Numbers of kinds: hwloc 2 counts them, hwloc 3 has one bit for each.
        const auto kind = os.integer("osdev_type");
        if ((kind == 3 || kind == 32) && names.fabric.empty()) names.fabric = name;
        if ((kind == 2 || kind == 16) && names.network.empty()) names.network = name;
        if (names.model.empty()) names.model = info(os, "GPUModel");
        if (names.uuid.empty()) names.uuid = info(os, "NVIDIAUUID");
    }
    names.gpu = names.managed >= 0 || names.computes >= 0;
    return names;
}

PciRole role_of_object(const XmlElement& pci) {
    const PciType type = pci_type(pci);
    if (pci.value("subtype") == "NVSwitch") return PciRole::nvswitch;
    if (os_names(pci).gpu) return PciRole::gpu;
    const PciRole role = pci_role(type.code);
    // The graphics of a board's management controller is no GPU.
    if (role == PciRole::gpu && type.code == "0300" && type.vendor != kPciNvidia) return PciRole::bridge;
    if (role == PciRole::nvswitch && type.vendor != kPciNvidia) return PciRole::bridge;
    return role;
}

bool is_device(const XmlElement& element) {
    if (!is_object(element, "PCIDev")) return false;
    const PciRole role = role_of_object(element);
    return role == PciRole::gpu || role == PciRole::nic;
}

bool object_holds_devices(const XmlElement& element) {
    return is_device(element) || std::ranges::any_of(element.children, object_holds_devices);
}

class ObjectReader {
  public:
    explicit ObjectReader(std::string_view where) : where_(where) {}

    Result<HwlocMachine> read(const XmlElement& topology) {
        architecture_ = info(topology, "Architecture");
        for (const auto& object : topology.children) {
            if (architecture_.empty()) architecture_ = info(object, "Architecture");
        }
        find_numas(topology, topology);
        if (numas_.empty()) add_numa(topology, topology);
        if (numas_.size() > kMostNumas) fail(topology, "more than " + std::to_string(kMostNumas) + " NUMA nodes", "");
        if (!error_) find_devices(topology, topology);
        if (!error_ && gpus_.empty()) {
            fail(topology, "no GPU in it" + std::string(pci_seen_ ? "" : ", nor any other PCI device"),
                 "run lstopo --of xml where the GPUs are visible, with I/O devices (not --no-io)");
        }
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

    void find_numas(const XmlElement& element, const XmlElement& package) {
        for (const auto& child : element.children) {
            if (child.name != "object" || numas_.size() > kMostNumas) continue;
            // A Grace CPU shows the memory of its GPUs as NUMA nodes: those have no CPUs and no PCIe.
            if (is_object(child, "NUMANode") && child.value("subtype") != "GPUMemory") add_numa(child, package);
            find_numas(child, is_object(child, "Package") ? child : package);
        }
    }

    void add_numa(const XmlElement& node, const XmlElement& package) {
        Part numa;
        numa.kind = PartKind::numa;
        numa.numa = small_number(node.value("os_index"));
        if (numa.numa < 0) numa.numa = static_cast<std::int32_t>(numas_.size());
        numa.name = "NUMA" + std::to_string(numa.numa);
        numa.cpu = cpu_vendor(architecture_, info(package, "CPUVendor"));
        numa.cpu_model = std::max(small_number(info(package, "CPUModelNumber")), 0);
        const std::int32_t id = numa.numa;
        const PartIdx at = machine_.parts.add(std::move(numa));
        if (!numas_.emplace(id, at).second) fail(node, "a second NUMA node " + std::to_string(id), "number each once");
        if (const auto index = node.integer("gp_index")) machine_.numas[*index] = at;
        if (const auto index = package.integer("gp_index")) machine_.numas.try_emplace(*index, at);
    }

    // Near which NUMA node an object stands: the first of its node set.
    PartIdx numa_of(const XmlElement& element) {
        std::vector<PartIdx> near;
        for (const std::int32_t id : members_of(element.value("nodeset"))) {
            if (const auto numa = numas_.find(id); numa != numas_.end()) near.push_back(numa->second);
        }
        if (near.size() != 1 && numas_.size() > 1) unplaced_ = true;
        return near.empty() ? numas_.begin()->second : near.front();
    }

    void find_devices(const XmlElement& element, const XmlElement& near) {
        std::vector<const XmlElement*> roots;
        for (const auto& child : element.children) {
            if (is_object(child, "Bridge") || is_object(child, "PCIDev")) {
                pci_seen_ = true;
                find_switches(child);
                if (object_holds_devices(child)) roots.push_back(&child);
            } else if (child.name == "object") {
                find_devices(child, child);
            }
        }
        if (roots.empty()) return;
        const PartIdx numa = numa_of(near);
        for (const XmlElement* root : roots) {
            const bool host = is_object(*root, "Bridge") && root->value("bridge_type").starts_with("0");
            const PartIdx above = host && roots.size() > 1 ? add_host_bridge(*root, numa) : numa;
            // Below a host bridge every second bridge is a switch's upstream port, and the others are root and
            // downstream ports: one part for a switch, as NCCL counts them.
            if (host) {
                for (const auto& child : root->children) read_pci(child, above, numa, 1);
            } else {
                read_pci(*root, above, numa, 1);
            }
        }
    }

    void find_switches(const XmlElement& element) {
        if (is_object(element, "PCIDev") && role_of_object(element) == PciRole::nvswitch) {
            if (const auto index = element.integer("gp_index")) machine_.switches.insert(*index);
        }
        for (const auto& child : element.children) find_switches(child);
    }

    void read_pci(const XmlElement& element, PartIdx above, PartIdx numa, std::size_t depth) {
        if (is_object(element, "PCIDev")) {
            if (role_of_object(element) == PciRole::gpu) add_gpu(element, above, numa);
            if (role_of_object(element) == PciRole::nic) add_nic(element, above, numa);
            return;
        }
        if (!is_object(element, "Bridge") || !object_holds_devices(element)) return;
        const PartIdx below = depth % 2 == 0 ? add_bridge(element, above) : above;
        for (const auto& child : element.children) read_pci(child, below, numa, depth + 1);
    }

    PartIdx add_host_bridge(const XmlElement& element, PartIdx numa) {
        Part bridge;
        bridge.kind = PartKind::host_bridge;
        bridge.name = "Root" + std::to_string(roots_++);
        bridge.bus = element.value("bridge_pci");
        const PartIdx at = machine_.parts.add(std::move(bridge));
        machine_.parts.join(numa, at, LinkKind::pcie, kInsideMbps);
        return at;
    }

    PartIdx add_bridge(const XmlElement& element, PartIdx above) {
        Part bridge;
        bridge.kind = PartKind::bridge;
        bridge.bus = pci_address(element.value("pci_busid"));
        bridge.name = bridge.bus.empty() ? "PCIe" + std::to_string(machine_.parts.parts.size()) : bridge.bus;
        const PartIdx at = machine_.parts.add(std::move(bridge));
        machine_.parts.join(above, at, LinkKind::pcie, rate_of_link_speed(element));
        return at;
    }

    PartIdx add_device(Part part, const XmlElement& pci, PartIdx above, PartIdx numa) {
        part.bus = pci_address(pci.value("pci_busid"));
        part.numa = machine_.parts.parts[numa.value()].numa;
        const PartIdx at = machine_.parts.add(std::move(part));
        machine_.parts.join(above, at, LinkKind::pcie, rate_of_link_speed(pci));
        return at;
    }

    void add_gpu(const XmlElement& pci, PartIdx above, PartIdx numa) {
        const PciType type = pci_type(pci);
        const OsNames names = os_names(pci);
        const GpuChip chip = gpu_chip(type.vendor, type.device);
        Part part;
        part.kind = PartKind::gpu;
        part.arch = chip.arch;
        part.model = names.model.empty() ? info(pci, "PCIDevice") : names.model;
        if (part.model.empty()) part.model = chip.model;
        part.uuid = names.uuid;
        if (type.vendor == kPciAmd) machine_.amd = true;
        const PartIdx at = add_device(std::move(part), pci, above, numa);
        gpus_.push_back(
            {at, names.managed >= 0 ? names.managed : names.computes, machine_.parts.parts[at.value()].bus});
        if (const auto index = pci.integer("gp_index")) machine_.gpus[*index] = at;
        for (const auto& os : pci.children) {
            if (const auto index = os.integer("gp_index")) machine_.gpus[*index] = at;
        }
    }

    void add_nic(const XmlElement& pci, PartIdx above, PartIdx numa) {
        const OsNames names = os_names(pci);
        Part part;
        part.kind = PartKind::nic;
        part.name = names.fabric.empty() ? names.network : names.fabric;
        if (part.name.empty()) part.name = "NIC " + pci_address(pci.value("pci_busid"));
        add_device(std::move(part), pci, above, numa);
        nics_ = true;
    }

    void number() {
        if (const auto twice = number_gpus(gpus_, machine_.parts)) {
            error_ =
                Error{ErrorCode::bad_input, std::string(where_), "two GPUs have the number " + std::to_string(*twice),
                      "give the output of lstopo --of xml of one machine"};
        }
    }

    void add_notes() {
        auto& notes = machine_.parts.notes;
        if (unplaced_) notes.emplace_back("PCI devices whose NUMA node is not told hang on the first one possible");
        notes.emplace_back(nics_ ? "NICs without a speed stated" : "no NICs listed");
    }

    std::string_view where_;
    HwlocMachine machine_;
    std::optional<Error> error_;
    std::string_view architecture_;
    std::map<std::int32_t, PartIdx> numas_;  // by OS index
    std::vector<GpuNumber> gpus_;
    std::size_t roots_ = 0;
    bool pci_seen_ = false, unplaced_ = false, nics_ = false;
};

}  // namespace

Result<HwlocMachine> read_hwloc_objects(const XmlElement& topology, std::string_view where) {
    return ObjectReader(where).read(topology);
}

}  // namespace muster
