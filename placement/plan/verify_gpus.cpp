#include "placement/plan/verify_gpus.hpp"

#include "placement/plan/bandwidth_class.hpp"
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

using Fault = std::optional<std::string>;

// Of a set or of the slowest of several, as a range where it is not known.
struct Found {
    std::int64_t least_mbps = std::numeric_limits<std::int64_t>::max();
    std::int64_t most_mbps = std::numeric_limits<std::int64_t>::max();
    void slower(const Found& other) {
        least_mbps = std::min(least_mbps, other.least_mbps);
        most_mbps = std::min(most_mbps, other.most_mbps);
    }
};

struct Machine {
    explicit Machine(const MachineGraph& graph) : values(graph), rule(graph, values.paths()) {}
    GpuSetValues values;
    KubeletRule rule;
    std::map<std::pair<GpuMask, std::int64_t>, std::optional<GpuMask>> chosen;  // by free GPUs and number
    std::map<std::int64_t, std::int64_t> best_mbps;                             // by number, all GPUs free
};

class GpuCheck {
  public:
    GpuCheck(const Snapshot& snapshot, const GangRequest& request, const Plan& plan, std::span<const NodeIdx> seats)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          plan_(plan),
          neighbours_(request.members() + request.fixed.size() > 1),
          predicts_(plan.quality.gpu_picker == kDefaultGpuPicker) {
        std::size_t at = 0;
        for (const auto& role : request.roles) {
            for (std::size_t i = 0; i < role.members.size(); ++i, ++at) {
                const NodeFacts& node = fabric_.node(seats[at]);
                const std::int64_t asked = node.machine ? role.shape.requests.get(node.gpu_resource) : 0;
                hosts_[seats[at]].push_back({&plan.placements[at], std::max<std::int64_t>(0, asked)});
                if (!node.machine) {
                    for (const auto& [name, amount] : role.shape.requests.entries())
                        unknown_ = unknown_ || (amount > 0 && name.find('/') != std::string::npos);
                }
            }
        }
    }

    Fault run() {
        bool any = false;
        for (const auto& [node, pods] : hosts_) {
            for (const Pod& pod : pods) {
                if (Fault fault = claim(node, pod)) return fault;
                any = any || pod.asked > 0;
            }
        }
        const std::string& picker = plan_.quality.gpu_picker;
        if (any != !picker.empty() || (any && std::ranges::find(kGpuPickers, picker) == kGpuPickers.end()))
            return "stated rule for GPU sets \"" + picker + "\" cannot be";
        for (const auto& [node, pods] : hosts_) {
            if (Fault fault = host(node, pods)) return fault;
        }
        return quality();
    }

  private:
    struct Pod {
        const Placement* placement;
        std::int64_t asked = 0;  // GPUs of the machine
    };

    [[nodiscard]] std::string name(NodeIdx node, const Pod& pod) const {
        return "member " + pod.placement->pod.ns + "/" + pod.placement->pod.name + " on node " +
               fabric_.node(node).name.str();
    }

    // Whether what the placement says of its GPUs can be said at all.
    [[nodiscard]] Fault claim(NodeIdx node, const Pod& pod) const {
        const auto& [uid, key, on, rank, gpus, source] = *pod.placement;
        const bool known = source == GpuSource::controlled || source == GpuSource::predicted;
        if ((source == GpuSource::none) != (pod.asked == 0))
            return name(node, pod) + ": asks for " + std::to_string(pod.asked) +
                   " GPUs of a machine, and its source is " + (pod.asked == 0 ? "stated" : "not stated");
        if (known && predicts_ != (source == GpuSource::predicted))
            return name(node, pod) + ": the rule " + plan_.quality.gpu_picker + " gives no such source";
        if (std::cmp_not_equal(gpus.size(), known ? pod.asked : 0))
            return name(node, pod) + ": " + std::to_string(gpus.size()) + " GPUs stated, " +
                   std::to_string(known ? pod.asked : 0) + " can be";
        return std::nullopt;
    }

