#include "placement/verify/verify_crossing.hpp"

#include "placement/model/node.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace muster {
namespace {

using CrossingVerdict = std::optional<std::string>;

// Empty: the node lacks the label.
std::string label_value(const NodeFacts& node, std::string_view key) {
    const std::string* value = find_label(node.labels, key);
    return value == nullptr || *value == "~" ? std::string() : *value;
}

class CrossingCheck {
  public:
    CrossingCheck(const Snapshot& snapshot, const GangRequest& request, std::span<const NodeIdx> seats)
        : snapshot_(snapshot), fabric_(snapshot.fabric()), request_(request), seats_(seats) {}

    // `name`: the members of that role; null: all.
    [[nodiscard]] CrossingVerdict wish(const TopologyWish& wish, const std::string* name) const {
        if (wish.required && is_node_label(fabric_, *wish.required)) {
            const Held held(*this, *wish.required, name);
            if (held.outside) return held.outside;
            if (held.all.size() > 1) return "the members are not in one value of the required label " + *wish.required;
        }
        for (const auto& slice : wish.slices) {
            if (is_node_label(fabric_, slice.level)) return "slices in label " + slice.level + " are not planned";
        }
        for (const auto& part : wish.spread) {
            if (!is_node_label(fabric_, part.level)) continue;
            if (auto fault = spread(wish, part, Held(*this, part.level, name))) return fault;
        }
        if (!wish.exclusive || !is_node_label(fabric_, *wish.exclusive)) return std::nullopt;
        return alone(Held(*this, *wish.exclusive, name));
    }

    // Every label named by some wish, with the values that the gang uses.
    [[nodiscard]] CrossingVerdict counts(const std::vector<LevelCount>& stated) const {
        std::set<std::string> keys;
        const auto add = [&](const TopologyWish& wish) {
            for (const auto* level : {&wish.required, &wish.preferred, &wish.exclusive})
                if (*level && is_node_label(fabric_, **level)) keys.insert(**level);
            for (const auto& part : wish.spread)
                if (is_node_label(fabric_, part.level)) keys.insert(part.level);
        };
        add(request_.wish);
        for (const auto& role : request_.roles) add(role.wish);
        std::vector<LevelCount> found;
        for (const auto& key : keys)
            found.push_back({key, static_cast<std::int32_t>(Held(*this, key, nullptr).all.size())});
        if (found != stated) return "stated numbers of values of labels differ from those found";
        return std::nullopt;
    }

  private:
    struct Held {
        std::string key;
        std::map<std::string, std::int32_t> all;
        std::map<std::string, std::int32_t> fresh;
        CrossingVerdict outside;  // a new member on a node without the label

        Held(const CrossingCheck& check, const std::string& label, const std::string* name) : key(label) {
            std::size_t at = 0;
            for (const auto& role : check.request_.roles) {
                for (std::size_t i = 0; i < role.members.size(); ++i, ++at) {
                    if (name != nullptr && role.name != *name) continue;
                    const NodeFacts& node = check.fabric_.node(check.seats_[at]);
                    const std::string value = label_value(node, key);
                    if (value.empty()) {
                        outside = "node " + node.name.str() + " has no label " + key;
                        continue;
                    }
                    ++fresh[value];
                    ++all[value];
                }
            }
            for (const auto& member : check.request_.fixed) {
                const auto node = check.fabric_.find(member.node.str());
                if (!node || (name != nullptr && member.role != *name)) continue;
                const std::string value = label_value(check.fabric_.node(*node), key);
                if (!value.empty()) ++all[value];
            }
        }
    };

    [[nodiscard]] CrossingVerdict spread(const TopologyWish& wish, const SpreadWish& part, const Held& held) const {
        if (held.outside) return held.outside;
        std::int32_t step = 1;
        for (const auto& slice : wish.slices) {
            const auto level = fabric_.level(slice.level);
            if (level && fabric_.levels()[level->value()].name == "host") step = std::max(step, slice.size);
        }
        std::int32_t least = 0;
        std::int32_t most = 0;
        for (const auto& [value, members] : held.all) {
            if (part.max > 0 && held.fresh.contains(value) && members > part.max) {
                return held.key + " " + value + ": " + std::to_string(members) + " members, at most " +
                       std::to_string(part.max) + " were wished";
            }
            least = least == 0 ? members : std::min(least, members);
            most = std::max(most, members);
        }
        if (std::cmp_less(held.all.size(), part.min_domains)) {
            return std::to_string(held.all.size()) + " values of label " + held.key + " are in use, at least " +
                   std::to_string(part.min_domains) + " were wished";
        }
        if (part.balanced && most - least > step) {
            return "values of label " + held.key + " hold from " + std::to_string(least) + " to " +
                   std::to_string(most) + " members though they were wished balanced";
        }
        return std::nullopt;
    }

    [[nodiscard]] CrossingVerdict alone(const Held& held) const {
        if (held.outside) return held.outside;
        for (std::uint32_t at = 0; at < fabric_.node_count(); ++at) {
            const NodeFacts& node = fabric_.node(NodeIdx(at));
            if (!held.fresh.contains(label_value(node, held.key))) continue;
            for (std::uint32_t i = 0; i < snapshot_.resource_count(); ++i) {
                const std::string& device = snapshot_.resource_name(ResourceIdx(i));
                if (device.find('/') == std::string::npos) continue;
                const std::int64_t taken =
                    snapshot_.potential(NodeIdx(at), ResourceIdx(i)) - snapshot_.free(NodeIdx(at), ResourceIdx(i));
                if (taken > 0 && taken > own(node.name, device))
                    return "node " + node.name.str() + ": another pod uses " + device + " in a value of label " +
                           held.key + " that was wished exclusive";
            }
        }
        return std::nullopt;
    }

    // What the gang's bound members use on the node, as far as the shape of their role is known.
    [[nodiscard]] std::int64_t own(const NodeName& node, const std::string& device) const {
        std::int64_t sum = 0;
        for (const auto& fixed : request_.fixed) {
            if (fixed.node != node) continue;
            const auto role = std::ranges::find_if(request_.roles, [&](const RoleRequest& one) {
                return request_.roles.size() == 1 || one.name == fixed.role;
            });
            if (role != request_.roles.end()) sum += role->shape.requests.get(device);
        }
        return sum;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const GangRequest& request_;
    std::span<const NodeIdx> seats_;
};

}  // namespace

bool is_node_label(const Fabric& fabric, std::string_view name) {
    return !fabric.level(name) &&
           std::ranges::any_of(fabric.nodes(), [&](const NodeFacts& node) { return !label_value(node, name).empty(); });
}

std::optional<std::string> verify_crossing(const Snapshot& snapshot, const GangRequest& request, const Plan& plan,
                                           std::span<const NodeIdx> seats) {
    const CrossingCheck check(snapshot, request, seats);
    if (auto fault = check.wish(request.wish, nullptr)) return fault;
    for (const auto& role : request.roles) {
        if (auto fault = check.wish(role.wish, &role.name)) return "role " + role.name + ": " + *fault;
    }
    return check.counts(plan.quality.crossing);
}

}  // namespace muster
