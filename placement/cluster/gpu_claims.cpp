#include "placement/cluster/gpu_claims.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

namespace muster {
namespace {

constexpr std::string_view kOrdinal = "ordinal:";

std::optional<std::size_t> planned_ordinal(std::string_view id, std::size_t gpus) {
    if (!id.starts_with(kOrdinal)) return std::nullopt;
    id.remove_prefix(kOrdinal.size());
    std::size_t ordinal = 0;
    const auto [end, error] = std::from_chars(id.data(), id.data() + id.size(), ordinal);
    if (error != std::errc() || end != id.data() + id.size() || ordinal >= gpus) return std::nullopt;
    return ordinal;
}

}  // namespace

std::optional<std::size_t> gpu_ordinal(const NodeFacts& node, std::string_view id) {
    if (id.empty()) return std::nullopt;
    const std::size_t gpus = node.machine->gpu_count();
    const auto own = std::ranges::find(node.gpu_ids, id);
    if (own != node.gpu_ids.end()) return static_cast<std::size_t>(own - node.gpu_ids.begin());
    for (std::size_t i = 0; i < gpus; ++i) {
        const Part& gpu = node.machine->part(node.machine->gpu(i));
        if (gpu.uuid == id || gpu.bus == id) return i;
    }
    return planned_ordinal(id, gpus);
}

GpuUse claimed_gpus(const NodeFacts& node, const ResourceAmounts& requests, const std::vector<std::string>& devices) {
    // No more than kMaxGpus run at once; beyond that the sum must only stay in range.
    const auto asked =
        static_cast<std::int32_t>(std::clamp<std::int64_t>(requests.get(node.gpu_resource), 0, std::int64_t{kMaxGpus}));
    GpuMask told = 0;
    for (const auto& id : devices) {
        if (const auto ordinal = gpu_ordinal(node, id)) told |= GpuMask{1} << *ordinal;
    }
    if (std::popcount(told) > asked) told = 0;
    return {told, asked - std::popcount(told)};
}

void GpuClaims::add(const GpuUse& claim) {
    untold_ += claim.untold;
    for (GpuMask again = claim.told & told_; again != 0; again &= again - 1) {
        const auto ordinal = static_cast<std::uint8_t>(std::countr_zero(again));
        told_again_.insert(std::ranges::upper_bound(told_again_, ordinal), ordinal);
    }
    told_ |= claim.told;
}

void GpuClaims::remove(const GpuUse& claim) {
    MUSTER_CHECK((claim.told & ~told_) == 0 && claim.untold <= untold_);
    untold_ -= claim.untold;
    for (GpuMask rest = claim.told; rest != 0; rest &= rest - 1) {
        const auto ordinal = static_cast<std::uint8_t>(std::countr_zero(rest));
        const auto again = std::ranges::lower_bound(told_again_, ordinal);
        if (again != told_again_.end() && *again == ordinal) {
            told_again_.erase(again);
        } else {
            told_ &= ~(GpuMask{1} << ordinal);
        }
    }
}

}  // namespace muster
