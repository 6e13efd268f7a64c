// What must hold at every step, and at rest.
#include "test/property/gang_world.hpp"

#include <algorithm>

namespace muster::gangworld {

void GangWorld::broken(const std::string& property, const std::string& what) {
    note("BROKEN " + property + ": " + what);
    if (failure_.empty()) failure_ = property + ": " + what;
}

int GangWorld::bound_of(int gang) const {
    return static_cast<int>(std::ranges::count_if(pods_, [&](const Pod& pod) {
        return pod.gang == gang && pod.exists && !pod.terminating && !pod.node.empty();
    }));
}

int GangWorld::api_free() const {
    const auto used = std::ranges::count_if(pods_, [](const Pod& pod) { return pod.exists && !pod.node.empty(); });
    return left_.nodes * left_.slots - static_cast<int>(used);
}

void GangWorld::check_node(const NodeName& node) {
    const auto used = std::ranges::count_if(pods_, [&](const Pod& pod) { return pod.exists && pod.node == node; });
    if (used > left_.slots) broken("OVER_CAPACITY", node.str() + " holds " + std::to_string(used) + " pods");
}

void GangWorld::check_delete(std::size_t p) {
    const int gang = pods_[p].gang;
    if (bound_of(gang) >= left_.members) broken("WHOLE_GANG_HIT", pods_[p].name + " was deleted from a whole gang");
    if (left_.keep_members) broken("WASTED_MEMBER", pods_[p].name + " was deleted without need");
}

// Follows how long each gang has been partly bound. One that was whole may stay so: it waits for space to replace a
// member.
void GangWorld::check_partial() {
    for (std::size_t g = 0; g < was_whole_.size(); ++g) {
        const int bound = bound_of(static_cast<int>(g));
        const bool seen_whole = up_ && machines_[g].served() >= left_.members;
        was_whole_[g] = bound > 0 && (was_whole_[g] || bound >= left_.members || seen_whole);
        if (bound == 0 || was_whole_[g])
            partial_since_[g].reset();
        else if (!partial_since_[g])
            partial_since_[g] = now_;
        else if (now_ - *partial_since_[g] > allowance_[g]) {
            broken("PARTIAL_GANG", "g" + std::to_string(g) + " is partly bound for too long");
        }
    }
}

void GangWorld::check_rest() {
    for (int g = 0; g < left_.gangs; ++g) {
        const int bound = bound_of(g);
        const std::string name = "g" + std::to_string(g);
        if (bound > 0 && bound < left_.members && !was_whole_[static_cast<std::size_t>(g)])
            broken("PARTIAL_GANG", name);
        if (bound < left_.members && api_free() >= left_.members - bound) {
            broken("STUCK_GANG", name + " is " + std::string(name_of(machine(g).state())) + " though there is space");
        }
        for (const auto& [uid, member] : machine(g).members()) {
            if (!member.claim.empty() || !member.old_claim.empty()) broken("LEAKED_CLAIM", uid.str() + " in " + name);
        }
    }
    for (const auto& [uid, node] : reserved_) broken("LEAKED_CLAIM", uid.str() + " on " + node.str());
    for (std::size_t p = 0; p < pods_.size(); ++p) {
        if (scheduler_[p].call != SchedulerSide::Call::none) broken("LEAKED_CALL", pods_[p].name);
    }
}

}  // namespace muster::gangworld
