// GPUs of planned members on their way through the service: into the Binding, and into what the next plan knows.
#include "test/extender/service/service_world.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace muster::test {
namespace {

TEST(GpuLife, ControlledGpusAreTakenForEverybodyElse) {
    Settings settings;
    settings.gpu_picker = "best-bandwidth";
    ServiceWorld world(settings);
    world.add_nodes(1, 1, 1, 8, "dgx-1v");
    world.add_gang("first", 1, 4);
    world.start();
    world.play_until("the first is bound", [&] { return world.bound_of("first").size() == 1; });
    world.add_gang("second", 2, 2);
    world.play_until("the second is bound", [&] { return world.bound_of("second").size() == 2; });
    std::set<std::string> used;
    for (const char* pod : {"first-0", "second-0", "second-1"}) {
        const auto devices = world.pod(pod)->devices;
        EXPECT_EQ(devices.size(), std::string(pod) == "first-0" ? 4U : 2U) << pod;
        used.insert(devices.begin(), devices.end());
    }
    EXPECT_EQ(used.size(), 8U) << "no GPU twice";
}

TEST(GpuLife, PredictedGpusAreNotToldAsTaken) {
    ServiceWorld world;
    world.add_nodes(1, 1, 1, 8, "dgx-1v");
    world.add_gang("only", 1, 4);
    world.start();
    world.play_until("it is bound", [&] { return world.bound_of("only").size() == 1; });
    EXPECT_TRUE(world.pod("only-0")->devices.empty());
}

}  // namespace
}  // namespace muster::test
