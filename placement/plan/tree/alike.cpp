#include "placement/plan/tree/alike.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace muster {
namespace {

// Words of a key: depth, these, a kind from each policy, the children.
constexpr std::size_t kRoom = 1;
constexpr std::size_t kBase = 2;
constexpr std::size_t kUnit = 3;
constexpr std::size_t kCosts = 4;

}  // namespace

std::size_t Alike::KeyHash::operator()(KeyView key) const noexcept {
    std::uint64_t hash = key.size();
    for (const std::int64_t part : key) {
        hash = (hash ^ static_cast<std::uint64_t>(part)) * 0x9e3779b97f4a7c15U;
        hash ^= hash >> 29U;
    }
    return hash;
}

Alike::Alike(const Fabric& fabric, std::span<const std::int64_t> room, std::span<const char> paid, Steps steps)
    : fabric_(fabric), room_(room), paid_(paid), steps_(steps) {}

bool Alike::add_costs(DomainIdx domain) {
    for (const DomainCost* cost : costs_) {
        const auto kind = cost->kind(domain);
        if (!kind) return false;
        words_.push_back(*kind);
    }
    return true;
}

// In runs of one kind, as (kind, length): most neighbours are alike.
void Alike::add_children(const Domain& domain) {
    std::int64_t last = 0;  // no kind is 0
    for (std::uint32_t child = domain.first_child; child < domain.last_child; ++child) {
        if (room_[child] <= 0) continue;  // gets no members, whatever it is like
        const std::int64_t kind = this->kind(DomainIdx(child));
        if (kind == last) {
            ++words_.back();
        } else {
            words_.insert(words_.end(), {kind, 1});
        }
        last = kind;
    }
}

std::uint32_t Alike::number(KeyView key) {
    if (const auto known = numbers_.find(key); known != numbers_.end()) return known->second;
    numbers_.emplace(Key(key.begin(), key.end()), ++last_number_);
    return last_number_;
}

// Whether the host's key would be that of the host asked for last; it is not made then.
bool Alike::like_last_host(std::size_t index) const {
    if (host_key_.empty() || paid_[index] != 0 || room_[index] != host_key_[kRoom]) return false;
    if (base(index) != host_key_[kBase] || unit(index) != host_key_[kUnit]) return false;
    for (std::size_t i = 0; i < costs_.size(); ++i) {
        if (costs_[i]->kind(DomainIdx(static_cast<std::uint32_t>(index))) != host_key_[kCosts + i]) return false;
    }
    return true;
}

std::uint32_t Alike::kind(DomainIdx domain) {
    if (kinds_.empty()) kinds_.assign(fabric_.domain_count(), 0);
    const std::size_t index = domain.value();
    if (kinds_[index] != 0) return kinds_[index];
    const bool host = index >= fabric_.domain_count() - fabric_.node_count();
    if (host && like_last_host(index)) return kinds_[index] = host_number_;
    const std::size_t start = words_.size();
    const std::int64_t depth = host ? std::ssize(fabric_.levels()) : fabric_.domain(domain).depth;
    words_.insert(words_.end(), {depth, room_[index], base(index), unit(index)});
    const bool known = paid_[index] == 0 && add_costs(domain);
    if (known && !host) add_children(fabric_.domain(domain));
    const KeyView key = KeyView(words_).subspan(start);
    kinds_[index] = known ? number(key) : ++last_number_;
    if (known && host) {
        host_number_ = kinds_[index];
        host_key_.assign(key.begin(), key.end());
    }
    words_.resize(start);
    return kinds_[index];
}

std::uint32_t Alike::costs_up(DomainIdx domain) {
    if (up_.empty()) up_.assign(fabric_.domain_count() - fabric_.node_count(), 0);
    std::uint32_t& known = up_[domain.value()];
    if (known != 0) return known;
    const std::int64_t around = domain == fabric_.root() ? 0 : costs_up(fabric_.domain(domain).parent);
    const std::size_t start = words_.size();
    words_.insert(words_.end(), {-1, around});  // keys of kind() begin with a depth
    known = add_costs(domain) ? number(KeyView(words_).subspan(start)) : ++last_number_;
    words_.resize(start);
    return known;
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
