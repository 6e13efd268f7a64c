#include "test/property/brute_wishes.hpp"

#include "placement/model/node.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace muster::brute {
namespace {

using world::World;

// Number of path values down to the level.
std::size_t depth_of(const World& world, const std::string& level) {
    std::size_t depth = 1;
    for (const auto& spec : world.levels) {
        if (spec.name == level || spec.label == level) return depth;
        ++depth;
    }
    return depth;
}

bool ranks_known(const GangRequest& gang) {
    return !gang.fixed.empty() && gang.roles.size() == 1 &&
           std::ranges::all_of(gang.fixed, [](const auto& fixed) { return fixed.rank >= 0; }) &&
           std::ranges::all_of(gang.roles.front().members, [](const auto& member) { return member.rank >= 0; });
}

}  // namespace

bool is_level(const World& world, const std::string& name) {
    return name == kHostLevel || name == kHostnameLabel || depth_of(world, name) <= world.levels.size();
}

Wished::Wished(const World& world, const GangRequest& gang, std::span<const FixedMember> own)
    : world_(world), gang_(gang), bound_(world.nodes.size(), 0), closed_(world.nodes.size(), false) {
    for (const auto& fixed : gang.fixed) {
        for (std::size_t i = 0; i < bound_.size(); ++i) bound_[i] += world.nodes[i].name == fixed.node ? 1 : 0;
    }
    for (const auto& wish : gang.wish.slices) slices_.push_back(group(wish.level, true));
    for (const auto& wish : gang.wish.spread) spread_.push_back(group(wish.level, false));
    if (gang.wish.exclusive) add_exclusive(*gang.wish.exclusive, own);
}

Wished::Grouping Wished::group(const std::string& level, bool skip_missing) const {
    std::map<std::string, std::size_t> numbers;
    Grouping grouping;
    for (const auto& node : world_.nodes) {
        if (!is_level(world_, level)) {
            const std::string* value = find_label(node.labels, level);
            const std::string key = value == nullptr ? std::string(kMissingValue) : *value;
            grouping.push_back(numbers.try_emplace(key, numbers.size()).first->second);
            continue;
        }
        const auto path = path_of(world_, node);
        std::size_t depth = depth_of(world_, level);
        while (skip_missing && path[depth - 1] == kMissingValue) ++depth;
        std::string key;
        for (std::size_t i = 0; i < depth; ++i) key += path[i] + "/";
        grouping.push_back(numbers.try_emplace(key, numbers.size()).first->second);
    }
    return grouping;
}

bool Wished::missing(std::size_t node, const std::string& level) const {
    const NodeFacts& facts = world_.nodes[node];
    if (!is_level(world_, level)) return find_label(facts.labels, level) == nullptr;
    return path_of(world_, facts)[depth_of(world_, level) - 1] == kMissingValue;
}

bool Wished::together(const std::vector<std::int32_t>& share, const std::vector<std::int32_t>& held) const {
    const std::string& label = *gang_.wish.required;
    const Grouping grouping = group(label, false);
    std::set<std::size_t> used;
    for (std::size_t node = 0; node < share.size(); ++node) {
        if (missing(node, label) && share[node] > 0) return false;
        if (!missing(node, label) && held[node] > 0) used.insert(grouping[node]);
    }
    return used.size() <= 1;
}

void Wished::add_exclusive(const std::string& level, std::span<const FixedMember> own) {
    const Grouping grouping = group(level, false);
    for (std::size_t node = 0; node < closed_.size(); ++node) {
        closed_[node] = missing(node, level);
        for (std::size_t other = 0; other < closed_.size(); ++other) {
            if (grouping[other] == grouping[node] && others_use_devices(world_.nodes[other], own)) closed_[node] = true;
        }
    }
}

bool Wished::others_use_devices(const NodeFacts& node, std::span<const FixedMember> own) const {
    return std::ranges::any_of(world_.pods, [&](const PodBound& pod) {
        return pod.node == node.name && !pod.stays && pod.requests.get(world::kGpu) > 0 &&
               std::ranges::count(own, pod.uid, &FixedMember::uid) == 0;
    });
}

