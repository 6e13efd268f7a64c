// What GPU sets are worth to members of a gang that share a host, also where they ask for different numbers of GPUs.
#pragma once

#include "placement/cluster/snapshot.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/gpu_use.hpp"
#include "placement/model/ids.hpp"
#include "placement/plan/links/gpu_picker.hpp"
#include "placement/plan/links/gpu_tables.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace muster {

// Pods of one host that ask for so many GPUs of its machine, both ≥ 1.
struct SizedPods {
    std::size_t gpus = 1;
    std::size_t pods = 1;
};

// Whether the order in which pods of different sizes choose on a host is known, which is when their sets are. It is the
// plan's where sets are controlled; predicted, it is that in which the kubelet meets them.
[[nodiscard]] bool order_is_known(const GpuPicker& picker, GpuUse use);

// What the pods of each entry get; sizes strictly descending. One size alone: GpuTable::packs. Several: those that ask
// for most choose first where the order is known; else no sets, and each gets the worst one of its size. Good as long
// as the table. O(entries) once the states are known.
[[nodiscard]] std::vector<const GpuPack*> packs_together(GpuTable& table, GpuUse use, std::span<const SizedPods> pods,
                                                         bool neighbours);

// Classes of members of several roles on one host, for many questions about the same gang.
class GpuMix {
  public:
    // Snapshot and request outlive the object. From its first answer to its last nobody else asks for `tables`: full
    // ones forget what was known.
    GpuMix(const Snapshot& snapshot, const GangRequest& request, GpuTables& tables);

    // The worst bandwidth class that GPU sets give to members of the gang that share the node, by role: what
    // GangLinks::grade finds for them there. O(roles) after the first question about the node, but for packs_together.
    [[nodiscard]] std::int32_t bandwidth_class(NodeIdx node, std::span<const std::int32_t> counts);
    // Whether the class on the node never gets worse when members are left out. Not where pods of different sizes get
    // chosen sets: more of the large ones may leave better ones to the small. O(1), but for the first question.
    [[nodiscard]] bool monotone(NodeIdx node);

  private:
    // Sizes that roles ask for of the machines' resource.
    struct Asked {
        std::vector<std::size_t> size_of;  // by role: index into `sizes`; sizes.size(): none
        std::vector<std::size_t> sizes;    // GPUs, descending
    };
    struct Host {
        bool known = false;
        GpuTable* table = nullptr;  // absent: no machine, or nobody asks for its GPUs
        GpuUse use;
        const Asked* asked = nullptr;
        std::vector<const GpuPacks*> alone;  // by size
        std::vector<std::int32_t> together;  // by size, order not known: class beside others. Else empty
    };
    [[nodiscard]] const Host& host(NodeIdx node);
    [[nodiscard]] const Asked& asked(const NodeFacts& node);

    const Snapshot& snapshot_;
    const GangRequest& request_;
    GpuTables& tables_;
    bool neighbours_;
    std::vector<GpuTable*> by_machine_;
    std::map<std::string, Asked, std::less<>> asked_;  // by resource
    std::vector<Host> hosts_;                          // by node; empty before the first question
    std::vector<std::size_t> pods_;                    // by size
};

}  // namespace muster
