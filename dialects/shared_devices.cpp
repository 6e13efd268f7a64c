#include "dialects/shared_devices.hpp"

#include "config/nearest.hpp"
#include "dialects/device_shares.hpp"
#include "dialects/field_reader.hpp"
#include "placement/model/machine_graph.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace muster {
namespace {

constexpr auto kMostDevices = static_cast<std::int64_t>(kMaxGpus);
// A few names and numbers; what is longer is a mistake.
constexpr std::size_t kLongestAnnotation = 1'024;

bool is_count(std::int64_t devices) {
    return devices >= 1 && devices <= kMostDevices;
}

void set_devices(NodeFacts& facts, std::string_view resource, std::int64_t devices) {
    auto& all = facts.shared_devices;
    const auto at =
        std::ranges::lower_bound(all, resource, {}, [](const auto& entry) -> std::string_view { return entry.first; });
    const auto count = static_cast<std::int32_t>(devices);
    if (at != all.end() && at->first == resource) {
        at->second = count;
    } else {
        all.emplace(at, resource, count);
    }
}

class AnnotationReader {
  public:
    AnnotationReader(const Object& node, NodeFacts& facts) : node_(node), facts_(facts) {}

    void read() {
        const Object& value = node_["metadata"]["annotations"][kSharedDevicesAnnotation];
        if (value.is_null()) return;
        const std::string_view text = value.text();
        if (text.size() > kLongestAnnotation)
            return complain("", "is too long", "write e.g. {\"nvidia.com/gpucores\": 8}");
        const auto map = parse_json(text, kSharedDevicesAnnotation, RepeatedKey::refused);
        if (!map) return complain("", map.error().what, map.error().remedy);
        if (map->kind() != ObjectKind::map) {
            return complain("", "is a " + std::string(kind_name(map->kind())),
                            "write a map, e.g. {\"nvidia.com/gpucores\": 8}");
        }
        for (const auto& [resource, devices] : map->fields()) read_entry(resource, devices);
    }

  private:
    void read_entry(const std::string& resource, const Object& devices) {
        const std::string place = "." + resource;
        if (device_share_kind(resource) == nullptr) {
            std::array<std::string_view, kDeviceShareKinds.size()> known;
            std::ranges::transform(kDeviceShareKinds, known.begin(), &DeviceShareKind::resource);
            return complain(place, "is no resource of which pods get parts of one device", suggest(resource, known));
        }
        const auto count = devices.integer();
        if (!count || !is_count(*count)) {
            return complain(place, "\"" + std::string(devices.text().substr(0, 40)) + "\" is no number of devices",
                            "write 1 to " + std::to_string(kMostDevices));
        }
        set_devices(facts_, resource, *count);
    }

    void complain(const std::string& inside, std::string what, std::string remedy) {
        facts_.machine_errors.push_back({ErrorCode::bad_input,
                                         object_name("node", node_) + ": metadata.annotations[" +
                                             std::string(kSharedDevicesAnnotation) + "]" + inside,
                                         std::move(what), std::move(remedy)});
    }

    const Object& node_;
    NodeFacts& facts_;
};

}  // namespace

void read_shared_devices(const Object& node, NodeFacts& facts) {
    for (const auto& kind : kDeviceShareKinds) {
        const std::int64_t devices = kind.node_devices.empty() ? 0 : facts.allocatable.get(kind.node_devices);
        if (is_count(devices) && facts.allocatable.get(kind.resource) > 0) set_devices(facts, kind.resource, devices);
    }
    const std::int64_t cards = facts.allocatable.get(kGpuCountAnnotation);
    if (is_count(cards) && facts.allocatable.get(kGpuMilli) == kMilliOfDevice)
        facts.allocatable.set(kGpuMilli, cards * kMilliOfDevice);
    AnnotationReader(node, facts).read();
}

}  // namespace muster
