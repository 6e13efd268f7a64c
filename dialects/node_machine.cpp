#include "dialects/node_machine.hpp"

#include "config/nearest.hpp"
#include "dialects/field_reader.hpp"
#include "dialects/gpu_resources.hpp"
#include "dialects/own_vocabulary.hpp"
#include "dialects/shared_devices.hpp"
#include "dialects/topology/machine_dump.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <expected>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::string_view kCountLabel = "nvidia.com/gpu.count";
constexpr std::string_view kProductLabel = "nvidia.com/gpu.product";
constexpr std::string_view kReplicasLabel = "nvidia.com/gpu.replicas";
constexpr std::string_view kSharingLabel = "nvidia.com/gpu.sharing-strategy";
// GKE's own words for both, on nodes without NVIDIA's discovery.
constexpr std::string_view kGkeSharingLabel = "cloud.google.com/gke-gpu-sharing-strategy";
constexpr std::string_view kGkePartitionLabel = "cloud.google.com/gke-gpu-partition-size";
constexpr std::string_view kMigPrefix = "nvidia.com/mig-";
// The same facts in the words of AMD's labeller, newest first. Its older labels carry the id in the key, the count in
// the value.
constexpr std::array<std::string_view, 4> kAmdProducts{"amd.com/gpu.product-name", "beta.amd.com/gpu.product-name",
                                                       "amd.com/gpu.device-id", "beta.amd.com/gpu.device-id"};
constexpr std::string_view kAmdIdPrefix = "beta.amd.com/gpu.device-id.";
constexpr std::array<std::string_view, 2> kInstanceLabels{"node.kubernetes.io/instance-type",
                                                          "beta.kubernetes.io/instance-type"};
// Machines read from annotations share this name: equal dumps are one machine.
constexpr std::string_view kDumpName = "machine-dump";

constexpr std::array kNodeAnnotations{kMachineAnnotation, kMachineDumpAnnotation, kGpuIdsAnnotation,
                                      kSharedDevicesAnnotation};

struct MachineFault {
    std::string what;
    std::string remedy;
};

struct WholeGpus {
    GpuResource resource;
    std::int64_t count = 0;
};

std::optional<std::int64_t> whole_number(const std::string* text) {
    if (text == nullptr) return std::nullopt;
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    if (error != std::errc() || end != text->data() + text->size()) return std::nullopt;
    return value;
}

class NodeMachine {
  public:
    NodeMachine(const Object& node, const MachineSource& machines, NodeFacts& facts)
        : node_(node), annotations_(node["metadata"]["annotations"]), machines_(machines), facts_(facts) {}

    void read() {
        check_keys();
        const bool named = annotations_.has(kMachineAnnotation), dumped = annotations_.has(kMachineDumpAnnotation);
        if (named && dumped) {
            complain(kMachineAnnotation, {"stands beside " + std::string(kMachineDumpAnnotation), "keep one"});
        } else if (named || dumped) {
            read_annotated(dumped ? kMachineDumpAnnotation : kMachineAnnotation);
        } else {
            read_labelled();
        }
        read_ids();
    }

  private:
    void complain(std::string_view annotation, MachineFault fault, std::string_view inside = {}) {
        facts_.machine_errors.push_back({ErrorCode::bad_input,
                                         object_name("node", node_) + ": metadata.annotations[" +
                                             std::string(annotation) + "]" + std::string(inside),
                                         std::move(fault.what), std::move(fault.remedy)});
    }
    void check_keys() {
        for (const auto& field : annotations_.fields()) {
            const std::string& key = field.first;
            if (!key.starts_with(kPrefix) || std::ranges::find(kNodeAnnotations, key) != kNodeAnnotations.end())
                continue;
            complain(key, {"is no annotation of Muster for nodes", suggest(key, kNodeAnnotations)});
        }
    }
    [[nodiscard]] const std::string* label(std::string_view key) const { return find_label(facts_.labels, key); }
    [[nodiscard]] std::string label_or_empty(std::string_view key) const {
        const std::string* const value = label(key);
        return value == nullptr ? std::string() : *value;
    }

