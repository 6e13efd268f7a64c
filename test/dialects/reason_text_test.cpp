#include "dialects/reason_text.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

Shortfall shortfall(ReasonCode code, std::string level, std::string domain, std::int32_t need, std::int32_t best,
                    std::string resource, std::vector<std::string> details, std::int32_t limit = 0) {
    return {code, std::move(level), std::move(domain), need, best, std::move(resource), std::move(details), limit};
}

TEST(ReasonText, EveryReasonHasItsSentenceAndItsCode) {
    struct Case {
        Shortfall shortfall;
        const char* code;
        const char* sentence;
    };
    for (const Case& c : std::vector<Case>{
             {shortfall(ReasonCode::level_too_small, "rack", "b1/r3", 40, 32, "nvidia.com/gpu", {}), "level-too-small",
              "no rack has room for 40 members at once: the best, b1/r3, has room for 32 (lacking nvidia.com/gpu)"},
             {shortfall(ReasonCode::level_too_small, "rack", "", 1, 0, "", {}), "level-too-small",
              "no rack has room for 1 member at once: none has room for any"},
             {shortfall(ReasonCode::cluster_too_small, "", "", 9, 8, "cpu", {}), "cluster-too-small",
              "all nodes together have room for 8 of 9 members (lacking cpu)"},
             {shortfall(ReasonCode::no_eligible_node, "", "", 2, 0, "", {}), "no-eligible-node",
              "no node admits these pods: node selector, affinity, taints or the nodes' state exclude every one"},
             {shortfall(ReasonCode::unknown_level, "rak", "", 0, 0, "", {"block", "host", "rack"}), "unknown-level",
              "this cluster has no level \"rak\"; did you mean \"rack\"?"},
             {shortfall(ReasonCode::unknown_level, "island", "", 0, 0, "", {"block", "host", "rack"}), "unknown-level",
              "this cluster has no level \"island\"; known: block, host, rack"},
             {shortfall(ReasonCode::fixed_apart, "rack", "", 4, 0, "", {}), "fixed-apart",
              "bound members already lie in different domains of the required level rack"},
             {shortfall(ReasonCode::several_roles, "", "", 4, 0, "", {}), "several-roles",
              "slices that mix roles are planned only where each has the same number of members of every role, or of "
              "one role alone, and nobody is bound yet"},
             {shortfall(ReasonCode::spread_above_required, "block", "", 8, 0, "", {"rack"}, 2), "spread-above-required",
              "at least 2 domains of level block were wished where all members must share one rack: remove min or "
              "require a coarser level"},
             {shortfall(ReasonCode::spread_too_few, "rack", "", 3, 3, "", {}, 4), "spread-too-few",
              "3 members cannot be spread over 4 domains of level rack"},
             {shortfall(ReasonCode::spread_too_few, "rack", "", 8, 2, "", {}, 4), "spread-too-few",
              "8 members cannot be spread over 4 domains of level rack, since they are only 2 slices that each lie in "
              "one"},
             {shortfall(ReasonCode::spread_too_narrow, "rack", "", 8, 3, "", {}, 4), "spread-too-narrow",
              "8 members have no place over at least 4 domains of level rack; known are 3"},
             {shortfall(ReasonCode::spread_unbalanced, "rack", "", 8, 0, "", {}, 0), "spread-unbalanced",
              "8 members have no place with the same number, or one more, in every rack in use"},
             {shortfall(ReasonCode::spread_too_tight, "rack", "", 8, -1, "", {}, 4), "spread-too-tight",
              "with at most 4 members in one rack, 8 members have no place at once"},
             {shortfall(ReasonCode::search_exhausted, "", "", 4, 0, "", {}), "search-exhausted",
              "the search ended before it found a place for all 4 members or a proof that there is none; fewer pod "
              "templates, or a required level, make it shorter"},
             {shortfall(ReasonCode::slices_not_nested, "block", "", 64, 0, "", {"rack", "8"}, 4), "slices-not-nested",
              "slices of 4, each in one block, do not lie in those of each rack: give the smaller size, which divides "
              "the larger, to the finer level"},
             {shortfall(ReasonCode::slice_above_required, "block", "", 64, 0, "", {"rack"}, 8), "slice-above-required",
              "slices of 8, each in one block, say nothing where all members must share one rack, a finer level: "
              "remove "
              "the slices or require a coarser level"},
             {shortfall(ReasonCode::slice_uneven, "rack", "", 9, 0, "", {}, 4), "slice-uneven",
              "9 members, bound ones included, cannot be cut into slices of 4, each in one rack"},
             {shortfall(ReasonCode::slice_too_large, "host", "", 16, 8, "nvidia.com/gpu", {}, 4), "slice-too-large",
              "cut into slices of 4, each in one host, only 8 of 16 members have room (lacking nvidia.com/gpu)"},
             {shortfall(ReasonCode::slice_too_large, "rack", "b1", 16, 0, "", {}, 4), "slice-too-large",
              "cut into slices of 4, each in one rack, no member has room"},
             {shortfall(ReasonCode::spread_too_tight, "rack", "b1", 16, 12, "", {}, 4), "spread-too-tight",
              "with at most 4 members in one rack, only 12 of 16 members in b1, the best, have room"},
             {shortfall(ReasonCode::not_exclusive, "rack", "", 16, 8, "", {}), "not-exclusive",
              "with every rack to itself, free of other pods with devices, only 8 of 16 members have room"},
             {shortfall(ReasonCode::unmodelled, "", "", 4, 0, "",
                        {"spec.resourceClaims", "spec.topologySpreadConstraints"}),
              "unmodelled",
              "the pods use what the planner does not take into account: spec.resourceClaims, "
              "spec.topologySpreadConstraints; remove it, or take the "
              "pods out of the gang"}}) {
        EXPECT_EQ(reason_code_name(c.shortfall.code), c.code);
        EXPECT_EQ(reason_sentence(c.shortfall), c.sentence);
        EXPECT_EQ(reason_sentence(c.shortfall, true),
                  "never on today's nodes, even with every other pod gone: " + std::string(c.sentence));
    }
}

TEST(ReasonText, SlicesInALabelThatIsNoLevelAreToldTheLevels) {
    const auto reason = shortfall(ReasonCode::slice_crosses, "example.com/zone", "", 64, 0, "", {"rack", "host"}, 8);
    EXPECT_EQ(reason_code_name(reason.code), "slice-crosses");
    EXPECT_EQ(reason_sentence(reason),
              "slices of 8, each in one example.com/zone, are not planned: example.com/zone is a node label and no "
              "level; known are rack, host");
}

TEST(ReasonText, WhatThePlannerDoesNotModelIsNamedWithEveryRefusal) {
    EXPECT_EQ(reason_sentence(
                  shortfall(ReasonCode::cluster_too_small, "cluster", "", 9, 8, "", {"ml/a-0", "spec.resourceClaims"})),
              "all nodes together have room for 8 of 9 members; not taken into account: spec.resourceClaims");
}

TEST(ReasonText, AWaitSaysForWhatAndHowLong) {
    const auto reason = shortfall(ReasonCode::level_too_small, "rack", "b1/r3", 40, 32, "nvidia.com/gpu", {});
    EXPECT_EQ(wait_sentence(reason, "until 2026-08-18T09:35:00Z"),
              "waits for its preferred level until 2026-08-18T09:35:00Z, then takes any: no rack has room for 40 "
              "members at once: the best, b1/r3, has room for 32 (lacking nvidia.com/gpu)");
    EXPECT_TRUE(wait_sentence(reason).starts_with("waits for its preferred level, then takes any: no rack"));
}

}  // namespace
}  // namespace muster
