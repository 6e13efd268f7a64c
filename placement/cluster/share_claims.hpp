// Who claims which parts (DeviceShare) of one node's equal devices, of one resource.
#pragma once

#include "placement/model/pod_shape.hpp"
#include "placement/model/resources.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace muster {

// What one pod uses of one resource of the devices. At most one of `told` and `untold` is more than empty.
struct ShareClaim {
    std::int64_t amount = 0;         // of each of its devices
    std::vector<std::int32_t> told;  // its devices, where they are known: counted from 0, each once
    std::int32_t untold = 0;         // number of its devices, where they are not
    std::int64_t loose = 0;          // in pieces that nobody knows
};

// Of a pod that asks for `requests` with `shares`, and tells `share_devices` (PodFacts::share_devices), on a node with
// so many devices (0…kMaxGpus) for the resource. Devices that the node lacks, or not as many as the pod asks for, are
// not believed: none is told then. What the pod asks for beyond its share is loose. Amounts are clamped to
// 0…kMaxAmount. O(shares + requests).
[[nodiscard]] ShareClaim share_claim(std::string_view resource, std::size_t devices, const ResourceAmounts& requests,
                                     std::span<const DeviceShare> shares, std::span<const std::int32_t> share_devices);

// Claims of all pods. Exactly reversible, in any order.
class ShareClaims {
  public:
    explicit ShareClaims(std::size_t devices) : told_(devices, 0) {}
    void add(const ShareClaim& claim);
    void remove(const ShareClaim& claim);  // one that was added

    // By device, the sum of what pods are told to have of it. More than it has: over-committed.
    [[nodiscard]] std::span<const std::int64_t> told() const { return told_; }
    // Parts that each lie on one device, nobody tells on which; sorted. A pod with parts of several devices has an
    // entry for each, so that they are on different ones is not kept.
    [[nodiscard]] std::span<const std::int64_t> untold() const { return untold_; }
    // What lies on the devices in any pieces.
    [[nodiscard]] std::int64_t loose() const { return loose_; }
    bool operator==(const ShareClaims&) const = default;

  private:
    std::vector<std::int64_t> told_;
    std::vector<std::int64_t> untold_;
    std::int64_t loose_ = 0;
};

}  // namespace muster
