// Best-effort policy of AMD's device plugin.
#include "placement/topology/kubelet_choice.hpp"
#include "placement/topology/kubelet_rules.hpp"

#include <algorithm>
#include <limits>
#include <map>
#include <string>
#include <utility>

namespace muster {
namespace {

// Partitions of one GPU are functions of one PCI device. Without an address each is a GPU of its own.
std::string board_of(const Part& gpu) {
    return gpu.bus.empty() ? gpu.name : gpu.bus.substr(0, gpu.bus.rfind('.'));
}

// Boards ascending, each but the last taken whole, of the last its first partitions. Of equals the plugin comes first
// to the one of fewest boards, then to the one of the first boards.
class LeastWeight {
  public:
    LeastWeight(const PairTable& weights, std::size_t gpus, const Boards& boards, std::size_t k)
        : weights_(weights), gpus_(gpus), boards_(boards), k_(k) {}

    GpuMask choose() {
        extend(0, {}, {});
        return best_;
    }

  private:
    struct Cost {
        std::int64_t weight = 0;
        std::size_t boards = 0;
        auto operator<=>(const Cost&) const = default;
    };

    void extend(std::size_t first, const std::vector<std::size_t>& chosen, Cost cost) {
        ++cost.boards;
        for (std::size_t board = first; board < boards_.size(); ++board) {
            std::vector<std::size_t> more = chosen;
            Cost total = cost;
            for (const std::size_t gpu : boards_[board]) {
                for (const std::size_t other : more) total.weight += weights_[gpu * gpus_ + other];
                more.push_back(gpu);
                if (more.size() == k_) break;
            }
            if (total.weight > least_.weight) continue;  // weights only add up
            if (more.size() < k_) {
                extend(board + 1, more, total);
            } else if (total < least_) {
                least_ = total;
                best_ = 0;
                for (const std::size_t gpu : more) best_ |= GpuMask{1} << gpu;
            }
        }
    }

    const PairTable& weights_;
    std::size_t gpus_;
    const Boards& boards_;
    std::size_t k_;
    Cost least_{std::numeric_limits<std::int64_t>::max(), 0};
    GpuMask best_ = 0;
};

}  // namespace

PairTable amd_weights(const MachineGraph& machine, const MachinePaths& paths, const HostTree& tree) {
    const std::size_t gpus = machine.gpu_count();
    PairTable weights(gpus * gpus);
    const auto hive = [&](std::size_t gpu) {
        return std::ranges::find_if(paths.islands(), [&](GpuMask island) { return (island >> gpu & 1U) != 0; });
    };
    for (std::size_t a = 0; a < gpus; ++a) {
        for (std::size_t b = 0; b < gpus; ++b) {
            if (a == b) continue;
            const Part &one = machine.part(machine.gpu(a)), &other = machine.part(machine.gpu(b));
            const bool stated = one.numa >= 0 && other.numa >= 0;
            const bool near = stated ? one.numa == other.numa : tree.root(machine.gpu(a)) == tree.root(machine.gpu(b));
            // The driver names all pairs of a hive as xGMI peers, straight or over several hops.
            weights[a * gpus + b] =
                (board_of(one) == board_of(other) ? 10 : 20) + (hive(a) == hive(b) ? 10 : 40) + (near ? 10 : 20);
        }
    }
    return weights;
}

Boards amd_boards(const MachineGraph& machine) {
    std::map<std::string, std::vector<std::size_t>> by_address;
    bool addressed = true;
    for (std::size_t gpu = 0; gpu < machine.gpu_count(); ++gpu) {
        const Part& part = machine.part(machine.gpu(gpu));
        addressed = addressed && !part.bus.empty();
        by_address[board_of(part)].push_back(gpu);
    }
    Boards boards;
    for (auto& [address, gpus] : by_address) boards.push_back(std::move(gpus));
    if (!addressed) std::ranges::sort(boards);
    return boards;
}

GpuMask amd_choice(const PairTable& weights, const Boards& boards, std::size_t gpus, GpuMask free, std::size_t k) {
    Boards left;
    for (const auto& board : boards) {
        std::vector<std::size_t> parts;
        for (const std::size_t gpu : board) {
            if ((free >> gpu & 1U) != 0) parts.push_back(gpu);
        }
        if (!parts.empty()) left.push_back(std::move(parts));
    }
    if (left.size() > kMaxPredicted) return 0;
    std::ranges::stable_sort(left, {}, &std::vector<std::size_t>::size);
    return LeastWeight(weights, gpus, left, k).choose();
}

}  // namespace muster
