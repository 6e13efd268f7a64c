#include "placement/verify/verify_gpus.hpp"

#include "placement/topology/bandwidth_class.hpp"
#include "placement/topology/gpu_set_value.hpp"
#include "placement/topology/kubelet_choice.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace muster {

// Of one machine type.
struct CheckedMachines::Facts {
    explicit Facts(MachineRef ref) : machine(std::move(ref)), values(*machine), rule(*machine, values.paths()) {}
    MachineRef machine;
    GpuSetValues values;
    KubeletRule rule;
    std::map<std::pair<GpuMask, std::int64_t>, std::optional<GpuMask>> chosen;  // by free GPUs and number
    std::map<std::pair<std::int64_t, bool>, std::int64_t> best_mbps;            // by number, all free, and neighbours
};

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

// Machines whose facts are kept; and of each the states of which is kept what the kubelet gives.
constexpr std::size_t kMostCheckedMachines = 32;
constexpr std::size_t kMostStates = 4'096;

using Machine = CheckedMachines::Facts;

class GpuCheck {
  public:
    GpuCheck(const Snapshot& snapshot, const GangRequest& request, const Plan& plan, std::span<const NodeIdx> seats,
             CheckedMachines& machines)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          request_(request),
          plan_(plan),
          neighbours_(request.members() + request.fixed.size() > 1),
          predicts_(plan.quality.gpu_picker == kDefaultGpuPicker),
          machines_(machines) {
        std::size_t at = 0;
        for (const auto& role : request.roles) {
            for (std::size_t i = 0; i < role.members.size(); ++i, ++at) {
                const NodeFacts& node = fabric_.node(seats[at]);
                const std::int64_t asked = node.machine ? role.shape.requests.get(node.gpu_resource) : 0;
                hosts_[seats[at]].push_back({&plan.placements[at], std::max<std::int64_t>(0, asked)});
                members_.emplace_back(seats[at], std::max<std::int64_t>(0, asked));
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
        bound();
        uplinks();
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
        if (machine.chosen.size() > kMostStates) machine.chosen.clear();
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
        // Of larger machines nothing is promised.
        if (machine.values.machine().gpu_count() > 8 || k > std::popcount(open)) return range;
        range.least_mbps = std::numeric_limits<std::int64_t>::max();
        for (GpuMask set = open; set != 0; set = (set - 1) & open) {
            if (std::popcount(set) == k) range.least_mbps = std::min(range.least_mbps, value(machine, set).least_mbps);
        }
        return range;
    }

    std::int64_t best(Machine& machine, std::int64_t k) const {
        const auto [known, fresh] = machine.best_mbps.try_emplace({k, neighbours_}, 0);
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

    // Bound members whose GPUs are told count like new ones.
    void bound() {
        for (const FixedMember& member : request_.fixed) {
            const auto node = fabric_.find(member.node.str());
            if (!node) continue;
            const NodeFacts& facts = fabric_.node(*node);
            std::set<std::size_t> gpus;
            for (const auto& id : member.devices) {
                if (const auto gpu = facts.machine ? gpu_ordinal(facts, id) : std::nullopt) gpus.insert(*gpu);
            }
            if (gpus.size() < member.devices.size()) gpus.clear();
            GpuMask set = 0;
            for (const std::size_t gpu : gpus) set |= GpuMask{1} << gpu;
            members_.emplace_back(*node, static_cast<std::int64_t>(gpus.size()));
            if (set != 0) count(machine(*node), members_.back().second, value(machine(*node), set));
        }
    }

    // Domain by domain: members inside and outside share its uplink with all other gangs that have some.
    void uplinks() {
        const auto own = snapshot_.traffic().crossed_by(gang_name(request_.key));
        std::ranges::sort(members_);
        for (std::uint32_t i = 1; i < fabric_.domain_count(); ++i) {
            const Domain& domain = fabric_.domains()[i];
            const LevelSpec& level = fabric_.levels()[domain.depth - 1];
            if (domain.synthetic || level.uplink_mbps == 0) continue;
            const auto from =
                std::ranges::lower_bound(members_, std::pair(NodeIdx(domain.first_node), std::int64_t{0}));
            const auto to = std::ranges::lower_bound(members_, std::pair(NodeIdx(domain.last_node), std::int64_t{0}));
            if (from == to || std::cmp_equal(to - from, members_.size())) continue;
            const std::int32_t others = snapshot_.traffic().crossing(DomainIdx(i)) -
                                        static_cast<std::int32_t>(std::ranges::count(own, DomainIdx(i)));
            const std::int64_t mbps = level.uplink_mbps / (1 + others);
            for (auto at = from; at != to; ++at) {
                const std::int64_t most = at->second > 0 ? best(machine(at->first), at->second) : level.uplink_mbps;
                worst_class_ = std::max(worst_class_, bandwidth_class(mbps, most));
                best_class_ = std::max(best_class_, bandwidth_class(mbps, most));
            }
            if (uplink_ && uplink_mbps_ <= mbps) continue;
            uplink_mbps_ = mbps;
            uplink_ = UplinkUse{level.name, fabric_.path(DomainIdx(i)), level.uplink_mbps, 1 + others};
        }
    }

    [[nodiscard]] Fault quality() const {
        if (plan_.quality.objective.empty() || plan_.quality.objective.front() < best_class_ ||
            plan_.quality.objective.front() > worst_class_)
            return "stated bandwidth class differs from that of the slowest link, " + std::to_string(worst_class_);
        const bool none = unknown_ || slowest_.most_mbps == std::numeric_limits<std::int64_t>::max();
        const std::int64_t least = none ? 0 : std::min(slowest_.least_mbps, uplink_mbps_) * 95 / 100;
        const std::int64_t most = none ? 0 : std::min(slowest_.most_mbps, uplink_mbps_) * 95 / 100;
        if (plan_.quality.bus_mbps < least || plan_.quality.bus_mbps > most)
            return "stated bus bandwidth " + std::to_string(plan_.quality.bus_mbps) + " MB/s, found " +
                   std::to_string(least);
        // Where the rule had to guess, only what no guess changes is checked.
        const auto& stated = plan_.quality.slowest_uplink;
        const bool must = uplink_ && uplink_mbps_ < slowest_.least_mbps;
        const bool may = uplink_ && uplink_mbps_ < slowest_.most_mbps;
        if ((must && !stated) || (stated && (!may || *stated != *uplink_)))
            return "stated slowest uplink differs from " + (uplink_ ? uplink_->level + " " + uplink_->domain : "none");
        return std::nullopt;
    }

    Machine& machine(NodeIdx node) {
        const std::size_t type = fabric_.machine_of(node).value();
        Machine*& machine = types_[type];
        if (machine == nullptr) machine = &machines_.of(fabric_.machines()[type]);
        return *machine;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    const Plan& plan_;
    bool neighbours_;
    bool predicts_;
    std::map<NodeIdx, std::vector<Pod>> hosts_;
    CheckedMachines& machines_;
    std::map<std::size_t, Machine*> types_;  // by number in the fabric
    std::int32_t worst_class_ = 0;
    std::int32_t best_class_ = 0;
    Found slowest_;
    std::vector<std::pair<NodeIdx, std::int64_t>> members_;  // new and bound ones, and their GPUs where known
    std::optional<UplinkUse> uplink_;                        // the crossed one over which the gang gets least
    std::int64_t uplink_mbps_ = std::numeric_limits<std::int64_t>::max();
    bool unknown_ = false;  // some member has devices on a node of which nothing is known
};

}  // namespace

CheckedMachines::CheckedMachines() = default;
CheckedMachines::~CheckedMachines() = default;

CheckedMachines::Facts& CheckedMachines::of(const MachineRef& machine) {
    auto& facts = facts_[machine];
    if (!facts) facts = std::make_unique<Facts>(machine);
    return *facts;
}

void CheckedMachines::limit() {
    if (facts_.size() > kMostCheckedMachines) facts_.clear();
}

std::optional<std::string> verify_gpus(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                       std::span<const NodeIdx> seats, CheckedMachines& machines) {
    const bool claimed = std::ranges::any_of(plan.placements, [](const Placement& placement) {
        return placement.gpu_source != GpuSource::none || !placement.gpus.empty();
    });
    const Quality& quality = plan.quality;
    const bool stated = !quality.gpu_picker.empty() || quality.bus_mbps != 0 || quality.slowest_uplink ||
                        quality.objective.empty() || quality.objective.front() != 0;
    if (snapshot.fabric().machines().empty() && !GangTraffic::counts(snapshot.fabric()) && !claimed && !stated)
        return std::nullopt;
    machines.limit();
    return GpuCheck(snapshot, request, plan, seats, machines).run();
}

}  // namespace muster