    Fault host(NodeIdx node, const std::vector<Pod>& pods) {
        std::vector<Pod> asking;
        std::set<std::int64_t> sizes;
        for (const Pod& pod : pods) {
            if (pod.asked == 0) continue;
            asking.push_back(pod);
            sizes.insert(pod.asked);
        }
        if (asking.empty()) return std::nullopt;
        const NodeFacts& facts = fabric_.node(node);
        const GpuUse use = snapshot_.gpu_use(node);
        const auto gpus = static_cast<std::int64_t>(facts.machine->gpu_count());
        const auto free =
            std::min(gpus, facts.allocatable.get(facts.gpu_resource)) - std::popcount(use.told) - use.untold;
        const GpuMask open = facts.machine->all_gpus() & ~use.told;
        std::int64_t wanted = 0;
        for (const Pod& pod : asking) wanted += pod.asked;
        const bool known = free == std::popcount(open) && wanted <= free && (sizes.size() == 1 || !predicts_);
        for (const Pod& pod : asking) {
            if ((pod.placement->gpu_source == GpuSource::unknown) == known)
                return name(node, pod) + ": its GPUs are " +
                       (known ? "known, but not stated" : "stated, but not known");
        }
        Machine& machine = this->machine(node);
        if (!known) {
            guess(machine, asking, sizes, open, free);
            return std::nullopt;
        }
        if (Fault fault = sets(machine, node, asking, open)) return fault;
        return predicts_ ? prediction(machine, node, asking, open) : std::nullopt;
    }

    Fault sets(Machine& machine, NodeIdx node, const std::vector<Pod>& pods, GpuMask open) {
        for (const Pod& pod : pods) {
            GpuMask set = 0;
            for (const auto gpu : pod.placement->gpus) {
                const bool there = gpu >= 0 && std::cmp_less(gpu, kMaxGpus);
                const GpuMask bit = there ? GpuMask{1} << gpu : 0;
                if ((open & bit) == 0)
                    return name(node, pod) + ": GPU " + std::to_string(gpu) + " is not there, in use, or given twice";
                if (bit < set) return name(node, pod) + ": its GPUs are not in order";
                open &= ~bit;
                set |= bit;
            }
            count(machine, pod.asked, value(machine, set));
        }
        return std::nullopt;
    }

    Fault prediction(Machine& machine, NodeIdx node, const std::vector<Pod>& pods, GpuMask open) const {
        std::vector<GpuMask> stated;
        for (const Pod& pod : pods) {
            GpuMask set = 0;
            for (const auto gpu : pod.placement->gpus) set |= GpuMask{1} << gpu;
            stated.push_back(set);
        }
        auto predicted = kubelet(machine, open, pods.front().asked, pods.size());
        std::ranges::sort(stated);
        std::ranges::sort(predicted);
        if (stated == predicted) return std::nullopt;
        return "node " + fabric_.node(node).name.str() + ": the kubelet gives other GPUs than predicted";
    }

    static std::vector<GpuMask> kubelet(Machine& machine, GpuMask free, std::int64_t k, std::size_t pods) {
        std::vector<GpuMask> sets;
        while (sets.size() < pods) {
            const auto [known, fresh] = machine.chosen.try_emplace({free, k});
            if (fresh) known->second = machine.rule.choose(free, static_cast<std::size_t>(k));
            if (!known->second) break;
            sets.push_back(*known->second);
            free &= ~sets.back();
        }
        return sets;
    }

    // The ordinals of GPUs in use are not all known, or not who comes first.
    void guess(Machine& machine, const std::vector<Pod>& pods, const std::set<std::int64_t>& sizes, GpuMask open,
               std::int64_t free) {
        const bool small = machine.values.machine().gpu_count() <= 8;
        const std::int64_t k = *sizes.begin();
        const bool fits = sizes.size() > 1 || k * static_cast<std::int64_t>(pods.size()) <= free;
        if (predicts_ && sizes.size() == 1 && small && fits) {
            Found worst;
            for (GpuMask mask = open;; mask = (mask - 1) & open) {
                if (std::popcount(mask) == free) {
                    for (const GpuMask set : kubelet(machine, mask, k, pods.size())) worst.slower(value(machine, set));
                }
                if (mask == 0) break;
            }
            return count(machine, k, worst);
        }
        for (const std::int64_t size : sizes) count(machine, size, any_of(machine, open, size));
    }

