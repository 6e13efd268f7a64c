#include "test/property/share_worlds.hpp"

#include <cstddef>
#include <utility>

namespace muster::world {
namespace {

// Every choice of devices for `pods` of each share, from share `i` on. Pods of one share are alike, so each begins on
// the device of the one before it or behind it.
class Packing {
  public:
    Packing(std::vector<std::int64_t> free, const std::vector<DeviceShare>& shares)
        : free_(std::move(free)), shares_(shares) {}

    bool place(const std::vector<std::int64_t>& pods, std::size_t i = 0) {
        if (i == shares_.size()) return true;
        return place_pods(i, pods[i], 0, [&] { return place(pods, i + 1); });
    }

  private:
    using Rest = std::function<bool()>;

    bool place_pods(std::size_t i, std::int64_t pods, std::size_t from, const Rest& rest) {
        if (pods == 0) return rest();
        for (std::size_t first = from; first < free_.size(); ++first) {
            const bool found = take(i, first, [&] {
                return place_parts(i, first + 1, shares_[i].devices - 1,
                                   [&] { return place_pods(i, pods - 1, first, rest); });
            });
            if (found) return true;
        }
        return false;
    }

    // The pod's other parts, on devices from `from` on.
    bool place_parts(std::size_t i, std::size_t from, std::int32_t left, const Rest& rest) {
        if (left == 0) return rest();
        for (std::size_t device = from; device < free_.size(); ++device) {
            if (take(i, device, [&] { return place_parts(i, device + 1, left - 1, rest); })) return true;
        }
        return false;
    }

    bool take(std::size_t i, std::size_t device, const Rest& rest) {
        if (free_[device] < shares_[i].amount) return false;
        free_[device] -= shares_[i].amount;
        const bool found = rest();
        free_[device] += shares_[i].amount;
        return found;
    }

    std::vector<std::int64_t> free_;
    const std::vector<DeviceShare>& shares_;
};

}  // namespace

DeviceSpace small_space(Dice& dice) {
    DeviceSpace space;
    for (std::int64_t i = dice.between(1, 4); i > 0; --i)
        space.free.push_back(dice.chance(20) ? 0 : dice.between(1, 8));
    for (std::int64_t i = dice.between(0, 3); i > 0; --i) space.untold.push_back(dice.between(1, 6));
    if (dice.chance(20)) space.loose = dice.between(1, 2);
    return space;
}

DeviceShare small_share(Dice& dice) {
    return {kParts, dice.between(2, 6), dice.chance(70) ? 1 : static_cast<std::int32_t>(dice.between(2, 4))};
}

void each_way(const DeviceSpace& space, bool consistent,
              const std::function<void(const std::vector<std::int64_t>&)>& call) {
    std::vector<std::int64_t> claims = space.untold;
    claims.insert(claims.end(), static_cast<std::size_t>(space.loose), 1);
    std::vector<std::int64_t> free = space.free;
    const std::function<void(std::size_t)> lay = [&](std::size_t next) {
        if (next == claims.size()) return call(free);
        for (auto& device : free) {
            if (consistent && device < claims[next]) continue;
            device -= claims[next];
            lay(next + 1);
            device += claims[next];
        }
    };
    lay(0);
}

bool all_find(std::vector<std::int64_t> free, const std::vector<DeviceShare>& shares,
              const std::vector<std::int64_t>& pods) {
    return Packing(std::move(free), shares).place(pods);
}

}  // namespace muster::world
