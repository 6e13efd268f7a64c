#include "placement/cluster/share_claims.hpp"

#include "placement/model/check.hpp"
#include "placement/model/machine_graph.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

bool are_devices(std::span<const std::int32_t> told, const DeviceShare& share, std::size_t devices) {
    if (std::cmp_not_equal(told.size(), share.devices)) return false;
    std::vector<std::int32_t> sorted(told.begin(), told.end());
    std::ranges::sort(sorted);
    return sorted.front() >= 0 && std::cmp_less(sorted.back(), devices) &&
           std::ranges::adjacent_find(sorted) == sorted.end();
}

std::int64_t counted_amount(std::int64_t amount) {
    return std::clamp<std::int64_t>(amount, 0, kMaxAmount);
}

}  // namespace

ShareClaim share_claim(std::string_view resource, std::size_t devices, const ResourceAmounts& requests,
                       std::span<const DeviceShare> shares, std::span<const std::int32_t> share_devices) {
    ShareClaim claim;
    claim.loose = counted_amount(requests.get(resource));
    if (claim.loose == 0) return claim;
    const auto share = std::ranges::find(shares, resource, &DeviceShare::resource);
    const bool usual = share != shares.end() && share->amount > 0 && share->devices > 0 &&
                       std::cmp_less_equal(share->devices, kMaxGpus);
    if (!usual) return claim;
    claim.amount = counted_amount(share->amount);
    claim.loose = std::max<std::int64_t>(0, claim.loose - claim.amount * share->devices);
    if (are_devices(share_devices, *share, devices)) {
        claim.told.assign(share_devices.begin(), share_devices.end());
    } else {
        claim.untold = share->devices;
    }
    return claim;
}

void ShareClaims::add(const ShareClaim& claim) {
    for (const auto device : claim.told) told_[static_cast<std::size_t>(device)] += claim.amount;
    const auto parts = static_cast<std::size_t>(claim.untold);
    untold_.insert(std::ranges::upper_bound(untold_, claim.amount), parts, claim.amount);
    loose_ += claim.loose;
}

void ShareClaims::remove(const ShareClaim& claim) {
    for (const auto device : claim.told) told_[static_cast<std::size_t>(device)] -= claim.amount;
    const auto first = std::ranges::lower_bound(untold_, claim.amount);
    const auto last = std::ranges::upper_bound(untold_, claim.amount);
    MUSTER_CHECK(last - first >= claim.untold && claim.loose <= loose_);
    untold_.erase(first, first + claim.untold);
    loose_ -= claim.loose;
}

}  // namespace muster
