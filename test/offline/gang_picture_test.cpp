#include "offline/gang_picture.hpp"

#include "offline/gang_tree.hpp"
#include "placement/cluster/cluster_state.hpp"
#include "placement/plan/gang_planner.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// Blocks of racks of hosts with 8 GPUs: "b1/r01/n0001".
std::string padded(int number, std::size_t width) {
    std::string digits = std::to_string(number);
    return std::string(width - digits.size(), '0') + digits;
}

std::string numbered(int host) {
    return "n" + padded(host, 4);
}

ClusterState halls(int blocks, int racks, int hosts) {
    ClusterState state({{"block", "block"}, {"rack", "rack"}});
    int name = 0;
    for (int block = 1; block <= blocks; ++block) {
        for (int rack = 1; rack <= racks; ++rack) {
            for (int host = 0; host < hosts; ++host) {
                NodeFacts node;
                node.name = NodeName(numbered(++name));
                node.labels = {{"block", "b" + std::to_string(block)}, {"rack", "r" + padded(rack, 2)}};
                node.allocatable = {{"nvidia.com/gpu", 8}, {"pods", 110}};
                state.apply(NodeSeen{node});
            }
        }
    }
    return state;
}

void use_gpus(ClusterState& state, const std::string& node, std::int64_t gpus) {
    state.apply(PodBound{PodUid("on-" + node), NodeName(node), {{"nvidia.com/gpu", gpus}, {"pods", 1}}, {}, false});
}

GangRequest members(std::int32_t count, std::int64_t gpus) {
    GangRequest request;
    request.key = {"ml", "g"};
    RoleRequest role;
    role.shape.requests = {{"pods", 1}};
    if (gpus > 0) role.shape.requests.set("nvidia.com/gpu", gpus);
    for (std::int32_t i = 0; i < count; ++i) {
        const std::string name = "g-" + std::to_string(i);
        role.members.push_back({PodUid(name), {"ml", name}, -1});
    }
    request.roles.push_back(std::move(role));
    return request;
}

std::string picture(const Snapshot& snapshot, const GangRequest& request) {
    const Outcome outcome = plan_gang(snapshot, request, {});
    const Plan* plan = std::get_if<Plan>(&outcome);
    return plan == nullptr ? "no plan" : "\n" + gang_picture(gang_tree(snapshot, request, *plan));
}

TEST(GangPicture, AFewHostsShowWhatIsUsedTakenAndLeft) {
    ClusterState state = halls(1, 2, 3);
    use_gpus(state, "n0001", 4);
    use_gpus(state, "n0004", 8);
    EXPECT_EQ(picture(state.snapshot(), members(5, 4)), R"(
                                    USED  TAKEN  LEFT  RANKS
rack b1/r01                            4     20     0  0-4
├─ n0001                  ▒▒▒▒████     4      4     0  0
└─ n[0002,0003] ×2, each  ████████     0      8     0  1-4
)");
}

TEST(GangPicture, OneHostIsOneLine) {
    EXPECT_EQ(picture(halls(1, 1, 2).snapshot(), members(1, 2)), R"(
                             USED  TAKEN  LEFT  RANKS
host b1/r01/n0001  ██······     0      2     6  0
)");
}

TEST(GangPicture, HostsThatGetNothingAreCountedBelow) {
    ClusterState state = halls(1, 2, 4);
    use_gpus(state, "n0003", 2);
    EXPECT_EQ(picture(state.snapshot(), members(2, 8)), R"(
                                    USED  TAKEN  LEFT  RANKS
rack b1/r01                            2     16    14  0-1
├─ n[0001,0002] ×2, each  ████████     0      8     0  0-1
└─ 2 other hosts                       2      -    14
)");
}

TEST(GangPicture, HundredsOfHostsAlikeAreOneLine) {
    EXPECT_EQ(picture(halls(2, 16, 32).snapshot(), members(512, 8)), R"(
                                         USED  TAKEN  LEFT  RANKS
block b1                                    0   4096     0  0-511
└─ rack r[01-16] ×16, each                  0    256     0  0-511
   └─ n[0001-0512] ×512, each  ████████     0      8     0  0-511
)");
}

TEST(GangPicture, RacksThatDifferStandApart) {
    ClusterState state = halls(2, 16, 32);
    use_gpus(state, "n0007", 1);
    use_gpus(state, "n0100", 3);
    EXPECT_EQ(picture(state.snapshot(), members(500, 8)), R"(
                                                   USED  TAKEN  LEFT  RANKS
block b1                                              4   4000    92  0-499
├─ rack r01                                           1    248     7  0-30
│  ├─ n[0001-0006,0008-0032] ×31, each   ████████     0      8     0  0-30
│  └─ 1 other host                                    1      -     7
├─ rack r[02,03,05-15] ×13, each                      0    256     0  31-94,126-477
│  └─ n[0033-0096,0129-0480] ×416, each  ████████     0      8     0  31-94,126-477
├─ rack r04                                           3    248     5  95-125
│  ├─ n[0097-0099,0101-0128] ×31, each   ████████     0      8     0  95-125
│  └─ 1 other host                                    3      -     5
└─ rack r16                                           0    176    80  478-499
   ├─ n[0481-0502] ×22, each             ████████     0      8     0  478-499
   └─ 10 other hosts                                  0      -    80
)");
}

TEST(GangPicture, WhereEveryRackDiffersHostsAreLeftOut) {
    ClusterState state = halls(1, 40, 4);
    for (int rack = 0; rack < 40; ++rack) {
        use_gpus(state, numbered(1 + 4 * rack), rack % 8);
        use_gpus(state, numbered(2 + 4 * rack), rack % 5);
    }
    const std::string text = picture(state.snapshot(), members(1'000, 1));
    EXPECT_LE(std::ranges::count(text, '\n'), 50);
    EXPECT_NE(text.find("rack r39"), std::string::npos) << text;
    EXPECT_EQ(text.find("█"), std::string::npos) << "bars are of hosts";
}

TEST(GangPicture, WithoutDevicesOnlyMembersAreShown) {
    EXPECT_EQ(picture(halls(1, 1, 2).snapshot(), members(3, 0)), R"(
                   RANKS
host b1/r01/n0001  0-2
)");
}

}  // namespace
}  // namespace muster
