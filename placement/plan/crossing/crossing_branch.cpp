#include "placement/plan/crossing/crossing_branch.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <numeric>
#include <utility>

namespace muster {
namespace {

class AxisCheck {
  public:
    AxisCheck(const CrossingRoom& room, std::size_t index, const CrossingChoices& choices,
              const std::vector<std::int32_t>& hosts)
        : room_(room),
          index_(index),
          axis_(room.axes()[index]),
          label_(room.label(axis_)),
          choices_(choices),
          hosts_(hosts),
          fresh_(label_.values.size(), 0) {
        for (std::size_t node = 0; node < hosts.size(); ++node) {
            if (label_.of_node[node] >= 0) fresh_[value_of(node)] += hosts[node];
        }
    }

    [[nodiscard]] std::optional<CrossingFault> run() const {
        if (axis_.together && used() > 1) return one_value();
        for (std::size_t value = 0; value < fresh_.size() && axis_.most > 0; ++value) {
            if (fresh_[value] > 0 && held(value) > axis_.most)
                return at_most(std::max(0, axis_.most - axis_.bound[value]),
                               [&](std::size_t at) { return at == value; });
        }
        if (axis_.least > 0 && used() < axis_.least) {
            const std::int32_t most = members() - (axis_.least - used());
            return at_most(std::max(0, most), [&](std::size_t at) { return held(at) > 0; });
        }
        return axis_.even > 0 ? uneven() : std::nullopt;
    }

  private:
    using Kind = CrossingChoice::Kind;

    [[nodiscard]] std::size_t value_of(std::size_t node) const {
        return static_cast<std::size_t>(label_.of_node[node]);
    }
    [[nodiscard]] std::int32_t held(std::size_t value) const { return fresh_[value] + axis_.bound[value]; }
    [[nodiscard]] std::int32_t members() const { return room_.group(axis_).members; }
    [[nodiscard]] std::int32_t used() const {
        std::int32_t used = 0;
        for (std::size_t value = 0; value < fresh_.size(); ++value) used += held(value) > 0 ? 1 : 0;
        return used;
    }
    [[nodiscard]] CrossingChoice choice(Kind kind, std::size_t at, std::int32_t number) const {
        return {kind, index_, static_cast<std::uint32_t>(at), number};
    }

    // One branch per value that has room for all, those first that hold most of the plan.
    [[nodiscard]] CrossingFault one_value() const {
        const auto room = room_.by_value(axis_);
        std::vector<std::size_t> order;
        for (std::size_t value = 0; value < room.size(); ++value) {
            if (room[value] >= members()) order.push_back(value);
        }
        std::ranges::stable_sort(order, std::greater{}, [&](std::size_t value) { return held(value); });
        CrossingFault fault;
        for (const std::size_t value : order) fault.branches.push_back(choice(Kind::value_only, value, 0));
        fault.repair.assign(fault.branches.begin(), fault.branches.begin() + (order.empty() ? 0 : 1));
        return fault;
    }

    // The hosts of the values chosen hold at most `most` new members. The repair keeps those that hold most.
    template <class Chosen>
    [[nodiscard]] CrossingFault at_most(std::int32_t most, Chosen chosen) const {
        std::vector<std::size_t> nodes;
        for (std::size_t node = 0; node < hosts_.size(); ++node) {
            if (label_.of_node[node] >= 0 && chosen(value_of(node))) nodes.push_back(node);
        }
        std::ranges::stable_sort(nodes, std::greater{}, [&](std::size_t node) { return hosts_[node]; });
        CrossingFault fault;
        std::int32_t left = most + 1;
        std::int32_t kept = most;
        for (const std::size_t node : nodes) {
            const std::int32_t part = std::min(left, hosts_[node]);
            if (part > 0) fault.branches.push_back(choice(Kind::host_most, node, part - 1));
            left -= part;
            const std::int32_t keep = std::min(kept, hosts_[node]);
            fault.repair.push_back(choice(Kind::host_most, node, keep));
            kept -= keep;
        }
        return fault;
    }

