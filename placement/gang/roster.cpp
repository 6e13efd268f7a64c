#include "placement/gang/roster.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <utility>

namespace muster {

Seat& Roster::open(SeatEntry& entry) {
    if (!std::exchange(entry.second.open, true)) open_.push_back(&entry);
    return entry.second;
}

Member* Roster::edit(const PodUid& uid) {
    const auto at = members_.find(uid);
    return at == members_.end() ? nullptr : &open(*at);
}

Member& Roster::edit(const SeatEntry& entry) {
    Member* member = edit(entry.first);
    MUSTER_CHECK(member == &entry.second);
    return *member;
}

Member& Roster::add(const PodUid& uid) {
    return open(*members_.try_emplace(uid).first);
}

void Roster::erase(const PodUid& uid) {
    const auto at = members_.find(uid);
    if (at == members_.end()) return;
    leave_wave(uid);
    tally_.replace(*at, at->second.counted, {});
    declarations_.remove(*at);
    std::erase(open_, &*at);
    members_.erase(at);
}

bool Roster::in_wave(const PodUid& uid) const {
    const auto at = members_.find(uid);
    return at != members_.end() && at->second.in_wave;
}

void Roster::join_wave(const PodUid& uid) {
    const auto at = members_.find(uid);
    MUSTER_CHECK(at != members_.end());
    if (!wave_.insert(&*at).second) return;
    open(*at).in_wave = true;
    ++wave_changes_;
}

void Roster::leave_wave(const PodUid& uid) {
    const auto at = members_.find(uid);
    if (at == members_.end() || wave_.erase(&*at) == 0) return;
    open(*at).in_wave = false;
    ++wave_changes_;
}

std::vector<SeatEntry*> Roster::dissolve_wave() {
    if (wave_.empty()) return {};
    std::vector<SeatEntry*> left(wave_.begin(), wave_.end());
    for (SeatEntry* entry : left) open(*entry).in_wave = false;
    wave_.clear();
    ++wave_changes_;
    return left;
}

const Tally& Roster::tally() {
    for (SeatEntry* entry : open_) {
        const Share share = share_of(entry->second);
        if (share == entry->second.counted) continue;
        tally_.replace(*entry, entry->second.counted, share);
        entry->second.counted = share;
    }
    return tally_;
}

Declarations& Roster::declarations() {
    for (const SeatEntry* entry : open_) declarations_.update(*entry);
    return declarations_;
}

void Roster::close() {
    static_cast<void>(tally());
    static_cast<void>(declarations());
    for (SeatEntry* entry : open_) entry->second.open = false;
    open_.clear();
}

const Tally& Roster::closed_tally() const {
    MUSTER_CHECK(open_.empty());
    return tally_;
}

bool Roster::consistent() const {
    Tally tally;
    Declarations declarations;
    std::size_t in_wave = 0;
    for (const SeatEntry& entry : members_) {
        tally.replace(entry, {}, share_of(entry.second));
        declarations.update(entry);
        in_wave += entry.second.in_wave ? 1 : 0;
    }
    const bool wave = in_wave == wave_.size() && std::ranges::all_of(wave_, [](auto* e) { return e->second.in_wave; });
    return open_.empty() && wave && tally_.equals(tally) && declarations_.equals(declarations);
}

}  // namespace muster
