#include "placement/plan/crossing/crossing_wishes.hpp"

#include "placement/model/node.hpp"

#include <algorithm>
#include <numeric>
#include <string_view>
#include <utility>

namespace muster {
namespace {

// The node's value; empty: none.
std::string_view value_of(const NodeFacts& node, std::string_view key) {
    const std::string* value = find_label(node.labels, key);
    return value == nullptr || *value == kMissing ? std::string_view() : std::string_view(*value);
}

bool crosses(const Fabric& fabric, const std::string& name) {
    return !fabric.level(name) &&
           std::ranges::any_of(fabric.nodes(), [&](const NodeFacts& node) { return !value_of(node, name).empty(); });
}

bool crosses(const Fabric& fabric, const TopologyWish& wish) {
    const auto any = [&](const auto& list) {
        return std::ranges::any_of(list, [&](const auto& part) { return crosses(fabric, part.level); });
    };
    const auto named = [&](const std::optional<std::string>& level) { return level && crosses(fabric, *level); };
    return named(wish.required) || named(wish.preferred) || named(wish.exclusive) || any(wish.slices) ||
           any(wish.spread);
}

CrossingLabel read_label(const Fabric& fabric, std::string key) {
    CrossingLabel label{std::move(key), {}, {}};
    for (const NodeFacts& node : fabric.nodes()) {
        if (const auto value = value_of(node, label.key); !value.empty()) label.values.emplace_back(value);
    }
    std::ranges::sort(label.values);
    const auto repeated = std::ranges::unique(label.values);
    label.values.erase(repeated.begin(), repeated.end());
    for (const NodeFacts& node : fabric.nodes()) {
        const auto value = value_of(node, label.key);
        const auto at = std::ranges::lower_bound(label.values, value);
        label.of_node.push_back(value.empty() ? -1 : static_cast<std::int32_t>(at - label.values.begin()));
    }
    return label;
}

class WishTaker {
  public:
    WishTaker(const Fabric& fabric, const GangRequest& request) : fabric_(fabric), request_(request) {
        all_.rest = request;
        all_.rest.hold_preferred = false;
    }

    CrossingWishes run() && {
        take(all_.rest.wish, -1);
        for (std::size_t role = 0; role < request_.roles.size(); ++role)
            take(all_.rest.roles[role].wish, static_cast<std::int32_t>(first_of_name(role)));
        sort_labels();
        std::ranges::sort(all_.wishes);
        const auto repeated = std::ranges::unique(all_.wishes);
        all_.wishes.erase(repeated.begin(), repeated.end());
        return std::move(all_);
    }

  private:
    using Kind = CrossingWish::Kind;

    [[nodiscard]] std::size_t first_of_name(std::size_t role) const {
        std::size_t first = 0;
        while (request_.roles[first].name != request_.roles[role].name) ++first;
        return first;
    }

    // Takes what crosses the levels out of the wish.
    void take(TopologyWish& wish, std::int32_t role) {
        const auto add = [&](std::vector<CrossingWish>& to, Kind kind, const std::string& key, std::int32_t number) {
            to.push_back({kind, group(role), label(key), number});
        };
        const auto take_level = [&](std::optional<std::string>& level, std::vector<CrossingWish>& to, Kind kind) {
            if (!level || !crosses(fabric_, *level)) return;
            add(to, kind, *level, 0);
            level.reset();
        };
        take_level(wish.required, all_.wishes, Kind::together);
        take_level(wish.preferred, all_.preferred, Kind::together);
        take_level(wish.exclusive, all_.wishes, Kind::alone);
        std::int32_t step = 1;
        std::erase_if(wish.slices, [&](const SliceWish& slice) {
            const auto level = fabric_.level(slice.level);
            // A host lies in one value, whatever the label.
            if (level && level->value() + 1 == fabric_.levels().size()) step = std::max(step, slice.size);
            if (level || !crosses(fabric_, slice.level)) return false;
            if (!all_.sliced) all_.sliced = slice;
            return true;
        });
        std::erase_if(wish.spread, [&](const SpreadWish& spread) {
            if (!crosses(fabric_, spread.level)) return false;
            if (spread.max > 0) add(all_.wishes, Kind::most, spread.level, spread.max);
            if (spread.min_domains > 0) add(all_.wishes, Kind::least, spread.level, spread.min_domains);
            if (spread.balanced) add(all_.wishes, Kind::even, spread.level, step);
            return true;
        });
    }

    std::size_t label(const std::string& key) {
        const auto known = std::ranges::find(all_.labels, key, &CrossingLabel::key);
        if (known != all_.labels.end()) return static_cast<std::size_t>(known - all_.labels.begin());
        all_.labels.push_back(read_label(fabric_, key));
        return all_.labels.size() - 1;
    }

    std::size_t group(std::int32_t role) {
        const auto known = std::ranges::find(all_.groups, role, &CrossingGroup::role);
        if (known != all_.groups.end()) return static_cast<std::size_t>(known - all_.groups.begin());
        CrossingGroup group{role, {}, 0, {}};
        const auto counts = [&](const std::string& name) {
            return role < 0 || name == request_.roles[static_cast<std::size_t>(role)].name;
        };
        for (std::size_t i = 0; i < request_.roles.size(); ++i) {
            if (!counts(request_.roles[i].name)) continue;
            group.roles.push_back(i);
            group.members += static_cast<std::int32_t>(request_.roles[i].members.size());
        }
        for (const FixedMember& member : request_.fixed) {
            const auto node = counts(member.role) ? fabric_.find(member.node.str()) : std::nullopt;
            if (node) group.bound.push_back(*node);
        }
        all_.groups.push_back(std::move(group));
        return all_.groups.size() - 1;
    }

    void sort_labels() {
        std::vector<std::size_t> order(all_.labels.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::ranges::sort(order, {}, [&](std::size_t i) { return all_.labels[i].key; });
        std::vector<std::size_t> place(order.size());
        std::vector<CrossingLabel> sorted;
        for (const std::size_t i : order) {
            place[i] = sorted.size();
            sorted.push_back(std::move(all_.labels[i]));
        }
        all_.labels = std::move(sorted);
        for (auto* list : {&all_.wishes, &all_.preferred}) {
            for (CrossingWish& wish : *list) wish.label = place[wish.label];
        }
    }

    const Fabric& fabric_;
    const GangRequest& request_;
    CrossingWishes all_;
};

}  // namespace

bool crosses_levels(const Fabric& fabric, const GangRequest& request) {
    return crosses(fabric, request.wish) ||
           std::ranges::any_of(request.roles, [&](const RoleRequest& role) { return crosses(fabric, role.wish); });
}

CrossingWishes crossing_wishes(const Fabric& fabric, const GangRequest& request) {
    return WishTaker(fabric, request).run();
}

}  // namespace muster