    // What the node offers, if its devices are whole GPUs of one kind.
    [[nodiscard]] std::expected<WholeGpus, MachineFault> whole_gpus() const {
        std::optional<WholeGpus> found;
        for (const auto& resource : kGpuResources) {
            const std::int64_t count = facts_.allocatable.get(resource.name);
            if (count <= 0) continue;
            if (found) return std::unexpected(MachineFault{"the node offers GPUs of two vendors", "remove it"});
            found = WholeGpus{resource, count};
        }
        if (!found) {
            return std::unexpected(MachineFault{"the node offers neither nvidia.com/gpu nor amd.com/gpu",
                                                "remove it, or start the device plugin"});
        }
        if (found->resource.vendor == Vendor::nvidia) {
            if (auto fault = cut_or_shared()) return std::unexpected(*std::move(fault));
        }
        return *found;
    }

    [[nodiscard]] std::optional<MachineFault> cut_or_shared() const {
        const std::string product = label_or_empty(kProductLabel);
        const auto stated = [&](std::string_view key) {
            const std::string* const value = label(key);
            return value != nullptr && !value->empty() && *value != "none";
        };
        if (whole_number(label(kReplicasLabel)).value_or(1) > 1 || product.ends_with("-SHARED") ||
            stated(kSharingLabel) || stated(kGkeSharingLabel)) {
            return MachineFault{"the node's GPUs are shared, so what it offers are shares and not devices",
                                "remove it, or end the sharing"};
        }
        const bool cut = std::ranges::any_of(facts_.allocatable.entries(), [](const auto& entry) {
            return entry.first.starts_with(kMigPrefix) && entry.second > 0;
        });
        if (cut || product.find("-MIG-") != std::string::npos || stated(kGkePartitionLabel)) {
            return MachineFault{"GPUs of the node are cut into MIG partitions, which are no GPUs of a machine",
                                "remove it, or turn MIG off"};
        }
        return std::nullopt;
    }

    void read_annotated(std::string_view annotation) {
        const auto gpus = whole_gpus();
        if (!gpus) return complain(annotation, gpus.error());
        MachineRef machine = annotation == kMachineAnnotation ? find_named() : read_dump();
        if (machine) take(std::move(machine), *gpus, annotation);
    }

    MachineRef find_named() {
        const std::string name(annotations_[kMachineAnnotation].text());
        MachineRef machine = machines_.named(name);
        if (!machine)
            complain(kMachineAnnotation, {"\"" + name + "\" is no known machine", suggest(name, machines_.names())});
        return machine;
    }

    MachineRef read_dump() {
        auto machine = read_machine_dump(annotations_[kMachineDumpAnnotation].text(), kDumpName);
        if (!machine) {
            const Error error = std::move(machine).error();
            std::string_view inside = error.where;
            if (inside.starts_with(kDumpName)) inside.remove_prefix(kDumpName.size());
            complain(kMachineDumpAnnotation, {error.what, error.remedy}, inside);
            return {};
        }
        facts_.gpu_ids = machine->take_uuids();
        return MachineRef(std::make_shared<const MachineGraph>(*std::move(machine)));
    }

    void read_labelled() {
        const auto gpus = whole_gpus();
        if (!gpus) return;
        const std::int64_t counted = whole_number(label(kCountLabel)).value_or(gpus->count);
        for (const auto& product : products(*gpus)) {
            GpuFacts facts;
            facts.product = product;
            facts.count = static_cast<std::int32_t>(std::clamp<std::int64_t>(counted, 0, 1'000'000));
            for (const auto key : kInstanceLabels) {
                if (facts.instance_type.empty()) facts.instance_type = label_or_empty(key);
            }
            if (auto machine = machines_.fitting(facts)) return take(std::move(machine), *gpus, {});
        }
    }

