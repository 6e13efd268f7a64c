// How many rings and trees a mesh of point-to-point links carries at the same time (reference gpu-topology §4.4,
// formulas 3 and 5). Counts only: what one link carries is the caller's matter.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace muster {

// Links between the GPUs of one set, 0 … size()-1.
class LinkCounts {
  public:
    explicit LinkCounts(std::size_t size) : size_(size), counts_(size * size) {}  // no links, at most 64 GPUs
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] std::int32_t at(std::size_t a, std::size_t b) const { return counts_[a * size_ + b]; }
    void set(std::size_t a, std::size_t b, std::int32_t links) {
        counts_[a * size_ + b] = links;
        counts_[b * size_ + a] = links;
    }
    [[nodiscard]] std::int32_t degree(std::size_t a) const;

  private:
    std::size_t size_;
    std::vector<std::int32_t> counts_;
};

// A packing that was found, and a proved bound on every packing.
struct Packing {
    std::int32_t found = 0;
    std::int32_t upper = 0;
    [[nodiscard]] bool exact() const { return found == upper; }
    auto operator<=>(const Packing&) const = default;
};

// Steps of the search per number of rings that is tried; a step looks at one next GPU of a ring. Sets of up to 8 GPUs
// of every machine known end far below the first figure; the second keeps a table of all sets of 16 GPUs affordable.
inline constexpr std::int64_t kSmallSetSteps = 4'000'000;
inline constexpr std::int64_t kLargeSetSteps = 20'000;
inline constexpr std::size_t kSmallSet = 8;
// Of larger sets only a few numbers of rings are tried: the bound, then 1, 2, 4, ….
inline constexpr std::size_t kMediumSet = 16;

// Rings: the most Hamiltonian cycles, repetition allowed, such that each pair lies on at most 2 × its links of them:
// each cycle runs both ways round at half the rate, so a direction of a pair carries at most its links. Two GPUs: their
// links. Exact up to kSmallSet GPUs and where all pairs have equally many links (2 × K_n falls apart into n - 1
// Hamiltonian cycles for every n); beyond that the search may run out of steps. size() ≥ 2.
[[nodiscard]] Packing pack_rings(const LinkCounts& links);

// Upper bound of pack_rings at once: least degree, and all links over the GPUs. O(n²).
[[nodiscard]] std::int32_t ring_bound(const LinkCounts& links);

// Trees: the most spanning trees without a common link. Exact up to kSmallSet GPUs (Nash-Williams and Tutte: the least,
// over all partitions, of the links between its parts over the parts less one); beyond that a greedy packing, and the
// least of that over single cuts and over all GPUs apart. size() ≥ 2.
[[nodiscard]] Packing pack_trees(const LinkCounts& links);

}  // namespace muster
