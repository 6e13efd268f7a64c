// AMD's kernel driver: nodes that are CPUs or GPUs, and links between them. A package in several partitions (CPX, DPX)
// shows one GPU for each; they share its PCIe link and its xGMI links to other packages.
#include "dialects/topology/device_facts.hpp"
#include "dialects/topology/gpu_numbers.hpp"
#include "dialects/topology/kfd_text.hpp"
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <utility>

namespace muster {
namespace {

constexpr std::uint64_t kHyperTransport = 1, kPcie = 2, kQpi = 5, kXgmi = 11;
constexpr std::uint64_t kMostMbps = 100'000'000;

std::uint64_t get(const KfdProperties& properties, std::string_view key) {
    const auto found = properties.find(key);
    return found == properties.end() ? 0 : found->second;
}

// "0000:05:00.3"; without function it names the package.
std::string address_of(const KfdProperties& node, bool function) {
    const auto location = static_cast<unsigned>(get(node, "location_id") & 0xffffU);
    const auto domain = static_cast<unsigned>(get(node, "domain") & 0xffffU);
    std::array<char, 16> text{};
    std::snprintf(text.data(), text.size(), "%04x:%02x:%02x", domain, location >> 8U, (location >> 3U) & 0x1fU);
    std::string address(text.data());
    if (function) address += "." + std::to_string(location & 7U);
    return address;
}

// gfx_target_version 90402 is gfx942, 90010 is gfx90a (here 910).
std::int32_t arch_of(const KfdProperties& node) {
    const std::uint64_t version = get(node, "gfx_target_version");
    if (version >= 1'000'000) return 0;
    return static_cast<std::int32_t>(version / 10'000 * 100 + version / 100 % 100 * 10 + version % 100);
}

struct Gpu {
    PartIdx part;
    std::string package;
    std::int64_t xgmi_mbps = 0;
    bool joined = false;
};

class KfdMachine {
  public:
    KfdMachine(const KfdDump& dump, std::string_view where) : dump_(dump), where_(where) {}

    Result<MachineGraph> build() {
        for (const auto& [number, node] : dump_.nodes) add_node(number, node);
        if (numbers_.empty()) {
            return std::unexpected(Error{ErrorCode::bad_input, std::string(where_),
                                         "no GPU in it: no node has a simd_count above 0",
                                         "dump /sys/class/kfd/kfd/topology where the GPUs are visible"});
        }
        static_cast<void>(number_gpus(numbers_, machine_));  // node numbers are distinct
        for (auto& [package, gpus] : packages_) {
            if (gpus.size() > 1) add_package(package);
        }
        join_pcie();
        join_xgmi();
        name_cpus();
        machine_.join_sockets();
        machine_.notes.emplace_back("no NICs listed: KFD knows none");
        if (hidden_ > 0) machine_.notes.push_back(std::to_string(hidden_) + " nodes without properties left out");
        return std::move(machine_).build(where_, Vendor::amd);
    }

  private:
    void add_node(std::uint32_t number, const KfdProperties& node) {
        const bool gpu = get(node, "simd_count") > 0, cpu = get(node, "cpu_cores_count") > 0;
        if (!gpu && !cpu) ++hidden_;
        if (cpu) {
            Part numa;
            numa.kind = PartKind::numa;
            numa.numa = static_cast<std::int32_t>(cpus_.size());
            numa.name = "NUMA" + std::to_string(numa.numa);
            cpus_.emplace(number, machine_.add(std::move(numa)));
        }
        if (gpu) add_gpu(number, node);
        if (gpu && cpu) {
            machine_.join(cpus_.at(number), gpus_.at(number).part, LinkKind::pcie, kInsideMbps);
            gpus_.at(number).joined = true;
        }
    }

    void add_gpu(std::uint32_t number, const KfdProperties& node) {
        const auto known = [&](std::string_view key) { return static_cast<std::int64_t>(get(node, key) & 0xffffU); };
        Part part;
        part.kind = PartKind::gpu;
        part.bus = address_of(node, true);
        part.arch = arch_of(node);
        part.model = gpu_chip(known("vendor_id"), known("device_id")).model;
        Gpu gpu;
        gpu.package = address_of(node, false);
        gpu.xgmi_mbps = xgmi_mbps(part.arch);
        gpu.part = machine_.add(std::move(part));
        packages_[gpu.package].push_back(number);
        // As HIP counts: in the order of the nodes.
        numbers_.push_back({gpu.part, static_cast<std::int32_t>(numbers_.size()), ""});
        gpus_.emplace(number, std::move(gpu));
    }

    void add_package(const std::string& address) {
        Part package;
        package.kind = PartKind::bridge;
        package.bus = address + ".0";
        package.name = "package " + address;
        bridges_.emplace(address, machine_.add(std::move(package)));
        partitions_ = true;
    }

    // KFD states what PCIe carries at most; NCCL's scale, which link_rates follows, has three quarters of it.
    static std::int64_t pcie_rate(const KfdLink& link) {
        if (link.max_mbps == 0 || link.max_mbps > kMostMbps) return pcie_mbps(0, 0);
        return std::max<std::int64_t>(static_cast<std::int64_t>(link.max_mbps) * 3 / 4, 1);
    }

    void join_pcie() {
        std::map<std::string, PartIdx> placed;  // packages that already hang on a CPU
        for (const KfdLink& link : dump_.links) {
            const auto gpu = gpus_.find(link.from);
            const auto cpu = cpus_.find(link.to);
            if (link.type != kPcie || gpu == gpus_.end() || cpu == cpus_.end() || gpu->second.joined) continue;
            Gpu& from = gpu->second;
            from.joined = true;
            machine_.parts[from.part.value()].numa = machine_.parts[cpu->second.value()].numa;
            const auto bridge = bridges_.find(from.package);
            if (bridge == bridges_.end()) {
                machine_.join(from.part, cpu->second, LinkKind::pcie, pcie_rate(link));
                continue;
            }
            machine_.join(from.part, bridge->second, LinkKind::pcie, kInsideMbps);
            if (placed.emplace(from.package, cpu->second).second) {
                machine_.join(bridge->second, cpu->second, LinkKind::pcie, pcie_rate(link));
            }
        }
    }

    void join_xgmi() {
        std::map<std::pair<std::uint32_t, std::uint32_t>, const KfdLink*> stated;
        for (const KfdLink& link : dump_.links) {
            if (link.type == kXgmi && gpus_.contains(link.from) && gpus_.contains(link.to))
                stated[{link.from, link.to}] = &link;
        }
        bool one_sided = false;
        for (const auto& [ends, link] : stated) {
            const auto back = stated.find({ends.second, ends.first});
            if (back == stated.end()) one_sided = true;
            if (back == stated.end() || ends.first >= ends.second) continue;
            join_peers(gpus_.at(ends.first), gpus_.at(ends.second), std::min(link->max_mbps, back->second->max_mbps));
        }
        if (one_sided) machine_.notes.emplace_back("xGMI links that only one end lists left out");
        if (partitions_) {
            machine_.notes.emplace_back(
                "partitions of one package share its links: an xGMI link between packages counts with its share");
        }
    }

    void join_peers(const Gpu& a, const Gpu& b, std::uint64_t stated_mbps) {
        const auto mbps = static_cast<std::int64_t>(std::min(stated_mbps, kMostMbps));
        if (a.package == b.package && mbps > 0) return machine_.join(a.part, b.part, LinkKind::xgmi, mbps);
        const std::int64_t rate = std::min(a.xgmi_mbps, b.xgmi_mbps);
        const std::int32_t count =
            mbps == 0 ? 1 : links_of_bandwidth(LinkKind::xgmi, machine_.parts[a.part.value()].arch, mbps);
        const std::size_t sharers = packages_.at(a.package).size() * packages_.at(b.package).size();
        const std::int64_t share = rate * count / static_cast<std::int64_t>(sharers);
        machine_.join(a.part, b.part, LinkKind::xgmi, std::max<std::int64_t>(share, 1), count);
    }

    // The vendor of the CPUs is told by the kind of link between them only, and an Intel CPU's model not at all.
    void name_cpus() {
        CpuVendor vendor = CpuVendor::unknown;
        for (const KfdLink& link : dump_.links) {
            if (!cpus_.contains(link.from) || !cpus_.contains(link.to)) continue;
            if (link.type == kHyperTransport) vendor = CpuVendor::amd;
            if (link.type == kQpi) vendor = CpuVendor::intel;
        }
        for (const auto& cpu : cpus_) machine_.parts[cpu.second.value()].cpu = vendor;
        if (vendor == CpuVendor::intel) {
            machine_.notes.emplace_back(
                "the model of the Intel CPUs is not told: the oldest one's socket link is assumed");
        }
    }

    const KfdDump& dump_;
    std::string_view where_;
    MachineParts machine_;
    std::map<std::uint32_t, PartIdx> cpus_;  // by node
    std::map<std::uint32_t, Gpu> gpus_;
    std::map<std::string, std::vector<std::uint32_t>> packages_;
    std::map<std::string, PartIdx> bridges_;
    std::vector<GpuNumber> numbers_;
    std::size_t hidden_ = 0;
    bool partitions_ = false;
};

}  // namespace

Result<MachineGraph> read_kfd(std::string_view text, std::string_view where) {
    MUSTER_TRY(const KfdDump dump, read_kfd_text(text, where));
    return KfdMachine(dump, where).build();
}

}  // namespace muster
