#include "placement/plan/crossing/cover_division.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {
namespace {

class CoverDivision {
  public:
    CoverDivision(const CoverProblem& problem, const ValueRooms& rooms)
        : problem_(problem),
          rooms_(rooms),
          first_host_(static_cast<std::uint32_t>(problem.fabric.domain_count() - problem.fabric.node_count())),
          missing_(problem.members),
          division_(problem.fabric.node_count(), 0) {}

    std::vector<std::int32_t> run(CoverHosts hosts) {
        over_chosen(hosts.chosen, std::move(hosts.open));
        over_paid(hosts.paid);
        return std::move(division_);
    }

  private:
    [[nodiscard]] ValueRooms::Part part(std::uint32_t host) const { return rooms_.of(host).front(); }

    void over_chosen(std::span<const Gain> chosen, std::vector<std::uint32_t> open) {
        std::ranges::stable_sort(open, {}, [&](std::uint32_t host) { return part(host).room; });
        std::vector<char> taken(division_.size(), 0);
        for (const Gain& one : chosen) taken[one.domain - first_host_] = 1;
        for (const Gain& one : chosen) {
            const std::int64_t share = std::min(one.gain, missing_);
            const auto better = std::ranges::find_if(open, [&](std::uint32_t host) {
                return part(host).value == part(one.domain).value && part(host).room >= share &&
                       (taken[host - first_host_] == 0 || host == one.domain);
            });
            taken[one.domain - first_host_] = 0;
            taken[*better - first_host_] = 1;
            give(*better, share);
        }
    }

    void over_paid(std::span<const std::uint32_t> paid) {
        std::vector<std::int64_t> left(problem_.most.begin(), problem_.most.end());
        for (std::size_t node = 0; node < division_.size(); ++node) {
            if (division_[node] > 0) left[static_cast<std::size_t>(problem_.values[node])] -= division_[node];
        }
        for (const std::uint32_t host : paid) {
            if (rooms_.of(host).empty()) continue;
            const auto [value, room] = part(host);
            const std::int64_t share = std::min({room, left[value], missing_});
            left[value] -= share;
            give(host, share);
        }
    }

    void give(std::uint32_t host, std::int64_t share) {
        division_[host - first_host_] = static_cast<std::int32_t>(share);
        missing_ -= share;
    }

    const CoverProblem& problem_;
    const ValueRooms& rooms_;
    std::uint32_t first_host_;
    std::int64_t missing_;
    std::vector<std::int32_t> division_;  // by node
};

}  // namespace

std::vector<std::int32_t> divide_cover(const CoverProblem& problem, const ValueRooms& rooms, CoverHosts hosts) {
    return CoverDivision(problem, rooms).run(std::move(hosts));
}

}  // namespace muster
