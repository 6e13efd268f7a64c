#include "placement/gang/declarations.hpp"

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <ranges>
#include <string>

namespace muster {
namespace {

constexpr std::size_t kRolesTold = 8;

std::string name_of_pod(const SeatEntry* entry) {
    const PodKey& key = entry->second.pod.key;
    return "pod " + key.ns + "/" + key.name;
}

}  // namespace

bool Declarations::ByName::operator()(const SeatEntry* a, const SeatEntry* b) const {
    const std::string& x = a->second.pod.key.name;
    const std::string& y = b->second.pod.key.name;
    return x != y ? x < y : a->first < b->first;
}

void Declarations::update(const SeatEntry& entry) {
    const Seat& seat = entry.second;
    const bool living = alive(seat);
    const bool declares = living && seat.pod.gang.has_value();
    const std::vector<Error>* own = living && !seat.pod.gang_errors.empty() ? &seat.pod.gang_errors : nullptr;
    const auto stated = declared_.find(&entry);
    const auto wrong = wrong_.find(&entry);
    const bool same_terms = !declares
                                ? stated == declared_.end()
                                : stated != declared_.end() && stated->second.role->first == seat.pod.gang->role &&
                                      stated->second.terms->first.stated_by(*seat.pod.gang);
    const bool same_errors = own != nullptr ? wrong != wrong_.end() && wrong->second == *own : wrong == wrong_.end();
    if (!same_terms || !same_errors) replace(entry, declares, own);
}

void Declarations::replace(const SeatEntry& entry, bool declares, const std::vector<Error>* own) {
    wrong_.erase(&entry);
    if (const auto stated = declared_.find(&entry); stated != declared_.end()) {
        const Stated was = stated->second;
        was.terms->second.erase(&entry);
        if (was.terms->second.empty()) terms_.erase(was.terms);
        if (--was.role->second == 0) roles_.erase(was.role);
        declared_.erase(stated);
    }
    if (own != nullptr) wrong_.emplace(&entry, *own);
    if (declares) {
        const GangDeclaration& gang = *entry.second.pod.gang;
        const Stated now{terms_.try_emplace({gang.needed, gang.wish, gang.roles}).first,
                         roles_.try_emplace(gang.role, 0).first};
        now.terms->second.insert(&entry);
        ++now.role->second;
        declared_.emplace(&entry, now);
    }
}

const PodFacts* Declarations::model() const {
    return declared_.empty() ? nullptr : &declared_.begin()->first->second.pod;
}

std::vector<Error> Declarations::errors_of(const SeatEntry* entry) const {
    const auto wrong = wrong_.find(entry);
    std::vector<Error> errors = wrong == wrong_.end() ? std::vector<Error>() : wrong->second;
    const auto stated = declared_.find(entry);
    if (stated == declared_.end() || stated->second.terms == declared_.begin()->second.terms) return errors;
    const auto& [needed, wish, roles] = stated->second.terms->first;
    const auto& [model_needed, model_wish, model_roles] = declared_.begin()->second.terms->first;
    const std::string other = name_of_pod(declared_.begin()->first);
    const auto number = [](const std::optional<std::int32_t>& size, const char* none) {
        return size ? std::to_string(*size) : std::string(none);
    };
    if (needed != model_needed) {
        errors.push_back({ErrorCode::bad_input, name_of_pod(entry) + ": muster.scheduler/members",
                          number(needed, "not stated") + ", but " + other + " of the same gang says " +
                              number(model_needed, "nothing"),
                          "write the same number on all members"});
    }
    if (wish != model_wish || roles != model_roles) {
        errors.push_back({ErrorCode::bad_input, name_of_pod(entry) + ": muster.scheduler/topology",
                          "differs from that of " + other + " of the same gang", "write the same wish on all members"});
    }
    return errors;
}

std::vector<Error> Declarations::errors(std::size_t most) const {
    if (wrong_.empty() && terms_.size() <= 1) return {};
    std::vector<const SeatEntry*> faulty;
    for (const SeatEntry* entry : wrong_ | std::views::keys | std::views::take(most)) faulty.push_back(entry);
    for (auto group = terms_.begin(); group != terms_.end(); ++group) {
        if (group == declared_.begin()->second.terms) continue;
        std::ranges::copy(group->second | std::views::take(most), std::back_inserter(faulty));
    }
    // A member may stand there twice: with errors of its own, and as one that differs.
    const auto sorted = faulty.begin() + static_cast<std::ptrdiff_t>(std::min(2 * most, faulty.size()));
    std::ranges::partial_sort(faulty, sorted, ByName());
    faulty.erase(std::unique(faulty.begin(), sorted), faulty.end());
    std::set<Error> errors;
    for (const SeatEntry* entry : faulty | std::views::take(most)) {
        for (Error& error : errors_of(entry)) {
            if (errors.size() < most) errors.insert(std::move(error));
        }
    }
    return {errors.begin(), errors.end()};
}

std::string Declarations::known_roles() const {
    std::string known;
    std::size_t told = 0;
    for (const std::string& role : roles_ | std::views::keys) {
        if (role.empty()) continue;
        if (++told > kRolesTold) return known + ", …";
        known += (known.empty() ? "they are " : ", ") + role;
    }
    return known.empty() ? "none has any" : known;
}

std::vector<Error> Declarations::unused_roles(const std::vector<RoleWish>& wishes, const std::string& gang) const {
    std::vector<Error> errors;
    for (const RoleWish& wish : wishes) {
        if (roles_.contains(wish.role)) continue;
        errors.push_back({ErrorCode::bad_input, gang + ": muster.scheduler/topology: roles." + wish.role,
                          "is a role that no member has, " + known_roles(),
                          "correct the name, or annotate its members with muster.scheduler/role: " + wish.role});
    }
    return errors;
}

bool Declarations::equals(const Declarations& anew) const {
    const auto same = [](const auto& a, const auto& b) {
        return a.first == b.first && a.second.terms->first == b.second.terms->first &&
               a.second.role->first == b.second.role->first;
    };
    return terms_ == anew.terms_ && roles_ == anew.roles_ && std::ranges::equal(declared_, anew.declared_, same) &&
           wrong_ == anew.wrong_;
}

}  // namespace muster
