// Any document as a pod, a node, a Job and a written plan: refused with words, or a model whose invariants hold.
#include "dialects/kubernetes.hpp"
#include "dialects/object.hpp"
#include "dialects/own_vocabulary.hpp"
#include "placement/model/check.hpp"
#include "placement/topology/machine_library.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

namespace muster {
namespace {

class NoOwners final : public OwnerDefaults {
  public:
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view) const override { return std::nullopt; }
};

void check_error(const Error& error) {
    MUSTER_CHECK(!error.where.empty() && !error.what.empty());
}

void check_node(const Object& document) {
    const auto node = read_node(document, built_in_machines());
    MUSTER_CHECK(read_node(document, built_in_machines()) == node);
    if (!node) return check_error(node.error());
    for (const auto& error : node->machine_errors) check_error(error);
    MUSTER_CHECK(static_cast<bool>(node->machine) != node->gpu_resource.empty());
    MUSTER_CHECK(std::ranges::is_sorted(node->shared_devices));
    for (const auto& [resource, devices] : node->shared_devices)
        MUSTER_CHECK(!resource.empty() && devices >= 1 && std::cmp_less_equal(devices, kMaxGpus));
    if (!node->machine) return MUSTER_CHECK(node->gpu_ids.empty());
    MUSTER_CHECK(std::cmp_equal(node->machine->gpu_count(), node->allocatable.get(node->gpu_resource)));
    MUSTER_CHECK(node->gpu_ids.empty() || node->gpu_ids.size() == node->machine->gpu_count());
}

void check_document(const Object& document) {
    const auto pod = read_pod(document, {"muster", "default-scheduler"}, NoOwners());
    if (!pod) check_error(pod.error());
    if (pod) {
        MUSTER_CHECK(!pod->key.name.empty());
        MUSTER_CHECK(pod->shape.requests.get(kPodSlots) >= 1);
        for (const auto& error : pod->gang_errors) check_error(error);
        MUSTER_CHECK(pod->devices.empty() || (pod->bound() && std::ranges::is_sorted(pod->devices)));
        MUSTER_CHECK(std::ranges::is_sorted(pod->shape.shares));
        for (const auto& share : pod->shape.shares) {
            MUSTER_CHECK(share.amount > 0 && share.devices >= 1);
            MUSTER_CHECK(share.amount <= pod->shape.requests.get(share.resource) / share.devices);
        }
        MUSTER_CHECK(pod->share_devices.empty() || (pod->bound() && std::ranges::is_sorted(pod->share_devices)));
        for (const auto& entry : pod->shape.requests.entries()) MUSTER_CHECK(entry.second > 0);
    }
    check_node(document);
    if (const auto pods = expand_job(document); !pods) check_error(pods.error());
}

void check(std::string_view bytes) {
    if (const auto plan = decode_plan(bytes)) MUSTER_CHECK(decode_plan(encode_plan(*plan)) == plan);
    const auto documents = parse_any(bytes, "fuzz");
    if (!documents) return;
    for (const auto& document : *documents) check_document(document);
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
