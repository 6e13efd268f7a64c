// What `place` prints of the uplink that is a plan's slowest link.
#include "offline/place.hpp"
#include "offline/placement_report.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

PlacementList listed(std::int32_t gangs) {
    GangPlacement item;
    item.key = {"ml", "a"};
    item.verdict = Verdict::fits;
    item.needed = 1;
    item.pods = {{PodUid("u"), {"ml", "a-0"}, NodeName("n1"), 0}};
    item.quality = Quality{};
    item.quality->level = "block";
    item.quality->slowest_uplink = UplinkUse{"rack", "b1/r3", 200'040, gangs};
    PlacementList list;
    list.items.push_back(item);
    return list;
}

TEST(UplinkReport, TheTableNamesDomainCapacityAndGangs) {
    const std::string table = placement_table(listed(3));
    EXPECT_NE(table.find("  slowest link: uplink of rack b1/r3, 200.0 GB/s for 3 gangs\n"), std::string::npos) << table;
    EXPECT_NE(placement_table(listed(1)).find("  slowest link: uplink of rack b1/r3, 200.0 GB/s\n"), std::string::npos);
}

TEST(UplinkReport, TheJsonHasItOnlyWhereThereIsOne) {
    PlacementList list = listed(3);
    const std::string json = placement_json(list);
    const std::string expected =
        "\"slowestUplink\": {\n          \"level\": \"rack\",\n          \"domain\": \"b1/r3\",\n"
        "          \"capacityGBps\": 200.0,\n          \"gangs\": 3\n        }";
    EXPECT_NE(json.find(expected), std::string::npos) << json;
    list.items.front().quality->slowest_uplink.reset();
    EXPECT_EQ(placement_json(list).find("Uplink"), std::string::npos);
    EXPECT_EQ(placement_table(list).find("uplink"), std::string::npos);
}

}  // namespace
}  // namespace muster
