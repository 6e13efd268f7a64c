// What the pods of one host get of its machine's GPUs, by number of pods: computed once per state of a machine, and
// kept from plan to plan.
#pragma once

#include "placement/model/gpu_use.hpp"
#include "placement/model/machine_ref.hpp"
#include "placement/model/plan.hpp"
#include "placement/plan/links/gpu_picker.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

namespace muster {

// Where GPUs in use are not known, all states of a machine of up to this many GPUs that agree with what is known are
// looked at (8: at most 70); of a larger one all sets of the size, up to kMaxWorstSets, beyond which nothing is
// promised.
inline constexpr std::size_t kMaxGuessed = 8;
inline constexpr std::size_t kMaxWorstSets = 2'048;
// Machines and, of each, states that are kept. Full: all are forgotten when the next plan begins.
inline constexpr std::size_t kMaxKnownMachines = 256;
inline constexpr std::size_t kMaxKnownStates = 16'384;

// What m pods of one host get.
struct GpuPack {
    std::int32_t bandwidth_class = 0;  // of the slowest of them (bandwidth_class.hpp)
    std::int64_t least_mbps = 0;       // what it gets (pod_mbps); 0 also where nothing is promised, or for no pod
    std::vector<GpuMask> sets;         // one for each pod, disjoint; empty where GPUs in use are not known
};

// By number of pods, from 0 up. With more pods neither class nor mbps gets better.
class GpuPacks {
  public:
    explicit GpuPacks(std::vector<GpuPack> by_pods) : by_pods_(std::move(by_pods)) {}
    // Of more pods than the machine has GPUs for, which an over-committed node may seem to hold: the worst class.
    [[nodiscard]] const GpuPack& of(std::size_t pods) const;
    // How many pods keep within the class: `most`, or fewer.
    [[nodiscard]] std::int64_t within(std::int32_t bandwidth_class, std::int64_t most) const;

  private:
    std::vector<GpuPack> by_pods_;  // at least that of no pod
};

// One machine under one rule. Not for use by several threads at once.
class GpuTable {
  public:
    GpuTable(MachineRef machine, std::shared_ptr<const GpuPicker> picker);

    [[nodiscard]] const GpuPicker& picker() const { return *picker_; }
    [[nodiscard]] GpuMask all() const { return machine_.machine->all_gpus(); }
    // For pods of k ≥ 1 GPUs. `use.untold` counts all GPUs that cannot be had, broken ones too. With neighbours, each
    // pod talks to others of its gang. All GPUs in use told: the rule's sets. Else the worst of all states that agree
    // with what is told (kMaxGuessed). The reference is good as long as the table.
    [[nodiscard]] const GpuPacks& packs(GpuUse use, std::size_t k, bool neighbours);
    // A set of k of the open GPUs that gets the least, as if any of them could be had: no pod gets less. As good as
    // packs().
    [[nodiscard]] const GpuPack& worst(GpuMask open, std::size_t k, bool neighbours);
    // A single set that gets the most: no pod that finds these GPUs free gets more.
    [[nodiscard]] GpuPack best(GpuMask open, std::size_t k, bool neighbours);
    // What a pod with exactly these GPUs, at least one, gets.
    [[nodiscard]] GpuPack of(GpuMask set, bool neighbours);
    // What the best set of k ≥ 1 GPUs gets, all GPUs free: what classes are measured against.
    [[nodiscard]] std::int64_t most_mbps(std::size_t k, bool neighbours);
    [[nodiscard]] std::size_t known_states() const { return known_.size() + worst_.size(); }

  private:
    struct State {
        GpuUse use;
        std::size_t k = 1;
        bool neighbours = false;
        bool operator==(const State&) const = default;
    };
    struct StateHash {
        [[nodiscard]] std::size_t operator()(const State& state) const;
    };
    [[nodiscard]] GpuPack least(GpuMask open, std::size_t k, bool neighbours);
    [[nodiscard]] std::vector<GpuPack> compute(const State& state);
    [[nodiscard]] std::vector<GpuPack> guess(const State& state, GpuMask open, std::size_t free);
    [[nodiscard]] GpuPack pack(std::vector<GpuMask> sets, std::size_t k, bool neighbours);
    [[nodiscard]] GpuPack graded(std::int64_t mbps, std::size_t k, bool neighbours);

    MachineValues machine_;
    std::shared_ptr<const GpuPicker> picker_;
    std::unordered_map<State, GpuPacks, StateHash> known_;
    std::unordered_map<State, GpuPack, StateHash> worst_;             // all but the open GPUs as told
    std::map<std::pair<std::size_t, bool>, std::int64_t> most_mbps_;  // by k, neighbours: all GPUs free
};

// The tables of all machines. Its owner keeps it from plan to plan, on one thread; what is in it changes no answer.
class GpuTables {
  public:
    GpuTables();  // kDefaultGpuPicker
    explicit GpuTables(std::shared_ptr<const GpuPicker> picker);

    [[nodiscard]] const GpuPicker& picker() const { return *picker_; }
    // In the order of `machines`, none of which is empty. Good until the next call.
    [[nodiscard]] std::vector<GpuTable*> tables(std::span<const MachineRef> machines);

  private:
    std::shared_ptr<const GpuPicker> picker_;
    std::map<MachineRef, GpuTable> tables_;
};

}  // namespace muster
