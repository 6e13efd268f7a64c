#include "test/property/ranking.hpp"

#include "placement/model/check.hpp"
#include "policies/registry.hpp"
#include "test/property/brute_policies.hpp"

#include <string_view>
#include <vector>

namespace muster::test {

using world::World;

void Ranking::add_whole_cells(const World& world, const GangRequest& gang) {
    add_named("whole_cells", world, gang);
}

void Ranking::add_named(std::string_view name, const World& world, const GangRequest& gang) {
    PolicyParams params;
    // A mix of which the hosts of small worlds see every size, and labels that their nodes have.
    params.least_fragment.mix = {{1, 3}, {2, 2}, {3, 1}, {4, 2}, {8, 2}};
    params.prefer_label.labels = {{"example.com/pool", "a"}};
    params.spot_last.labels = {{"example.com/pool", ""}};
    params.pairwise_distance.hosts = gang.members() % 2 == 0;
    const std::string level = world.levels.empty() ? "host" : world.levels.back().name;
    params.spread_failure_domains.level = level;
    policies.push_back(make_policies(std::vector{std::string(name)}, params).value().front());
    if (name == "whole_cells") rules.push_back(brute::whole_cells(world, gang));
    if (name == "pairwise_distance")
        rules.push_back(brute::pairwise_distance(world, gang, params.pairwise_distance.hosts));
    if (name == "least_fragment") rules.push_back(brute::least_fragment(world, gang, params.least_fragment));
    if (name == "tightest_domain") rules.push_back(brute::tightest_domain(world, gang));
    if (name == "spread_failure_domains") rules.push_back(brute::spread_failure_domains(world, gang, level));
    if (name == "prefer_label") rules.push_back(brute::label_cost(world, params.prefer_label.labels.front(), false));
    if (name == "spot_last") rules.push_back(brute::label_cost(world, params.spot_last.labels.front(), true));
    if (name == "rail_aligned") rules.push_back(brute::rail_aligned(world, gang));
    MUSTER_CHECK(rules.size() == policies.size());
}

void Ranking::add(const Noise& noise) {
    policies.push_back(noise_policy(noise));
    rules.push_back(
        {[noise](const brute::Region& region, std::int32_t m) { return noise("", region.path, region.depth, m); },
         noise.maximum, noise.leads});
}

namespace {

// The policies that ship, alone and one behind the other.
void add_shipped(Ranking& ranked, const World& world, const GangRequest& gang, std::uint64_t turn) {
    const auto add = [&](std::string_view name) { ranked.add_named(name, world, gang); };
    switch (turn % 6) {
        case 0:
            add("pairwise_distance");
            break;
        case 1:
            add("least_fragment");
            break;
        case 2:
            add("tightest_domain");
            break;
        case 3:
            add("spread_failure_domains");
            add("tightest_domain");
            break;
        case 4:
            add("spot_last");
            add("prefer_label");
            add("spread_failure_domains");
            break;
        default:
            add("whole_cells");
            add("least_fragment");
            add("pairwise_distance");
            break;
    }
}

}  // namespace

Ranking ranking(const World& world, const GangRequest& gang, std::uint64_t seed) {
    Ranking ranked;
    switch (seed / 3 % 12) {
        case 0:
            break;
        case 1:
            ranked.add_whole_cells(world, gang);
            break;
        case 2:
            ranked.add({.seed = seed});
            break;
        case 3:
            ranked.add({.seed = seed, .maximum = true});
            break;
        case 4:
            ranked.add({.seed = seed, .sides = 3, .maximum = true});
            ranked.add_whole_cells(world, gang);
            ranked.add({.seed = seed + 1, .sides = 3, .maximum = true});
            ranked.add({.seed = seed + 2});
            break;
        case 5:
            ranked.add_whole_cells(world, gang);
            ranked.add({.seed = seed, .sides = 2, .refuse_percent = 15});
            ranked.add({.seed = seed + 1, .maximum = true});
            break;
        default:
            add_shipped(ranked, world, gang, seed / 3 % 12);
            break;
    }
    return ranked;
}

}  // namespace muster::test
