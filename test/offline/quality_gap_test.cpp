#include "offline/quality_gap.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

Quality bounded(ObjectiveVector objective, ObjectiveVector bound) {
    Quality quality;
    quality.domains = {{"rack", 3}, {"host", 7}};
    quality.objective = std::move(objective);
    quality.bound = std::move(bound);
    quality.proof = Proof::bounded;
    return quality;
}

TEST(QualityGap, IsTheFirstTermThatMayBeBetter) {
    struct Case {
        Quality quality;
        QualityGap gap;
        const char* sentence;
    };
    for (const Case& c : std::vector<Case>{
             {bounded({1, 3, 3, 7, 2}, {0, 1, 1, 1, 0}),
              {"bandwidth-class", 1, 0},
              "not proved best: faster GPU sets are not excluded"},
             {bounded({0, 3, 3, 7, 2}, {0, 2, 1, 1, 0}),
              {"level", 3, 2},
              "not proved best: a lower level is not excluded"},
             {bounded({0, 3, 3, 7, 2}, {0, 3, 2, 9, 0}), {"rack", 3, 2}, "not proved best: at least 2 × rack, found 3"},
             {bounded({0, 3, 3, 7, 2}, {0, 3, 3, 6, 0}), {"host", 7, 6}, "not proved best: at least 6 × host, found 7"},
             {bounded({0, 3, 3, 7, 2}, {0, 3, 3, 7, 0}), {"policies", 2, 0}, "not proved best by the policies"}}) {
        EXPECT_EQ(quality_gap(c.quality), c.gap);
        EXPECT_EQ(gap_sentence(c.quality), c.sentence);
    }
}

TEST(QualityGap, PoliciesThatLeadStandBeforeTheDomains) {
    Quality first = bounded({0, 3, 90, 3, 7}, {0, 3, 80, 9, 9});
    first.leading = 1;
    EXPECT_EQ(quality_gap(first), (QualityGap{"policies", 90, 80}));
    Quality then = bounded({0, 3, 90, 3, 7}, {0, 3, 90, 2, 9});
    then.leading = 1;
    EXPECT_EQ(quality_gap(then), (QualityGap{"rack", 3, 2}));
}

TEST(QualityGap, WhatIsProvedHasNone) {
    Quality optimal = bounded({0, 1}, {});
    optimal.proof = Proof::optimal;
    EXPECT_FALSE(quality_gap(optimal));
    EXPECT_EQ(gap_sentence(optimal), "");
}

}  // namespace
}  // namespace muster
