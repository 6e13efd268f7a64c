// What the counts "NV#" of nvidia-smi say about a board. On a mesh # is the pair's own links; behind NVSwitches it is
// all the links of each GPU, shared by all its pairs (reference gpu-topology §3). The GPU's generation is not in the
// table and follows from the counts as far as it can.
#pragma once

#include "dialects/topology/machine_parts.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// Symmetric; 0: no NVLink.
struct NvlinkTable {
    explicit NvlinkTable(std::size_t gpu_count) : count(gpu_count), links(gpu_count * gpu_count, 0) {}
    [[nodiscard]] std::int32_t at(std::size_t a, std::size_t b) const { return links[a * count + b]; }
    void set(std::size_t a, std::size_t b, std::int32_t n) { links[a * count + b] = links[b * count + a] = n; }

    std::size_t count;
    std::vector<std::int32_t> links;
};

// The most NVLinks that any GPU has (sm107).
inline constexpr std::int32_t kMostNvlinks = 36;

struct NvlinkBoard {
    std::int32_t arch = 0;             // compute capability × 10; 0: there is no NVLink
    std::string assumed;               // what `arch` rests on, for a note; empty: the counts name it
    std::vector<std::int32_t> fabric;  // by GPU: number of the NVSwitch fabric that it hangs on, from 1; 0: none
};

// `grace_gpus`: GPUs a Grace CPU where the CPUs are known to be Grace, else 0. Errors: a mesh with more links on a GPU
// than any GPU has. O(gpus²).
[[nodiscard]] Result<NvlinkBoard> read_nvlink_board(const NvlinkTable& table, std::int32_t grace_gpus,
                                                    std::string_view where);

// Adds the links, and the NVSwitch where there is one, over the GPUs, which are the first parts; sets their `arch`.
void add_nvlinks(const NvlinkTable& table, const NvlinkBoard& board, MachineParts& machine);

}  // namespace muster