    [[nodiscard]] std::optional<CrossingFault> uneven() const {
        std::int32_t least = 0;
        std::int32_t most = 0;
        for (std::size_t value = 0; value < fresh_.size(); ++value) {
            if (held(value) == 0) continue;
            least = least == 0 ? held(value) : std::min(least, held(value));
            most = std::max(most, held(value));
        }
        if (most - least <= axis_.even) return std::nullopt;
        const auto from = std::ranges::find_if(choices_, [&](const CrossingChoice& known) {
            return known.kind == Kind::even_from && known.axis == index_;
        });
        if (from == choices_.end()) return choose_from();
        for (std::size_t value = 0; value < fresh_.size(); ++value) {
            const std::int32_t limit = from->number + axis_.even - axis_.bound[value];
            if (fresh_[value] > limit) return at_most(std::max(0, limit), [&](std::size_t at) { return at == value; });
        }
        for (std::size_t value = 0; value < fresh_.size(); ++value) {
            if (held(value) > 0 && held(value) < from->number) return too_few(value, from->number);
        }
        // Each number lies in the range, so they differ by no more.
        return std::nullopt;
    }

    // Each number that the values in use may hold at least.
    [[nodiscard]] CrossingFault choose_from() const {
        const auto room = room_.by_value(axis_);
        std::int32_t all = members();
        std::int32_t values = 0;
        for (std::size_t value = 0; value < room.size(); ++value) {
            all += axis_.bound[value];
            values += room[value] > 0 || axis_.bound[value] > 0 ? 1 : 0;
        }
        CrossingFault fault;
        const auto add = [&](std::int32_t number) { fault.branches.push_back(choice(Kind::even_from, 0, number)); };
        for (std::int32_t number = all; number >= 1; --number) {
            // Over d values: d × number ≤ all ≤ d × (number + even).
            const std::int32_t fewest = (all + number + axis_.even - 1) / (number + axis_.even);
            if (fewest <= std::min(values, all / number)) add(number);
        }
        // As many values as the plan uses.
        const auto near = std::ranges::min_element(
            fault.branches, {}, [&](const CrossingChoice& branch) { return std::abs(branch.number - all / used()); });
        if (near != fault.branches.end()) fault.repair.push_back(*near);
        return fault;
    }

    // The value holds some, but not enough.
    [[nodiscard]] CrossingFault too_few(std::size_t value, std::int32_t number) const {
        const std::int32_t need = number - axis_.bound[value];
        const bool must = axis_.bound[value] > 0 || std::ranges::any_of(choices_, [&](const CrossingChoice& known) {
                              return known.kind == Kind::value_least && known.axis == index_ && known.at == value;
                          });
        if (must) return at_most(std::max(0, members() - need), [&](std::size_t at) { return at != value; });
        CrossingFault fault{{choice(Kind::value_least, value, need), choice(Kind::value_most, value, 0)}, {}};
        fault.repair = {fault.branches[2 * fresh_[value] >= need ? 0 : 1]};
        return fault;
    }

    const CrossingRoom& room_;
    std::size_t index_;
    const CrossingAxis& axis_;
    const CrossingLabel& label_;
    const CrossingChoices& choices_;
    const std::vector<std::int32_t>& hosts_;
    std::vector<std::int32_t> fresh_;  // by value
};

}  // namespace

std::optional<CrossingFault> crossing_fault(const CrossingRoom& room, const CrossingChoices& choices,
                                            const CrossingCounts& counts) {
    for (std::size_t axis = 0; axis < room.axes().size(); ++axis) {
        const auto& hosts = counts[room.axes()[axis].group];
        if (auto fault = AxisCheck(room, axis, choices, hosts).run()) return fault;
    }
    return std::nullopt;
}

}  // namespace muster
