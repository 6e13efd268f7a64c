// The gang protocol in random small worlds: whatever the order of events, wherever a process stops. A failure prints
// the seed and the steps that lead to it.
#include "test/property/gang_world.hpp"
#include "test/property/world_count.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster::gangworld {
namespace {

std::string last_steps(const std::vector<std::string>& trace) {
    constexpr std::size_t kShown = 200;
    std::string text;
    for (std::size_t i = trace.size() > kShown ? trace.size() - kShown : 0; i < trace.size(); ++i)
        text += trace[i] + "\n";
    return text;
}

// The broken property with the steps that led to it, or nothing.
std::string failure_of(const Options& options, std::uint64_t seed) {
    const std::string failure = GangWorld(options, seed, false).run();
    if (failure.empty()) return "";
    GangWorld again(options, seed, true);
    static_cast<void>(again.run());
    return failure + "\nseed " + std::to_string(seed) + ", last steps:\n" + last_steps(again.trace());
}

// The first failure among `runs` seeds.
std::string first_failure(const Options& options, std::uint64_t runs) {
    for (std::uint64_t seed = 1; seed <= world::worlds(runs); ++seed) {
        std::string failure = failure_of(options, seed);
        if (!failure.empty()) return failure;
    }
    return "";
}

struct Scope {
    const char* name;
    Options options;
    std::uint64_t runs;
};

void PrintTo(const Scope& scope, std::ostream* out) {
    *out << scope.name;
}

class GangProtocol : public testing::TestWithParam<Scope> {};

TEST_P(GangProtocol, HoldsInEveryRun) {
    EXPECT_EQ(first_failure(GetParam().options, GetParam().runs), "");
}

Options base() {
    Options o;
    return o;
}

Scope quiet() {
    return {"no_faults", base(), 150};
}

Scope kept() {
    Options o = base();
    o.crashes = 2;
    o.timeouts = 1;
    o.bumps = 2;
    o.keep_members = true;
    return {"crashes_waste_no_member", o, 400};
}

Scope deletions() {
    Options o = base();
    o.crashes = 1;
    o.timeouts = 1;
    o.deletions = 2;
    o.jumps = 1;
    o.bumps = 1;
    o.drops = 2;
    return {"deletions", o, 400};
}

Scope refusals() {
    Options o = base();
    o.members = 3;
    o.nodes = 2;
    o.slots = 2;
    o.refusals = 3;
    o.drops = 3;
    o.crashes = 1;
    return {"refused_bindings", o, 400};
}

Scope roll_backs() {
    Options o = base();
    o.nodes = 3;
    o.plain = 1;
    o.steps = 500;
    o.refusals = 4;
    o.crashes = 2;
    o.releads = 1;
    o.drops = 12;
    o.jumps = 6;
    o.deletions = 1;
    return {"roll_backs", o, 400};
}

Scope rivals() {
    Options o = base();
    o.gangs = 2;
    o.plain = 1;
    o.crashes = 2;
    o.deletions = 2;
    o.jumps = 1;
    o.drops = 3;
    o.timeouts = 2;
    return {"two_gangs_and_a_plain_pod_for_two_slots", o, 400};
}

Scope crowd() {
    Options o = base();
    o.gangs = 3;
    o.members = 3;
    o.nodes = 3;
    o.slots = 2;
    o.plain = 2;
    o.steps = 500;
    o.crashes = 2;
    o.releads = 1;
    o.scheduler_restarts = 1;
    o.timeouts = 2;
    o.deletions = 4;
    o.drops = 4;
    o.refusals = 2;
    o.bumps = 3;
    o.jumps = 2;
    o.bad_nodes = 2;
    o.plan_refusals = 2;
    return {"three_gangs_with_every_fault", o, 200};
}

Scope releads() {
    Options o = base();
    o.gangs = 2;
    o.nodes = 3;
    o.plain = 1;
    o.releads = 3;
    o.drops = 2;
    o.deletions = 1;
    return {"lease_lost_and_won_again", o, 400};
}

Scope refused_member() {
    Options o = base();
    o.nodes = 3;
    o.crashes = 1;
    o.timeouts = 1;
    o.refused_member = true;
    return {"member_that_no_node_takes", o, 150};
}

Scope patient() {
    Options o = base();
    o.gangs = 2;
    o.nodes = 3;
    o.plain = 1;
    o.patient = true;
    o.waits = 6;
    o.crashes = 1;
    o.deletions = 2;
    o.jumps = 3;
    o.bad_nodes = 1;
    return {"gangs_that_wait_for_their_level", o, 300};
}

INSTANTIATE_TEST_SUITE_P(Scopes, GangProtocol,
                         testing::Values(quiet(), kept(), deletions(), refusals(), roll_backs(), rivals(), crowd(),
                                         releads(), refused_member(), patient()),
                         [](const auto& scope) { return std::string(scope.param.name); });

// Everything drawn by the seed: sizes, space and faults.
Options drawn(std::uint64_t seed) {
    world::Dice dice(seed * 7'919);
    const auto up_to = [&dice](std::uint32_t most) { return static_cast<int>(dice.below(most + 1)); };
    Options o;
    o.gangs = 1 + up_to(2);
    o.members = 2 + up_to(2);
    o.nodes = 1 + up_to(3);
    o.slots = 1 + up_to(2);
    o.plain = up_to(2);
    o.gated = dice.chance(75);
    o.steps = 100 + 100 * up_to(5);
    for (int* budget : {&o.crashes, &o.releads, &o.scheduler_restarts, &o.timeouts, &o.deletions, &o.drops, &o.refusals,
                        &o.bumps, &o.jumps, &o.bad_nodes, &o.plan_refusals}) {
        if (dice.chance(50)) *budget = 1 + up_to(3);
    }
    o.patient = dice.chance(20);
    if (o.patient) o.waits = 1 + up_to(5);
    return o;
}

TEST(GangProtocolAtRandom, HoldsInEveryWorld) {
    const std::uint64_t runs = world::worlds(1'500);
    for (std::uint64_t seed = 1; seed <= runs; ++seed) {
        ASSERT_EQ(failure_of(drawn(seed), seed), "");
    }
}

// Else the tests above could pass because nothing happens.
TEST(GangProtocolAtRandom, WorldsReachEveryStateAndEveryKindOfEnd) {
    std::set<GangState> visited;
    GangWorld::Tally sum;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        GangWorld world(drawn(seed), seed, false);
        static_cast<void>(world.run());
        visited.insert(world.visited().begin(), world.visited().end());
        sum.bound += world.tally().bound;
        sum.rolled_back += world.tally().rolled_back;
        sum.resumed += world.tally().resumed;
    }
    EXPECT_EQ(visited.size(), kGangStateNames.size());
    EXPECT_GT(sum.bound, 400);
    EXPECT_GT(sum.rolled_back, 10);
    EXPECT_GT(sum.resumed, 5);
}

}  // namespace
}  // namespace muster::gangworld
