#include "placement/plan/tree/grandchildren.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

namespace muster {
namespace {

class GrandchildrenBound {
  public:
    GrandchildrenBound(const Fabric& fabric, std::span<const std::int64_t> room, DomainIdx domain, std::int64_t m,
                       std::int64_t c)
        : m_(m), c_(static_cast<std::size_t>(c)) {
        const Domain& here = fabric.domain(domain);
        for (std::uint32_t child = here.first_child; child < here.last_child; ++child) {
            if (room[child] <= 0) continue;
            const Domain& parent = fabric.domain(DomainIdx(child));
            children_.push_back(room.subspan(parent.first_child, parent.last_child - parent.first_child));
        }
        beyond_.resize(children_.size());
    }

    std::int64_t run() {
        // Of λ and λ + 1 the one with the greater quotient says on which side the greatest is.
        std::int64_t low = 1;
        std::int64_t high = 1;
        for (const auto rooms : children_)
            for (const std::int64_t room : rooms) high = std::max(high, std::min(room, m_));
        while (low < high) {
            const std::int64_t middle = std::midpoint(low, high);
            if (left_over(middle) * (middle + 1) < left_over(middle + 1) * middle) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return std::max<std::int64_t>(0, (left_over(low) + low - 1) / low);
    }

  private:
    // m − G(λ)
    std::int64_t left_over(std::int64_t most) {
        std::ranges::transform(children_, beyond_.begin(), [&](std::span<const std::int64_t> rooms) {
            return std::accumulate(rooms.begin(), rooms.end(), std::int64_t{0},
                                   [&](std::int64_t sum, std::int64_t room) {
                                       return sum + std::max<std::int64_t>(0, std::min(room, m_) - most);
                                   });
        });
        const auto greatest = beyond_.begin() + static_cast<std::ptrdiff_t>(std::min(c_, beyond_.size()));
        std::ranges::partial_sort(beyond_, greatest, std::greater{});
        return m_ - std::accumulate(beyond_.begin(), greatest, std::int64_t{0});
    }

    std::int64_t m_;
    std::size_t c_;
    std::vector<std::span<const std::int64_t>> children_;  // rooms of their children
    std::vector<std::int64_t> beyond_;
};

}  // namespace

std::int64_t fewest_grandchildren(const Fabric& fabric, std::span<const std::int64_t> room, DomainIdx domain,
                                  std::int64_t m, std::int64_t c) {
    return GrandchildrenBound(fabric, room, domain, m, c).run();
}

}  // namespace muster