    // All that a set of k of the open GPUs can be.
    Found any_of(Machine& machine, GpuMask open, std::int64_t k) const {
        Found range{0, best(machine, k)};
        if (machine.values.machine().gpu_count() > 16 || k > std::popcount(open)) return range;
        range.least_mbps = std::numeric_limits<std::int64_t>::max();
        for (GpuMask set = open; set != 0; set = (set - 1) & open) {
            if (std::popcount(set) == k) range.least_mbps = std::min(range.least_mbps, value(machine, set).least_mbps);
        }
        if (machine.values.machine().gpu_count() > 8) range.least_mbps = 0;
        return range;
    }

    std::int64_t best(Machine& machine, std::int64_t k) const {
        const auto [known, fresh] = machine.best_mbps.try_emplace(k, 0);
        if (fresh) known->second = machine.values.most_mbps(static_cast<std::size_t>(k), neighbours_);
        return known->second;
    }

    Found value(Machine& machine, GpuMask set) const {
        const std::int64_t mbps = pod_mbps(machine.values.value(set), neighbours_);
        return {mbps, mbps};
    }

    void count(Machine& machine, std::int64_t k, const Found& found) {
        const std::int64_t most = best(machine, k);
        worst_class_ = std::max(worst_class_, bandwidth_class(found.least_mbps, most));
        best_class_ = std::max(best_class_, bandwidth_class(found.most_mbps, most));
        if (k > 1 || neighbours_) slowest_.slower(found);
    }

    [[nodiscard]] Fault quality() const {
        if (plan_.quality.objective.empty() || plan_.quality.objective.front() < best_class_ ||
            plan_.quality.objective.front() > worst_class_)
            return "stated bandwidth class differs from that of the slowest GPU set, " + std::to_string(worst_class_);
        const bool none = unknown_ || slowest_.most_mbps == std::numeric_limits<std::int64_t>::max();
        const std::int64_t least = none ? 0 : slowest_.least_mbps * 95 / 100;
        const std::int64_t most = none ? 0 : slowest_.most_mbps * 95 / 100;
        if (plan_.quality.bus_mbps < least || plan_.quality.bus_mbps > most)
            return "stated bus bandwidth " + std::to_string(plan_.quality.bus_mbps) + " MB/s, found " +
                   std::to_string(least);
        return std::nullopt;
    }

    Machine& machine(NodeIdx node) {
        const MachineGraph& graph = *fabric_.machines()[fabric_.machine_of(node).value()];
        auto& machine = machines_[&graph];
        if (!machine) machine = std::make_unique<Machine>(graph);
        return *machine;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const Plan& plan_;
    bool neighbours_;
    bool predicts_;
    std::map<NodeIdx, std::vector<Pod>> hosts_;
    std::map<const MachineGraph*, std::unique_ptr<Machine>> machines_;
    std::int32_t worst_class_ = 0;
    std::int32_t best_class_ = 0;
    Found slowest_;
    bool unknown_ = false;  // some member has devices on a node of which nothing is known
};

}  // namespace

std::optional<std::string> verify_gpus(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                       std::span<const NodeIdx> seats) {
    const bool claimed = std::ranges::any_of(plan.placements, [](const Placement& placement) {
        return placement.gpu_source != GpuSource::none || !placement.gpus.empty();
    });
    const Quality& quality = plan.quality;
    const bool stated = !quality.gpu_picker.empty() || quality.bus_mbps != 0 || quality.objective.empty() ||
                        quality.objective.front() != 0;
    if (snapshot.fabric().machines().empty() && !claimed && !stated) return std::nullopt;
    return GpuCheck(snapshot, request, plan, seats).run();
}

}  // namespace muster
