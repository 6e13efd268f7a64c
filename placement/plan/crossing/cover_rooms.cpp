#include "placement/plan/crossing/cover_rooms.hpp"

#include <algorithm>
#include <utility>

namespace muster {

ValueRooms::ValueRooms(const CoverProblem& problem) {
    std::vector<std::int64_t> sums(problem.most.size(), 0);
    first_.push_back(0);
    for (const Domain& domain : problem.fabric.domains()) {
        if (domain.depth >= problem.depth) add(problem, domain, sums);
        first_.push_back(parts_.size());
    }
}

// `sums`: by value, all 0 before and after.
void ValueRooms::add(const CoverProblem& problem, const Domain& domain, std::vector<std::int64_t>& sums) {
    const std::size_t first = parts_.size();
    for (std::uint32_t node = domain.first_node; node < domain.last_node; ++node) {
        if (problem.room[node] <= 0) continue;
        const auto value = static_cast<std::uint32_t>(problem.values[node]);
        if (problem.most[value] <= 0) continue;
        if (std::exchange(sums[value], sums[value] + problem.room[node]) == 0) parts_.push_back({value, 0});
    }
    for (std::size_t i = first; i < parts_.size(); ++i)
        parts_[i].room = std::min(std::exchange(sums[parts_[i].value], 0), problem.most[parts_[i].value]);
}

std::int64_t Lack::gain(std::uint32_t domain) const {
    std::int64_t gain = 0;
    for (const auto& part : rooms_.of(domain)) gain += std::min(part.room, left_[part.value]);
    return gain;
}

void Lack::add(std::uint32_t domain) {
    for (const auto& part : rooms_.of(domain)) {
        const std::int64_t taken = std::min(part.room, left_[part.value]);
        left_[part.value] -= taken;
        members_ -= taken;
    }
}

}  // namespace muster
