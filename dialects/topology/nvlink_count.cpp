#include "dialects/topology/nvlink_count.hpp"

#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace muster {
namespace {

// What a GPU of unknown generation has at most: Hopper's and Blackwell's count.
constexpr std::int32_t kUsualNvlinks = 18;

struct Island {
    std::vector<std::size_t> gpus;
    std::int32_t least = kMostNvlinks + 1, most = 0;  // over all its pairs
};

std::vector<Island> islands_of(const NvlinkTable& table) {
    std::vector<Island> islands;
    std::vector<char> seen(table.count, 0);
    for (std::size_t start = 0; start < table.count; ++start) {
        if (seen[start] != 0) continue;
        Island island{{start}};
        seen[start] = 1;
        for (std::size_t i = 0; i < island.gpus.size(); ++i) {
            for (std::size_t peer = 0; peer < table.count; ++peer) {
                if (seen[peer] != 0 || table.at(island.gpus[i], peer) == 0) continue;
                seen[peer] = 1;
                island.gpus.push_back(peer);
            }
        }
        for (const std::size_t a : island.gpus) {
            for (const std::size_t b : island.gpus) {
                if (a == b) continue;
                island.least = std::min(island.least, table.at(a, b));
                island.most = std::max(island.most, table.at(a, b));
            }
        }
        if (island.gpus.size() > 1) islands.push_back(std::move(island));
    }
    return islands;
}

bool is_switched(const Island& island) {
    const auto peers = static_cast<std::int32_t>(island.gpus.size()) - 1;
    return island.least == island.most && peers * island.most > kUsualNvlinks;
}

std::int32_t links_on(const NvlinkTable& table, std::size_t gpu) {
    std::int32_t sum = 0;
    for (std::size_t peer = 0; peer < table.count; ++peer) sum += table.at(gpu, peer);
    return sum;
}

struct Generation {
    std::int32_t arch = 0;
    std::string_view assumed;
};

Generation of_switched(std::int32_t links, std::int32_t grace_gpus) {
    if (links > kUsualNvlinks) return {107, "a GPU of more than 18 NVLinks is taken for Rubin"};
    if (links == 18 && grace_gpus >= 2) return {100, "two GPUs a CPU of 72 cores are taken for Grace Blackwell"};
    if (links == 18)
        return {90, "Hopper is assumed, and Blackwell, whose 18 NVLinks carry twice as much, looks the same"};
    if (links == 12) return {80, ""};
    if (links == 8) return {90, "H800 is assumed, and A800 looks the same"};
    if (links == 6) return {70, ""};
    return {80, "no known GPU has this many NVLinks; Ampere's rate is assumed"};
}

Generation of_mesh(std::int32_t links, std::int32_t pair, std::int32_t grace_gpus) {
    if (links > kUsualNvlinks) return {107, "a GPU of more than 18 NVLinks is taken for Rubin"};
    if (links > 12 && grace_gpus == 1) return {90, ""};  // Grace Hopper
    if (links > 12 && grace_gpus >= 2) return {100, ""};
    if (links > 12) return {90, "more than 12 NVLinks are taken for Hopper"};
    if (links > 6 && pair == links) return {80, "bridged cards may be Ampere, which is assumed, or Hopper"};
    if (links > 6) return {80, ""};
    if (links == 4 && pair == 4)
        return {86, "pairs of 4 NVLinks are taken for workstation cards (RTX A6000, RTX 3090)"};
    if (links == 4) return {60, "4 NVLinks are taken for Pascal"};
    return {70, links == 6 ? "" : "Volta's rate is assumed"};
}

}  // namespace

Result<NvlinkBoard> read_nvlink_board(const NvlinkTable& table, std::int32_t grace_gpus, std::string_view where) {
    NvlinkBoard board;
    board.fabric.assign(table.count, 0);
    std::int32_t fabrics = 0;
    Generation newest;
    for (const Island& island : islands_of(table)) {
        Generation generation;
        if (is_switched(island)) {
            ++fabrics;
            for (const std::size_t gpu : island.gpus) board.fabric[gpu] = fabrics;
            generation = of_switched(island.most, grace_gpus);
        } else {
            std::int32_t most = 0;
            for (const std::size_t gpu : island.gpus) {
                most = std::max(most, links_on(table, gpu));
                if (most <= kMostNvlinks) continue;
                return std::unexpected(Error{
                    ErrorCode::bad_input, std::string(where),
                    "GPU" + std::to_string(gpu) + " has " + std::to_string(most) +
                        " NVLinks to its peers together, and no GPU has more than " + std::to_string(kMostNvlinks),
                    "behind NVSwitches every pair of GPUs shows the same NV#; check the table for edits"});
            }
            generation = of_mesh(most, island.most, grace_gpus);
        }
        if (generation.arch >= newest.arch) newest = generation;
    }
    board.arch = newest.arch;
    board.assumed = newest.assumed;
    return board;
}

void add_nvlinks(const NvlinkTable& table, const NvlinkBoard& board, MachineParts& machine) {
    const std::int64_t rate = nvlink_mbps(board.arch);
    std::map<std::int32_t, PartIdx> switches;
    for (std::size_t a = 0; a < table.count; ++a) {
        const PartIdx gpu(static_cast<std::uint32_t>(a));
        std::int32_t most = 0;
        for (std::size_t b = 0; b < table.count; ++b) {
            const std::int32_t count = table.at(a, b);
            most = std::max(most, count);
            if (b > a && count > 0 && board.fabric[a] == 0)
                machine.join(gpu, PartIdx(static_cast<std::uint32_t>(b)), LinkKind::nvlink, rate * count, count);
        }
        if (most == 0) continue;
        machine.parts[a].arch = board.arch;
        const std::int32_t fabric = board.fabric[a];
        if (fabric == 0) continue;
        if (!switches.contains(fabric)) {
            const std::string name = fabric == 1 ? "NVSwitch" : "NVSwitch" + std::to_string(fabric);
            switches.emplace(fabric, machine.add_nvswitch(name));
        }
        machine.join(gpu, switches.at(fabric), LinkKind::nvlink, rate * most, most);
    }
}

}  // namespace muster