    [[nodiscard]] std::vector<std::string> products(const WholeGpus& gpus) const {
        if (gpus.resource.vendor == Vendor::nvidia) return {label_or_empty(kProductLabel)};
        std::vector<std::string> products;
        for (const auto key : kAmdProducts) {
            if (const std::string* const value = label(key)) products.push_back(*value);
        }
        for (const auto& [key, value] : facts_.labels) {
            if (key.starts_with(kAmdIdPrefix)) products.push_back(key.substr(kAmdIdPrefix.size()));
        }
        if (products.empty()) products.emplace_back();  // the instance type may tell
        return products;
    }

    // `annotation`: what named the machine; empty: labels did.
    void take(MachineRef machine, const WholeGpus& gpus, std::string_view annotation) {
        std::optional<MachineFault> fault;
        if (machine->vendor() != Vendor::other && machine->vendor() != gpus.resource.vendor) {
            fault = MachineFault{"is a machine of another vendor than " + std::string(gpus.resource.name),
                                 "give the node's own"};
        } else if (std::cmp_not_equal(machine->gpu_count(), gpus.count)) {
            fault = MachineFault{machine->name() + " has " + std::to_string(machine->gpu_count()) + " GPUs, and " +
                                     std::to_string(gpus.count) + " of " + std::string(gpus.resource.name) +
                                     " are allocatable, so which they are is not known",
                                 "see why the others are missing, or give the machine as it is"};
        }
        if (!fault) {
            facts_.machine = std::move(machine);
            facts_.gpu_resource = gpus.resource.name;
            return;
        }
        facts_.gpu_ids.clear();
        if (!annotation.empty()) return complain(annotation, *std::move(fault));
        facts_.machine_errors.push_back({ErrorCode::bad_input, object_name("node", node_) + ": status.allocatable",
                                         std::move(fault->what), std::move(fault->remedy)});
    }

    void read_ids() {
        if (!annotations_.has(kGpuIdsAnnotation)) return;
        if (!facts_.machine) {
            if (facts_.machine_errors.empty()) {
                complain(kGpuIdsAnnotation, {"has no effect, since the node's machine is not known",
                                             "give it with " + std::string(kMachineAnnotation) + ", or remove it"});
            }
            return;
        }
        std::vector<std::string> ids = split(annotations_[kGpuIdsAnnotation].text());
        const std::set<std::string_view> distinct(ids.begin(), ids.end());
        if (ids.size() != facts_.machine->gpu_count() || distinct.size() != ids.size() || distinct.contains("")) {
            return complain(kGpuIdsAnnotation, {"is no list of " + std::to_string(facts_.machine->gpu_count()) +
                                                    " different ids separated by commas",
                                                "write one for each GPU, by ordinal"});
        }
        facts_.gpu_ids = std::move(ids);
    }

    // At commas and line ends, blanks around dropped; one list may end with a line end.
    static std::vector<std::string> split(std::string_view text) {
        constexpr std::string_view kBlank = " \t\r\n";
        std::vector<std::string> items;
        while (true) {
            const std::size_t end = std::min(text.find_first_of(",\n"), text.size());
            std::string_view item = text.substr(0, end);
            item.remove_prefix(std::min(item.find_first_not_of(kBlank), item.size()));
            item = item.substr(0, item.find_last_not_of(kBlank) + 1);
            const bool last = end == text.size();
            if (!(last && item.empty() && !items.empty())) items.emplace_back(item);
            if (last) return items;
            text.remove_prefix(end + 1);
        }
    }

    const Object& node_;
    const Object& annotations_;
    const MachineSource& machines_;
    NodeFacts& facts_;
};

}  // namespace

void read_node_machine(const Object& node, const MachineSource& machines, NodeFacts& facts) {
    NodeMachine(node, machines, facts).read();
}

}  // namespace muster
