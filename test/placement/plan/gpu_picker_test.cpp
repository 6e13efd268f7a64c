#include "placement/plan/links/gpu_picker.hpp"

#include "placement/topology/bandwidth_class.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

GpuMask ordinals(std::initializer_list<int> gpus) {
    GpuMask set = 0;
    for (const int gpu : gpus) set |= GpuMask{1} << gpu;
    return set;
}

std::vector<GpuMask> pick(std::string_view picker, MachineValues& machine, const GpuQuestion& question) {
    return gpu_picker(picker)->pick(machine, question);
}

std::int64_t slowest(MachineValues& machine, const std::vector<GpuMask>& sets) {
    std::int64_t least = machine.values.value(sets.front()).ring_mbps;
    for (const GpuMask set : sets) least = std::min(least, machine.values.value(set).ring_mbps);
    return least;
}

class GpuPickers : public ::testing::Test {
  protected:
    MachineValues dgx_1v{MachineRef(machine_profile("dgx-1v"))};
};

TEST(GpuPicker, EveryNameHasItsRule) {
    for (const std::string_view name : kGpuPickers) {
        const auto picker = gpu_picker(name);
        ASSERT_NE(picker, nullptr);
        EXPECT_EQ(picker->name(), name);
        EXPECT_EQ(picker->source(), name == kDefaultGpuPicker ? GpuSource::predicted : GpuSource::controlled);
    }
    EXPECT_TRUE(std::ranges::is_sorted(kGpuPickers));
    EXPECT_EQ(gpu_picker("best"), nullptr);
}

TEST(BandwidthClass, IsTheFirstStepThatTheSetReaches) {
    EXPECT_EQ(bandwidth_class(95, 100), 0);
    EXPECT_EQ(bandwidth_class(94, 100), 1);
    EXPECT_EQ(bandwidth_class(60, 100), 2);
    EXPECT_EQ(bandwidth_class(10, 100), 5);
    EXPECT_EQ(bandwidth_class(9, 100), kWorstClass);
    EXPECT_EQ(bandwidth_class(0, 0), 0);
}

TEST_F(GpuPickers, ThePredictionIsTheKubeletsChoiceOneAfterTheOther) {
    const auto sets = pick("predict-kubelet", dgx_1v, {.free = 0xff, .k = 3, .pods = 2});
    EXPECT_EQ(sets[0], dgx_1v.rule.choose(0xff, 3));
    EXPECT_EQ(sets[1], dgx_1v.rule.choose(GpuMask{0xff} & ~sets[0], 3));
}

TEST_F(GpuPickers, FiveOfAnIdleDgx1vHaveRingsOnlyWhenChosenForBandwidth) {
    const auto predicted = pick("predict-kubelet", dgx_1v, {.free = 0xff, .k = 5});
    const auto best = pick("best-bandwidth", dgx_1v, {.free = 0xff, .k = 5});
    EXPECT_NE(dgx_1v.values.value(predicted.front()).worst, PathClass::nvl);
    EXPECT_EQ(dgx_1v.values.value(best.front()).worst, PathClass::nvl);
}

// Whatever is free: the slowest pod is never slower than under any other rule.
TEST_F(GpuPickers, BestBandwidthDividesForTheSlowestPod) {
    bool faster_than_one_by_one = false;
    for (GpuMask free = 1; free <= 0xff; ++free) {
        const auto count = static_cast<std::size_t>(std::popcount(free));
        for (std::size_t k = 1; k <= 4; ++k) {
            for (std::size_t pods = 1; pods * k <= count; ++pods) {
                const GpuQuestion question{.free = free, .k = k, .pods = pods};
                const auto best = pick("best-bandwidth", dgx_1v, question);
                ASSERT_EQ(best.size(), pods);
                GpuMask rest = free;
                for (const GpuMask set : best) {
                    ASSERT_EQ(std::popcount(set), static_cast<int>(k));
                    ASSERT_EQ(set & ~rest, 0U);
                    rest &= ~set;
                }
                for (const std::string_view other : {"predict-kubelet", "least-fragmentation"})
                    ASSERT_GE(slowest(dgx_1v, best), slowest(dgx_1v, pick(other, dgx_1v, question)));
                std::vector<GpuMask> greedy;
                for (GpuMask left = free; greedy.size() < pods; left &= ~greedy.back())
                    greedy.push_back(dgx_1v.values.best(left, k).value());
                ASSERT_GE(slowest(dgx_1v, best), slowest(dgx_1v, greedy));
                faster_than_one_by_one = faster_than_one_by_one || slowest(dgx_1v, best) > slowest(dgx_1v, greedy);
            }
        }
    }
    EXPECT_TRUE(faster_than_one_by_one);
}

TEST_F(GpuPickers, LeastFragmentationLeavesTheLargestFastRestOfTheSetsThatLoseLeast) {
    const auto fast = [&](GpuMask rest) {
        for (std::size_t size = static_cast<std::size_t>(std::popcount(rest));; --size) {
            const GpuMask best = dgx_1v.values.best(rest, size).value();
            if (dgx_1v.values.value(best).ring_mbps * 100 >= dgx_1v.values.most_mbps(size, false) * 95) return size;
        }
    };
    for (std::size_t k = 2; k <= 5; ++k) {
        const std::int64_t most = dgx_1v.values.most_mbps(k, false);
        const GpuMask kept = GpuMask{0xff} & ~pick("least-fragmentation", dgx_1v, {.free = 0xff, .k = k}).front();
        for (GpuMask set = 1; set <= 0xff; ++set) {
            const bool fits = std::popcount(set) == static_cast<int>(k);
            if (!fits || bandwidth_class(dgx_1v.values.value(set).ring_mbps, most) > 0) continue;
            EXPECT_GE(fast(kept), fast(GpuMask{0xff} & ~set));
        }
    }
    EXPECT_EQ(pick("least-fragmentation", dgx_1v, {.free = 0xff, .k = 4}).front(), ordinals({0, 1, 2, 3}));
}

TEST(GpuPicker, LargeMachinesAreDividedOnePodAfterTheOther) {
    MachineValues mi250{MachineRef(machine_profile("mi250-8"))};
    const GpuMask all = mi250.machine->all_gpus();
    const auto sets = pick("best-bandwidth", mi250, {.free = all, .k = 2, .pods = 2});
    EXPECT_EQ(sets[0], mi250.values.best(all, 2));
    EXPECT_EQ(sets[1], mi250.values.best(all & ~sets[0], 2));
}

}  // namespace
}  // namespace muster
