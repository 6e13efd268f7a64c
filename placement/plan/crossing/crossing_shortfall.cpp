#include "placement/plan/crossing/crossing_shortfall.hpp"

#include "placement/plan/crossing/crossing_room.hpp"
#include "placement/plan/tree/shortfall.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

Shortfall about(ReasonCode code, const CrossingWishes& all, const CrossingWish& wish) {
    Shortfall reason = shortfall(code, all.rest);
    reason.level = all.labels[wish.label].key;
    reason.limit = wish.kind == CrossingWish::Kind::even ? 0 : wish.number;
    return reason;
}

// Bound members that have the label.
std::int32_t bound_with_label(const CrossingWishes& all, const CrossingWish& wish) {
    const auto& of_node = all.labels[wish.label].of_node;
    return static_cast<std::int32_t>(
        std::ranges::count_if(all.groups[wish.group].bound, [&](NodeIdx node) { return of_node[node.value()] >= 0; }));
}

bool requires_one(const CrossingWishes& all, const CrossingWish& wish) {
    return std::ranges::any_of(all.wishes, [&](const CrossingWish& other) {
        // What is required of the gang is so of each role.
        const bool same = other.group == wish.group || all.groups[other.group].role < 0;
        return other.kind == CrossingWish::Kind::together && other.label == wish.label && same;
    });
}

ReasonCode code_of(CrossingWish::Kind kind) {
    switch (kind) {
        case CrossingWish::Kind::together:
            return ReasonCode::level_too_small;
        case CrossingWish::Kind::most:
            return ReasonCode::spread_too_tight;
        case CrossingWish::Kind::alone:
            return ReasonCode::not_exclusive;
        case CrossingWish::Kind::least:
            return ReasonCode::spread_too_narrow;
        case CrossingWish::Kind::even:
            break;
    }
    return ReasonCode::spread_unbalanced;
}

// What is left of the values, by one wish at a time.
class LabelLack {
  public:
    LabelLack(const Snapshot& snapshot, const CrossingWishes& all, const CrossingWish& wish, RoomBasis basis)
        : room_(snapshot, all, std::span(&wish, 1), basis),
          axis_(room_.axes().front()),
          wish_(wish),
          by_value_(room_.by_value(axis_)) {}

    // Members that have room at once.
    [[nodiscard]] std::int64_t most() const {
        if (wish_.kind == CrossingWish::Kind::together) return by_value_.empty() ? 0 : std::ranges::max(by_value_);
        std::int64_t sum = 0;
        for (std::size_t value = 0; value < by_value_.size(); ++value) {
            const std::int64_t left = std::max(0, wish_.number - axis_.bound[value]);
            sum += wish_.kind == CrossingWish::Kind::most ? std::min(by_value_[value], left) : by_value_[value];
        }
        return sum;
    }

    // First by name.
    [[nodiscard]] std::string roomiest() const {
        if (by_value_.empty()) return {};
        const auto best = std::ranges::max_element(by_value_) - by_value_.begin();
        return room_.label(axis_).values[static_cast<std::size_t>(best)];
    }

  private:
    CrossingRoom room_;
    const CrossingAxis& axis_;
    const CrossingWish& wish_;
    std::vector<std::int64_t> by_value_;
};

}  // namespace

std::optional<Outcome> crossing_contradiction(const Fabric& fabric, const CrossingWishes& all) {
    if (all.sliced) {
        Shortfall reason = shortfall(ReasonCode::slice_crosses, all.rest);
        reason.level = all.sliced->level;
        reason.limit = all.sliced->size;
        for (const LevelSpec& level : fabric.levels()) reason.details.push_back(level.name);
        return NoFit{std::move(reason)};
    }
    for (const CrossingWish& wish : all.wishes) {
        if (wish.kind != CrossingWish::Kind::least || wish.number < 2) continue;
        if (requires_one(all, wish)) {
            Shortfall reason = about(ReasonCode::spread_above_required, all, wish);
            reason.details = {all.labels[wish.label].key};
            return NeverFits{std::move(reason)};
        }
        Shortfall reason = about(ReasonCode::spread_too_few, all, wish);
        reason.need = reason.best = all.groups[wish.group].members + bound_with_label(all, wish);
        if (reason.best < wish.number) return NoFit{std::move(reason)};
    }
    return std::nullopt;
}

std::optional<Outcome> crossing_bound_apart(const CrossingWishes& all, std::span<const CrossingWish> wishes) {
    for (const CrossingWish& wish : wishes) {
        if (wish.kind != CrossingWish::Kind::together) continue;
        std::set<std::int32_t> values;
        for (const NodeIdx node : all.groups[wish.group].bound) {
            const std::int32_t value = all.labels[wish.label].of_node[node.value()];
            if (value >= 0) values.insert(value);
        }
        if (values.size() < 2) continue;
        Shortfall reason = shortfall(ReasonCode::fixed_apart, all.rest);
        reason.level = all.labels[wish.label].key;
        add_unmodelled(reason, all.rest);
        return NoFit{std::move(reason)};
    }
    return std::nullopt;
}

Outcome crossing_lack(const Snapshot& snapshot, const CrossingWishes& all, std::span<const CrossingWish> wishes) {
    const CrossingWish& wish = wishes.back();
    Shortfall reason = about(code_of(wish.kind), all, wish);
    reason.need = all.groups[wish.group].members;
    bool never = false;
    if (wish.kind == CrossingWish::Kind::least) {
        reason.best = static_cast<std::int32_t>(all.labels[wish.label].values.size());
        never = reason.best < wish.number;
    } else if (wish.kind == CrossingWish::Kind::even) {
        reason.best = 0;
    } else {
        const LabelLack ever(snapshot, all, wish, RoomBasis::ever);
        never = ever.most() < reason.need;
        const LabelLack now(snapshot, all, wish, RoomBasis::now);
        const LabelLack& lack = never ? ever : now;
        reason.best = lack.most() < reason.need ? static_cast<std::int32_t>(lack.most()) : -1;
        if (wish.kind == CrossingWish::Kind::together) reason.domain = lack.roomiest();
    }
    add_unmodelled(reason, all.rest);
    return never ? Outcome(NeverFits{std::move(reason)}) : Outcome(NoFit{std::move(reason)});
}

}  // namespace muster
