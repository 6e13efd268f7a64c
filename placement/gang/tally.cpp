#include "placement/gang/tally.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace muster {
namespace {

// "web-2" before "web-10": digits compare by value, so that ranks follow the names that controllers give.
bool natural_less(std::string_view a, std::string_view b) {
    const auto digit = [](char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; };
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < a.size() && j < b.size()) {
        if (digit(a[i]) && digit(b[j])) {
            std::size_t end_a = i;
            std::size_t end_b = j;
            while (end_a < a.size() && digit(a[end_a])) ++end_a;
            while (end_b < b.size() && digit(b[end_b])) ++end_b;
            std::string_view x = a.substr(i, end_a - i);
            std::string_view y = b.substr(j, end_b - j);
            x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
            y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
            if (x.size() != y.size()) return x.size() < y.size();
            if (x != y) return x < y;
            i = end_a;
            j = end_b;
        } else {
            if (a[i] != b[j]) return a[i] < b[j];
            ++i;
            ++j;
        }
    }
    return a.size() - i < b.size() - j;
}

void replace_time(Tally::Times& times, const SeatEntry& entry, std::optional<TimePoint> from,
                  std::optional<TimePoint> to) {
    if (from == to) return;
    if (from) times.erase({*from, &entry});
    if (to) times.insert({*to, &entry});
}

}  // namespace

bool ByRank::operator()(const Entry& a, const Entry& b) const {
    if (a.first != b.first) return a.first < b.first;
    const std::string& x = a.second->second.pod.key.name;
    const std::string& y = b.second->second.pod.key.name;
    if (natural_less(x, y)) return true;
    if (natural_less(y, x)) return false;
    return a.second->first < b.second->first;
}

Share share_of(const Seat& seat) {
    Share share;
    const auto fact = [&share](Fact which, bool is) { share.facts.set(static_cast<std::size_t>(which), is); };
    const auto listed = [&share](List which, bool is) { share.lists.set(static_cast<std::size_t>(which), is); };
    const bool living = alive(seat);
    const bool bound = is_bound(seat);
    fact(Fact::alive, living);
    fact(Fact::running, living && bound);
    fact(Fact::served, is_served(seat));
    fact(Fact::succeeded, !seat.retired && seat.pod.phase == PodPhase::succeeded);
    fact(Fact::parked, seat.call && !bound);
    fact(Fact::unfenced, seat.must_touch || !seat.old_claim.empty());
    fact(Fact::unknown, !seat.claim.empty() && (seat.writing || seat.must_read));
    fact(Fact::arrived, seat.in_wave && has_arrived(seat));
    fact(Fact::failed, seat.in_wave && seat.failed);

    const bool ready = living && !seat.writing && !seat.retry_at;
    const bool urgent = seat.must_read || needs_fence(seat);
    const bool planned = ready && !urgent && is_planned(seat);
    listed(List::urgent, ready && urgent);
    listed(List::to_admit, planned && !seat.acknowledged);
    listed(List::to_bind, planned && !seat.failed);
    listed(List::to_remove, ready && !urgent && bound);

    if (is_countable(seat)) share.rank = seat.pod.gang->rank.value_or(INT32_MAX);
    if (living || (!seat.retired && seat.pod.terminal())) share.controller = seat.pod.controller_uid;
    if (living) share.retry_at = seat.retry_at;  // nothing is written to the others: their times would never pass
    if (seat.call) share.call_since = seat.parked_at;
    return share;
}

void Tally::replace(const SeatEntry& entry, const Share& from, const Share& to) {
    for (std::size_t i = 0; i < kFacts; ++i) counts_[i] += (to.facts[i] ? 1 : 0) - (from.facts[i] ? 1 : 0);
    for (std::size_t i = 0; i < kLists; ++i) {
        if (to.lists[i] && !from.lists[i]) lists_[i].insert(&entry);
        if (from.lists[i] && !to.lists[i]) lists_[i].erase(&entry);
    }
    replace_time(retries_, entry, from.retry_at, to.retry_at);
    replace_time(calls_, entry, from.call_since, to.call_since);
    if (from.rank != to.rank) {
        if (from.rank) countable_.erase({*from.rank, &entry});
        if (to.rank) countable_.insert({*to.rank, &entry});
        ++choice_changes_;
    }
    if (from.controller != to.controller || from.is(Fact::alive) != to.is(Fact::alive)) {
        count_controller(from, -1);
        count_controller(to, 1);
    }
}

void Tally::count_controller(const Share& share, std::int32_t by) {
    if (!share.controller) return;
    const auto at = made_.try_emplace(*share.controller).first;
    Made& made = at->second;
    going_on_ -= made.goes_on() ? 1 : 0;
    (share.is(Fact::alive) ? made.living : made.ended) += by;
    going_on_ += made.goes_on() ? 1 : 0;
    if (made == Made{}) made_.erase(at);
}

bool Tally::equals(const Tally& other) const {
    return counts_ == other.counts_ && lists_ == other.lists_ && countable_ == other.countable_ &&
           retries_ == other.retries_ && calls_ == other.calls_ && made_ == other.made_ && going_on_ == other.going_on_;
}

}  // namespace muster
