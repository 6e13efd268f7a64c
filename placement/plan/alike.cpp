#include "placement/plan/alike.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {

std::size_t Alike::KeyHash::operator()(const Key& key) const noexcept {
    std::uint64_t hash = key.size();
    for (const std::int64_t part : key) {
        hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29U;
    }
    return hash;
}

Alike::Alike(const Fabric& fabric, std::span<const std::int64_t> room, std::span<const char> paid, Steps steps)
    : fabric_(fabric), room_(room), paid_(paid), steps_(steps) {}

bool Alike::add_costs(DomainIdx domain, Key& key) const {
    for (const DomainCost* cost : costs_) {
        const auto kind = cost->kind(domain);
        if (!kind) return false;
        key.push_back(*kind);
    }
    return true;
}

std::uint32_t Alike::number(const Key& key) {
    const auto [at, fresh] = numbers_.try_emplace(key, last_number_ + 1);
    if (fresh) ++last_number_;
    return at->second;
}

std::uint32_t Alike::kind(DomainIdx domain) {
    if (kinds_.empty()) kinds_.assign(fabric_.domain_count(), 0);
    const std::size_t index = domain.value();
    if (kinds_[index] != 0) return kinds_[index];
    const Domain& here = fabric_.domain(domain);
    Key key{std::int64_t{here.depth}, room_[index], steps_.base.empty() ? 0 : steps_.base[index],
            steps_.unit.empty() ? 1 : steps_.unit[index]};
    bool known = paid_[index] == 0 && add_costs(domain, key);
    // Children without room get no members, whatever they are like.
    for (std::uint32_t child = here.first_child; known && child < here.last_child; ++child) {
        if (room_[child] > 0) key.push_back(kind(DomainIdx(child)));
    }
    if (!known) return kinds_[index] = ++last_number_;
    const bool host = here.first_child == here.last_child;
    if (!host) return kinds_[index] = number(key);
    if (key != host_key_) {
        host_number_ = number(key);
        host_key_ = std::move(key);
    }
    return kinds_[index] = host_number_;
}

std::uint32_t Alike::costs_up(DomainIdx domain) {
    if (up_.empty()) up_.assign(fabric_.domain_count(), 0);
    std::uint32_t& known = up_[domain.value()];
    if (known != 0) return known;
    // Keys of kind() begin with a depth.
    Key key{-1, domain == fabric_.root() ? 0 : costs_up(fabric_.domain(domain).parent)};
    return known = add_costs(domain, key) ? number(key) : ++last_number_;
}

std::uint64_t Alike::kind_in_place(DomainIdx domain) {
    const std::uint64_t up = domain == fabric_.root() ? 0 : costs_up(fabric_.domain(domain).parent);
    return up << 32U | kind(domain);
}

void Alike::thin_out(Window& window) {
    const auto most = static_cast<std::size_t>(window.picks);
    const auto spare = [](const Choice& choice) { return choice.counts && choice.skip_use == 0; };
    if (window.choices.size() <= most) return;
    std::vector<std::int32_t> rooms;
    for (const Choice& choice : window.choices) {
        if (spare(choice)) rooms.push_back(choice.most);
    }
    std::ranges::sort(rooms);
    const auto many = [&](std::int32_t room) { return std::ranges::equal_range(rooms, room).size() > most; };
    if (std::ranges::none_of(window.choices, [&](const Choice& choice) { return many(choice.most); })) return;
    std::unordered_map<std::uint32_t, std::size_t> seen;
    std::erase_if(window.choices, [&](const Choice& choice) {
        return spare(choice) && many(choice.most) && ++seen[kind(choice.child)] > most;
    });
}

}  // namespace muster