std::vector<std::int32_t> Wished::sums(const Grouping& grouping, const std::vector<std::int32_t>& of) {
    std::vector<std::int32_t> sums(grouping.size(), 0);
    for (std::size_t node = 0; node < grouping.size(); ++node) sums[grouping[node]] += of[node];
    return sums;
}

bool Wished::allows(const std::vector<std::int32_t>& share) const {
    const bool labelled = gang_.wish.required && !is_level(world_, *gang_.wish.required);
    if (slices_.empty() && spread_.empty() && !gang_.wish.exclusive && !labelled) return true;
    std::vector<std::int32_t> held = bound_;
    for (std::size_t node = 0; node < share.size(); ++node) {
        held[node] += share[node];
        if (closed_[node] && share[node] > 0) return false;
    }
    if (labelled && !together(share, held)) return false;
    for (std::size_t i = 0; i < slices_.size(); ++i) {
        const std::int32_t size = gang_.wish.slices[i].size;
        if (ranks_known(gang_)) {
            if (!ranked_slices(i, share)) return false;
            continue;
        }
        if (std::ranges::any_of(sums(slices_[i], held), [&](std::int32_t members) { return members % size != 0; }))
            return false;
    }
    for (std::size_t i = 0; i < spread_.size(); ++i) {
        if (!spread_as_wished(i, share, held)) return false;
    }
    return true;
}

bool Wished::ranked_slices(std::size_t wish, const std::vector<std::int32_t>& share) const {
    const std::int32_t size = gang_.wish.slices[wish].size;
    std::map<std::int32_t, std::size_t> homes;  // of begun slices
    for (const auto& fixed : gang_.fixed) {
        const auto node = std::ranges::find(world_.nodes, fixed.node, &NodeFacts::name) - world_.nodes.begin();
        const std::size_t home = slices_[wish][static_cast<std::size_t>(node)];
        if (homes.try_emplace(fixed.rank / size, home).first->second != home) return false;
    }
    auto left = sums(slices_[wish], share);
    for (const auto& member : gang_.roles.front().members) {
        if (const auto home = homes.find(member.rank / size); home != homes.end()) --left[home->second];
    }
    return std::ranges::all_of(left, [&](std::int32_t members) { return members >= 0 && members % size == 0; });
}

bool Wished::spread_as_wished(std::size_t wish_number, const std::vector<std::int32_t>& share,
                              const std::vector<std::int32_t>& held) const {
    const SpreadWish& wish = gang_.wish.spread[wish_number];
    const Grouping& grouping = spread_[wish_number];
    const auto members = sums(grouping, held);
    const auto fresh = sums(grouping, share);
    for (std::size_t domain = 0; domain < members.size() && wish.max > 0; ++domain) {
        if (fresh[domain] > 0 && members[domain] > wish.max) return false;
    }
    if (wish.min_domains == 0 && !wish.balanced && is_level(world_, wish.level)) return true;
    std::map<std::size_t, std::int32_t> known;  // domains in use that have the label
    const std::size_t depth = depth_of(world_, wish.level);
    for (std::size_t node = 0; node < share.size(); ++node) {
        const bool unknown = missing(node, wish.level);
        if (unknown && share[node] > 0) return false;
        if (!unknown && members[grouping[node]] > 0) known[grouping[node]] = members[grouping[node]];
    }
    if (known.size() < static_cast<std::size_t>(wish.min_domains)) return false;
    std::int32_t step = 1;
    for (const auto& slice : gang_.wish.slices) {
        if (depth_of(world_, slice.level) >= depth) step = std::max(step, slice.size);
    }
    for (const auto& [one, number] : known) {
        for (const auto& [other, another] : known) {
            if (wish.balanced && number - another > step) return false;
        }
    }
    return true;
}

}  // namespace muster::brute
