#include "dialects/pod_shares.hpp"

#include "dialects/device_shares.hpp"
#include "placement/model/machine_graph.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {
namespace {

std::optional<std::int64_t> share_number(std::string_view text, std::int64_t most) {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc() || end != text.data() + text.size() || number < 0 || number > most) return std::nullopt;
    return number;
}

void note_share(PodShape& shape, std::string_view resource) {
    shape.unmodelled.push_back(std::string(kShareOfDevice) + std::string(resource));
}

std::size_t containers_with(const Object& pod, std::string_view resource) {
    std::size_t count = 0;
    for (const char* list : {"containers", "initContainers"}) {
        for (const auto& container : pod["spec"][list].items()) {
            const Object& resources = container["resources"];
            if (resources["requests"].has(resource) || resources["limits"].has(resource)) ++count;
        }
    }
    return count;
}

// Whether the pod's whole request is one part of one device.
bool is_one_part(const Object& pod, const PodShape& shape, const DeviceShareKind& kind) {
    if (!kind.whole_pod && containers_with(pod, kind.resource) > 1) return false;
    return kind.parts.empty() || shape.requests.get(kind.parts) <= 1;
}

void read_requested(const Object& pod, PodShape& shape) {
    for (const auto& [resource, amount] : shape.requests.entries()) {
        if (!is_device_share(resource) || amount <= 0) continue;
        const auto* const kind = device_share_kind(resource);
        if (kind != nullptr && is_one_part(pod, shape, *kind)) {
            shape.shares.push_back({resource, amount, 1});
        } else {
            note_share(shape, resource);
        }
    }
}

// Without gpu-count the pod asks for no device, so openb's own simulator counts none.
void read_openb(const Object& annotations, PodShape& shape) {
    const Object& value = annotations[kGpuMilli];
    if (value.is_null() || shape.requests.get(kGpuMilli) > 0) return;
    const auto milli = share_number(value.text(), kMilliOfDevice);
    const auto devices = share_number(annotations[kGpuCountAnnotation].text(), static_cast<std::int64_t>(kMaxGpus));
    if (milli && devices) {
        if (*milli == 0 || *devices == 0) return;
        shape.requests.set(kGpuMilli, *milli * *devices);
        shape.shares.push_back({std::string(kGpuMilli), *milli, static_cast<std::int32_t>(*devices)});
    } else if (!milli || *milli != kMilliOfDevice) {
        note_share(shape, kGpuMilli);
    }
}

// One of the pod's parts says nothing of the others: slots, memory and cores of one device may not all be there.
void note_parts_together(PodShape& shape) {
    const bool beside_slots = std::ranges::any_of(shape.shares, [&](const DeviceShare& share) {
        const auto* const kind = device_share_kind(share.resource);
        return !kind->parts.empty() && shape.requests.get(kind->parts) > 0;
    });
    if (shape.shares.size() < 2 && !beside_slots) return;
    for (const auto& share : shape.shares) note_share(shape, share.resource);
}

// "2" or "0-1"; empty when it is anything else.
std::vector<std::int32_t> device_numbers(std::string_view text) {
    std::vector<std::int32_t> numbers;
    if (text.ends_with('-')) return {};
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find('-'));
        const auto number = share_number(item, static_cast<std::int64_t>(kMaxGpus) - 1);
        if (!number) return {};
        numbers.push_back(static_cast<std::int32_t>(*number));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
    }
    std::ranges::sort(numbers);
    if (std::ranges::adjacent_find(numbers) != numbers.end()) numbers.clear();
    return numbers;
}

}  // namespace

void read_pod_shares(const Object& pod, PodFacts& facts) {
    PodShape& shape = facts.shape;
    const Object& annotations = pod["metadata"]["annotations"];
    read_requested(pod, shape);
    read_openb(annotations, shape);
    std::ranges::sort(shape.shares);
    note_parts_together(shape);
    if (!facts.bound()) return;
    for (const auto& share : shape.shares) {
        const auto* const kind = device_share_kind(share.resource);
        if (facts.share_devices.empty() && !kind->pod_devices.empty())
            facts.share_devices = device_numbers(annotations[kind->pod_devices].text());
    }
}

}  // namespace muster
