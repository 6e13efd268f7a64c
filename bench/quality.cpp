// How good placements are: the exact planner beside the two baselines, on the same worlds. Prints the tables of
// baselines/README.md; the same in every run. Of each figure three: the optimum's, Kueue's, KAI's.
//
// usage: muster_quality [WORLDS]     worlds per row, default 20
#include "bench/baselines/level_greedy.hpp"
#include "bench/baselines/measure.hpp"
#include "bench/baselines/tightest_domain_first.hpp"
#include "bench/quality_worlds.hpp"
#include "placement/plan/gang_planner.hpp"
#include "policies/registry.hpp"
#include "test/property/world_gen.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace muster {
namespace {

using baselines::Answer;
using baselines::Measure;

struct Baseline {
    const char* name;
    Answer (*place)(const Snapshot&, const GangRequest&);
};

GangRequest preferring(GangRequest gang, const char* level) {
    gang.wish.preferred = level;
    return gang;
}

// A gang without a level asks for the closest packing: of Kueue with a preferred host (rack, with slices there), from
// which it climbs.
Answer by_kueue(const Snapshot& world, const GangRequest& gang) {
    if (gang.wish.required) return baselines::level_greedy(world, gang);
    return baselines::level_greedy(world, preferring(gang, gang.wish.slices.empty() ? "host" : "rack"));
}

// KAI's preferred level both starts the search and scores the nodes, so it is not plain which asks for the closest
// packing: the better of host and rack.
Answer by_kai(const Snapshot& world, const GangRequest& gang) {
    if (gang.wish.required) return baselines::tightest_domain_first(world, gang);
    Answer host = baselines::tightest_domain_first(world, preferring(gang, "host"));
    Answer rack = baselines::tightest_domain_first(world, preferring(gang, "rack"));
    if (!host || !rack) return host ? host : rack;
    const auto order =
        baselines::compare(baselines::measure(world, gang, *host), baselines::measure(world, gang, *rack));
    return order <= 0 ? host : rack;
}

const std::array<Baseline, 2> kBaselines{{{"level-greedy (Kueue)", by_kueue}, {"tightest-first (KAI)", by_kai}}};

// By the terms that are compared, whatever the default policies are.
std::optional<Measure> exact(const Snapshot& world, const GangRequest& gang) {
    static const std::vector<std::string> kPolicies{"whole_cells"};
    const Outcome outcome = plan_gang(world, gang, make_policies(kPolicies).value());
    const Plan* plan = std::get_if<Plan>(&outcome);
    if (plan == nullptr) return std::nullopt;
    return baselines::measure(world, gang, baselines::takes_of(world, gang, *plan));
}

// What is counted of one gang over the worlds of a row, for one baseline.
struct Tally {
    bool asked = true;            // the baseline knows the wishes of this gang
    std::size_t missed = 0;       // worlds with a place for which it says no
    std::size_t worse = 0;        // worlds in which it has a place, and the optimum a better one
    std::size_t worse_level = 0;  // of these, already in the level
    Measure sum;
};

struct Row {
    std::size_t worlds = 0;
    std::size_t fits = 0;    // worlds with a place
    std::size_t summed = 0;  // worlds in which all who were asked have one
    Measure optimum;         // sums over these
    std::array<Tally, kBaselines.size()> tallies;
};

void add(Measure& sum, const Measure& one) {
    sum.domains.resize(one.domains.size());
    for (std::size_t i = 0; i < one.domains.size(); ++i) sum.domains[i] += one.domains[i];
    sum.broken += one.broken;
    sum.distance += one.distance;
}

// False: a baseline's placement is impossible, or better than the optimum.
bool count(Row& row, const Snapshot& world, const GangRequest& gang) {
    ++row.worlds;
    const auto optimum = exact(world, gang);
    if (!optimum) return true;
    ++row.fits;
    std::vector<std::pair<Tally*, Measure>> found;
    std::size_t asked = 0;
    for (std::size_t i = 0; i < kBaselines.size(); ++i) {
        Tally& tally = row.tallies[i];
        if (!tally.asked) continue;
        ++asked;
        const Answer answer = kBaselines[i].place(world, gang);
        if (!answer) {
            ++tally.missed;
            continue;
        }
        const Measure base = baselines::measure(world, gang, *answer);
        const auto order = baselines::compare(*optimum, base);
        if (!baselines::possible(world, gang, *answer) || order > 0) {
            std::fprintf(stderr, "%s: impossible, or better than the optimum\n", kBaselines[i].name);
            return false;
        }
        tally.worse += order < 0 ? 1U : 0U;
        tally.worse_level += optimum->level < base.level ? 1U : 0U;
        found.emplace_back(&tally, base);
    }
    if (found.size() < asked) return true;
    ++row.summed;
    add(row.optimum, *optimum);
    for (const auto& [tally, base] : found) add(tally->sum, base);
    return true;
}

void print_head() {
    std::printf(
        "| world | gang | fits | says no | worse | worse level | blocks | racks | hosts | cells broken | distance |\n"
        "|---|---|---|---|---|---|---|---|---|---|---|\n");
}

// A number of each baseline, "–" for one that was not asked.
void print_counts(const Row& row, std::size_t Tally::* number) {
    std::string text;
    for (const Tally& tally : row.tallies)
        text += (text.empty() ? "" : " · ") + (tally.asked ? std::to_string(tally.*number) : "–");
    std::printf(" %s |", text.c_str());
}

// Means: the optimum's, then those of the baselines.
template <class Value>
void print_means(const Row& row, int digits, Value value) {
    if (row.summed == 0) {
        std::printf(" – |");
        return;
    }
    const auto worlds = static_cast<double>(row.summed);
    std::printf(" **%.*f**", digits, value(row.optimum) / worlds);
    for (const Tally& tally : row.tallies) {
        if (tally.asked) {
            std::printf(" · %.*f", digits, value(tally.sum) / worlds);
        } else {
            std::printf(" · –");
        }
    }
    std::printf(" |");
}

void print(const std::string& world, const std::string& gang, const Row& row) {
    if (row.fits == 0) return;
    std::printf("| %s | %s | %zu of %zu |", world.c_str(), gang.c_str(), row.fits, row.worlds);
    print_counts(row, &Tally::missed);
    print_counts(row, &Tally::worse);
    print_counts(row, &Tally::worse_level);
    for (std::size_t i = 0; i < 3; ++i)
        print_means(row, 1, [i](const Measure& sum) { return static_cast<double>(sum.domains[i]); });
    print_means(row, 1, [](const Measure& sum) { return static_cast<double>(sum.broken); });
    print_means(row, 2, [](const Measure& sum) { return sum.distance; });
    std::printf("\n");
    std::fflush(stdout);
}

bool compare(const std::string& name, const std::vector<Snapshot>& worlds, const std::string& what,
             const GangRequest& gang) {
    Row row;
    row.tallies[0].asked = gang.roles.size() == 1;    // Kueue's groups are a leader and equal workers only
    row.tallies[1].asked = gang.wish.slices.empty();  // KAI's segments are of few owners only
    for (const Snapshot& world : worlds) {
        if (!count(row, world, gang)) return false;
    }
    print(name, what, row);
    return true;
}

bool compare_fills(std::size_t number) {
    for (const std::uint32_t blocks : {4U, 20U}) {
        const std::uint32_t nodes = blocks * 256;
        for (const std::uint32_t fill : {0U, 70U, 95U}) {
            std::vector<Snapshot> worlds;
            for (std::uint64_t seed = 1; seed <= number; ++seed) {
                worlds.push_back(
                    world::big_world(
                        {.nodes = nodes, .blocks = blocks, .racks_per_block = 16, .fill_percent = fill, .seed = seed})
                        .snapshot());
            }
            const std::string name = std::to_string(nodes) + " nodes, " + std::to_string(fill) + " % full";
            for (const std::uint32_t members : {8U, 64U, 512U}) {
                for (const std::int64_t gpus : {1, 8}) {
                    if (gpus == 8 && fill == 95) continue;  // no room
                    const std::string what = std::to_string(members) + " × " + std::to_string(gpus);
                    if (!compare(name, worlds, what, world::plain_gang(members, gpus))) return false;
                }
            }
            auto sliced = world::plain_gang(64, 1);
            sliced.wish.slices = {{8, "rack"}};
            if (!compare(name, worlds, "64 × 1, slices of 8 per rack", sliced)) return false;
        }
    }
    return true;
}

bool compare_item_b() {
    auto gang = world::plain_gang(64, 8);
    gang.wish.required = "block";
    return compare("work item B", {world::scattered_block_world().snapshot()}, "64 × 8 in one block", gang);
}

void add_role(GangRequest& gang, const std::string& name, std::uint32_t members, std::int64_t gpus, std::int64_t cpu) {
    RoleRequest role = world::plain_gang(members, gpus, cpu).roles.front();
    role.name = name;
    for (auto& member : role.members) {
        member.uid = PodUid(name + member.key.name);
        member.key.name = member.uid.str();
    }
    gang.roles.push_back(std::move(role));
}

// Pods of 4 GPUs and pods of much cpu in a block where both are scarce.
bool compare_two_kinds(std::size_t number) {
    std::vector<Snapshot> worlds;
    for (std::uint64_t seed = 1; seed <= number * 5; ++seed) worlds.push_back(world::two_kinds_world(seed).snapshot());
    for (const std::uint32_t cpu_pods : {8U, 12U, 16U}) {
        GangRequest gang{{"ml", "gang"}, {}, {}, {}, {}};
        gang.wish.required = "block";
        add_role(gang, "cpu", cpu_pods, 0, 24'000);
        add_role(gang, "gpu", 12, 4, 8'000);
        const std::string what = std::to_string(cpu_pods) + " × 24 cpu and 12 × 4 GPUs, 8 cpu";
        if (!compare("32 nodes, two kinds of pods", worlds, what, gang)) return false;
    }
    return true;
}

}  // namespace
}  // namespace muster

int main(int argc, char** argv) {
    const std::size_t worlds = argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 20;
    if (argc > 2 || worlds == 0) {
        std::fprintf(stderr, "usage: muster_quality [WORLDS]\n");
        return 2;
    }
    muster::print_head();
    const bool right = muster::compare_item_b() && muster::compare_fills(worlds) && muster::compare_two_kinds(worlds);
    return right ? 0 : 1;
}
