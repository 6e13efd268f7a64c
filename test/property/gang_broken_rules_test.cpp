// Each rule of the gang protocol that the world can leave out is noticed: the simulation is able to fail, and by the
// property that the protocol model names for that rule.
#include "test/property/gang_world.hpp"

#include <ostream>
#include <string>

#include <gtest/gtest.h>

namespace muster::gangworld {
namespace {

struct Case {
    const char* name;
    Broken broken;
    const char* properties;  // any of these
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name;
}

// Two gangs and a plain pod want a little more than there is; every fault that the rules are there for.
Options trouble(Broken broken) {
    Options o;
    o.gangs = 2;
    o.nodes = 3;
    o.plain = 1;
    o.steps = 400;
    o.crashes = 2;
    o.releads = 1;
    o.timeouts = 2;
    o.deletions = 3;
    o.drops = 4;
    o.refusals = 2;
    o.bumps = 2;
    o.jumps = 2;
    o.bad_nodes = 2;
    o.broken = broken;
    return o;
}

class BrokenRule : public testing::TestWithParam<Case> {};

TEST_P(BrokenRule, IsNoticed) {
    constexpr std::uint64_t kRuns = 20'000;
    std::string found;
    for (std::uint64_t seed = 1; seed <= kRuns; ++seed) {
        const std::string failure = GangWorld(trouble(GetParam().broken), seed, false).run();
        if (failure.empty()) continue;
        const std::string property = failure.substr(0, failure.find(':'));
        if (std::string(GetParam().properties).find(property) != std::string::npos) return;
        found += property + " with seed " + std::to_string(seed) + "; ";
    }
    ADD_FAILURE() << "not noticed as " << GetParam().properties << "; found only: " << found.substr(0, 1'000);
}

INSTANTIATE_TEST_SUITE_P(
    Rules, BrokenRule,
    testing::Values(Case{"rule_1_claims_one_by_one", Broken::atomic_claim, "STUCK_GANG"},
                    Case{"rule_2_bindings_with_any_version", Broken::binding_version, "LATE_BIND"},
                    Case{"rule_3_fences_are_not_written", Broken::fence, "LATE_BIND"},
                    Case{"rule_3_space_is_given_away_before_the_fence", Broken::release_first, "LATE_BIND"},
                    Case{"rule_5_plain_pod_takes_its_node_unseen", Broken::single_claim, "OVER_CAPACITY"},
                    Case{"rule_6_plain_pods_are_not_touched", Broken::plain_touch, "OVER_CAPACITY LATE_BIND"},
                    Case{"rule_6_claims_are_not_rebuilt", Broken::rebuilt_claims, "OVER_CAPACITY"},
                    Case{"rule_7_new_term_is_not_written", Broken::takeover_touch, "LATE_BIND"},
                    Case{"rule_10_conflict_is_success", Broken::conflict, "PARTIAL_GANG"},
                    Case{"rule_10_call_is_answered_before_its_write", Broken::early_answer, "STUCK_GANG CYCLE"},
                    Case{"rule_11_delete_with_any_version", Broken::delete_version, "WHOLE_GANG_HIT"}),
    [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace muster::gangworld
