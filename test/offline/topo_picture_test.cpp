#include "offline/topo_picture.hpp"

#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

bool overlap(const PictureBox& a, const PictureBox& b) {
    return a.x < b.right() && b.x < a.right() && a.y < b.bottom() && b.y < a.bottom();
}

TEST(TopoPicture, BoxesStandInThePictureAndApart) {
    for (const auto name : machine_profile_names()) {
        const auto machine = machine_profile(name);
        const Picture picture = lay_out(*machine);
        ASSERT_EQ(picture.boxes.size(), machine->parts().size());
        for (std::size_t i = 0; i < picture.boxes.size(); ++i) {
            const PictureBox& box = picture.boxes[i];
            const std::string where = std::string(name) + ' ' + machine->parts()[i].name;
            EXPECT_GT(box.width, 0) << where;
            EXPECT_GE(box.x, 0) << where;
            EXPECT_GE(box.y, 0) << where;
            EXPECT_LE(box.right(), picture.width) << where;
            EXPECT_LE(box.bottom(), picture.height) << where;
            for (std::size_t j = 0; j < i; ++j)
                EXPECT_FALSE(overlap(box, picture.boxes[j])) << where << " and " << machine->parts()[j].name;
        }
    }
}

TEST(TopoPicture, GpusOfOneRowHangAboveTheirNumaNode) {
    const auto machine = machine_profile("gb200-tray");
    const Picture picture = lay_out(*machine);
    EXPECT_EQ(picture.frames.size(), 2U) << "a GPU without PCIe hangs on its CPU";
    const auto at = [&](const char* name) {
        for (std::size_t i = 0; i < machine->parts().size(); ++i) {
            if (machine->parts()[i].name == name) return picture.boxes[i];
        }
        return PictureBox{};
    };
    EXPECT_EQ(at("GPU0").y, at("GPU3").y);
    EXPECT_LT(at("GPU1").right(), at("NUMA0").right() + 1);
    EXPECT_GE(at("GPU2").x, at("NUMA1").x);
}

TEST(TopoPicture, AMeshOfManyIsABarAndAMeshOfFewAreArcs) {
    const auto mesh_of = [](std::uint32_t gpus) {
        std::vector<Part> parts;
        std::vector<Link> links;
        for (std::uint32_t i = 0; i < gpus; ++i) {
            Part gpu;
            gpu.name = "GPU" + std::to_string(i);
            gpu.ordinal = static_cast<std::int32_t>(i);
            parts.push_back(gpu);
            for (std::uint32_t j = 0; j < i; ++j) links.push_back({PartIdx(j), PartIdx(i), LinkKind::xgmi, 1, 48'000});
        }
        return lay_out(*MachineGraph::build("mesh", Vendor::amd, parts, links));
    };
    EXPECT_EQ(mesh_of(8).arcs.size(), 28U);
    EXPECT_TRUE(mesh_of(8).meshes.empty());
    EXPECT_TRUE(mesh_of(9).arcs.empty());
    ASSERT_EQ(mesh_of(9).meshes.size(), 1U);
    EXPECT_TRUE(mesh_of(9).meshes.front().alike);
}

TEST(TopoPicture, ArcsLeaveAGpuApart) {
    const Picture picture = lay_out(*machine_profile("dgx-1v"));
    EXPECT_EQ(picture.arcs.size(), 16U);
    std::vector<int> ends;
    for (const auto& arc : picture.arcs) {
        ends.push_back(arc.from);
        ends.push_back(arc.to);
    }
    std::ranges::sort(ends);
    EXPECT_EQ(std::ranges::adjacent_find(ends), ends.end());
}

}  // namespace
}  // namespace muster
