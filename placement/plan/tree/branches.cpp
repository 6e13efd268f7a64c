#include "placement/plan/tree/branches.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>

namespace muster {
namespace {

// Least budget that the choices not yet looked at use when `picks` of them are taken. Kept up to date by leave().
class RestUse {
  public:
    explicit RestUse(const Window& window) : budget_(window.budget) {
        const auto size = static_cast<std::size_t>(budget_) + 1;
        left_out_.assign(size, 0);
        taken_.assign(size, 0);
        for (const Choice& choice : window.choices) count(choice, +1);
    }

    void leave(const Choice& choice) { count(choice, -1); }

    // Above the budget: impossible. O(budget).
    [[nodiscard]] std::int64_t at(std::int32_t picks) const {
        if (picks < 0 || picks > must_ + roomy_ + equal_ + small_) return budget_ + 1;
        std::int64_t cost = 0;
        // Too many: leave out those that cost the least. Too few: take the least small ones.
        std::int32_t excess = must_ + roomy_ - picks;
        std::int32_t lack = picks - must_ - roomy_ - equal_;
        for (std::size_t c = 1; c < left_out_.size() && excess > 0; ++c) {
            const std::int32_t n = std::min(excess, left_out_[c]);
            cost += std::int64_t{n} * static_cast<std::int64_t>(c);
            excess -= n;
        }
        for (std::size_t c = 1; c < taken_.size() && lack > 0; ++c) {
            const std::int32_t n = std::min(lack, taken_[c]);
            cost += std::int64_t{n} * static_cast<std::int64_t>(c);
            lack -= n;
        }
        return excess > 0 || lack > 0 ? budget_ + 1 : cost;
    }

  private:
    void count(const Choice& choice, std::int32_t by) {
        if (!choice.counts) return;
        if (choice.skip_use > budget_) {
            must_ += by;
        } else if (choice.skip_use > 0) {
            roomy_ += by;
            left_out_[static_cast<std::size_t>(choice.skip_use)] += by;
        } else if (choice.take_use > 0) {
            small_ += by;
            taken_[static_cast<std::size_t>(choice.take_use)] += by;
        } else {
            equal_ += by;
        }
    }

    std::int32_t budget_;
    std::int32_t must_ = 0, roomy_ = 0, equal_ = 0, small_ = 0;
    std::vector<std::int32_t> left_out_, taken_;  // number of choices by cost
};

}  // namespace

Branches::Branches(const Fabric& fabric, std::span<const std::int64_t> room, std::span<const char> paid,
                   DomainIdx domain, std::int32_t most, Steps steps) {
    const Domain& here = fabric.domain(domain);
    if (!steps.unit.empty() && here.first_child < here.last_child) unit_ = steps.unit[here.first_child];
    std::vector<std::int64_t> unpaid;
    std::int64_t paid_room = 0;
    for (std::uint32_t child = here.first_child; child < here.last_child; ++child) {
        if (room[child] <= 0) continue;
        const std::int32_t base = steps.base.empty() ? 0 : steps.base[child];
        const auto members = static_cast<std::int32_t>(std::min<std::int64_t>(room[child], most));
        const std::int32_t places = std::max(0, members - base) / unit_;
        branches_.push_back({DomainIdx(child), places, paid[child] != 0, base});
        bases_ += base;
        if (paid[child] != 0) {
            paid_room += places;
        } else {
            unpaid.push_back(places);
        }
    }
    std::ranges::sort(unpaid, std::greater{});
    prefix_.reserve(unpaid.size() + 1);
    prefix_.push_back(paid_room);
    for (const auto places : unpaid) prefix_.push_back(prefix_.back() + places);
}

std::int32_t Branches::units(std::int32_t members) const {
    MUSTER_CHECK(members >= bases_ && (members - bases_) % unit_ == 0);
    return (members - bases_) / unit_;
}

std::int32_t Branches::fewest(std::int32_t m) const {
    return static_cast<std::int32_t>(std::ranges::lower_bound(prefix_, units(m)) - prefix_.begin());
}

Window Branches::tight(std::int32_t members) const {
    const std::int32_t m = units(members);
    MUSTER_CHECK(prefix_.back() >= m);
    Window window{.units = m, .picks = fewest(members), .unit = unit_, .choices = {}};
    const auto j = static_cast<std::size_t>(window.picks);
    // A child never takes more than m, so room above m is no slack.
    std::int64_t places = 0;
    for (const Branch& branch : branches_) places += branch.paid ? std::min(branch.room, m) : 0;
    const auto threshold =
        static_cast<std::int32_t>(j == 0 ? 0 : std::min<std::int64_t>(prefix_[j] - prefix_[j - 1], m));
    places += j == 1 ? threshold : prefix_[j] - prefix_[0];
    window.budget = static_cast<std::int32_t>(places - m);
    window.choices.reserve(branches_.size());
    for (const Branch& branch : branches_) {
        Choice choice{.child = branch.child, .most = std::min(branch.room, m), .base = branch.base};
        if (branch.paid) {
            choice.skip_use = choice.most;
            choice.counts = false;
        } else if (j == 0) {
            continue;
        } else {
            choice.take_use = std::max(0, threshold - choice.most);
            choice.skip_use = std::max(0, choice.most - threshold);
        }
        if (choice.take_use > window.budget) continue;
        choice.least = std::max(1, choice.most - (window.budget - choice.take_use));
        window.choices.push_back(choice);
    }
    return window;
}

std::vector<std::int32_t> Branches::first_division(const Window& window) {
    RestUse rest(window);
    std::int64_t budget = window.budget;
    std::int32_t picks = window.picks;
    std::int32_t left = window.units;
    std::vector<std::int32_t> division;
    division.reserve(window.choices.size());
    for (const Choice& choice : window.choices) {
        rest.leave(choice);
        // As many as possible means all its places: with fewer, more of the budget would be used, not less.
        const bool take = left > 0 && (!choice.counts || choice.take_use + rest.at(picks - 1) <= budget);
        const std::int32_t units = take ? std::min(choice.most, left) : 0;
        budget -= take ? choice.take_use : choice.skip_use;
        if (take && choice.counts) --picks;
        left -= units;
        division.push_back(window.members(choice, units));
    }
    MUSTER_CHECK(left == 0);
    return division;
}

}  // namespace muster
