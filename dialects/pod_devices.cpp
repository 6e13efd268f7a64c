#include "dialects/pod_devices.hpp"

#include "dialects/gpu_resources.hpp"
#include "dialects/own_vocabulary.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>

namespace muster {
namespace {

void sort_unique(std::vector<std::string>& ids) {
    std::ranges::sort(ids);
    const auto repeated = std::ranges::unique(ids);
    ids.erase(repeated.begin(), repeated.end());
}

// Claims ("claim:NAME/REQUEST") and devices of other plugins are passed over.
std::vector<std::string> reported_ids(const Object& status) {
    std::vector<std::string> ids;
    for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
        for (const auto& container : status[list].items()) {
            for (const auto& resource : container["allocatedResourcesStatus"].items()) {
                if (!is_gpu_resource(resource["name"].text())) continue;
                for (const auto& device : resource["resources"].items()) {
                    const std::string_view id = device["resourceID"].string_or("");
                    if (!id.empty()) ids.emplace_back(id);
                }
            }
        }
    }
    sort_unique(ids);
    if (ids.size() > kMaxGpus) ids.clear();  // more than any machine has: not to be believed
    return ids;
}

// "0,1,2"; empty when it is anything else.
std::vector<std::string> controlled_ids(std::string_view text) {
    std::vector<std::string> ids;
    while (!text.empty()) {
        const std::string_view item = text.substr(0, text.find(','));
        std::uint32_t ordinal = 0;
        const auto [end, error] = std::from_chars(item.data(), item.data() + item.size(), ordinal);
        if (error != std::errc() || end != item.data() + item.size() || ordinal >= kMaxGpus) return {};
        ids.push_back("ordinal:" + std::to_string(ordinal));
        text.remove_prefix(std::min(item.size() + 1, text.size()));
    }
    sort_unique(ids);
    return ids;
}

}  // namespace

std::vector<std::string> read_pod_devices(const Object& pod) {
    if (pod["spec"]["nodeName"].text().empty()) return {};
    auto ids = reported_ids(pod["status"]);
    const Object& annotations = pod["metadata"]["annotations"];
    if (ids.empty() && annotations[kGpuSourceAnnotation].text() == "controlled")
        ids = controlled_ids(annotations[kGpusAnnotation].text());
    return ids;
}

}  // namespace muster
