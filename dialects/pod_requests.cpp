#include "dialects/pod_requests.hpp"

#include "dialects/quantity.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

namespace muster {
namespace {

// Names that containers declare, with amount 0 too: a declared 0 is not defaulted.
using DeclaredNames = std::set<std::string, std::less<>>;

struct ContainerAmounts {
    ResourceAmounts declared;   // spec, limits filled in for absent requests
    ResourceAmounts allocated;  // what the kubelet has set aside, where it says so
    ResourceAmounts actuated;   // what runs, where it says so
    bool sidecar = false;
};

bool supported_on_pod_level(std::string_view resource) {
    return resource == kCpu || resource == kMemory || resource.starts_with("hugepages-");
}

void read_amount(FieldReader& reader, const std::string& name, const Object& value, ResourceAmounts& into) {
    const auto entry = reader.enter_entry(name);
    if (value.kind() != ObjectKind::string && value.kind() != ObjectKind::number) {
        reader.fail("is a " + std::string(kind_name(value.kind())), "write a quantity, e.g. 2, 500m or 4Gi");
        return;
    }
    const auto amount = parse_amount(name, value.text());
    if (!amount) {
        reader.fail(amount.error());
    } else if (is_whole_resource(name) && !is_whole_quantity(value.text())) {
        reader.fail("\"" + std::string(value.text()) + "\" is a part of an indivisible resource",
                    "write a whole number");
    } else {
        into.set(name, *amount);
    }
}

// Requests of one container or pod, absent ones defaulted from its limits as the API server does.
ResourceAmounts read_defaulted(FieldReader& reader, const Object& resources, DeclaredNames& names) {
    ResourceAmounts amounts = read_amounts(reader, resources, "requests");
    const Object& requests = resources["requests"];
    for (const auto& field : requests.fields()) names.insert(field.first);
    const auto limits = reader.map(resources, "limits").fields();
    const auto step = reader.enter("limits");
    for (const auto& [name, value] : limits) {
        if (requests.has(name)) continue;
        read_amount(reader, name, value, amounts);
        names.insert(name);
    }
    return amounts;
}

// The status of the container by its name, or a null object.
const Object& status_of(const Object& pod, std::string_view container) {
    for (const char* list : {"containerStatuses", "initContainerStatuses"}) {
        for (const auto& status : pod["status"][list].items()) {
            if (status["name"].text() == container) return status;
        }
    }
    static const Object kNone;
    return kNone;
}

bool resize_is_infeasible(const Object& pod) {
    for (const auto& condition : pod["status"]["conditions"].items()) {
        if (condition["type"].text() == "PodResizePending") return condition["reason"].text() == "Infeasible";
    }
    return false;
}

ContainerAmounts read_container(FieldReader& reader, const Object& pod, const Object& container, DeclaredNames& names) {
    ContainerAmounts amounts;
    amounts.sidecar = container["restartPolicy"].text() == "Always";
    {
        const Object& resources = reader.map(container, "resources");
        const auto step = reader.enter("resources");
        amounts.declared = read_defaulted(reader, resources, names);
    }
    const Object& status = status_of(pod, container["name"].text());
    const Object& allocated = status["allocatedResources"];
    const Object& running = status["resources"]["requests"];
    if (allocated.is_null() && running.is_null()) {
        if (!resize_is_infeasible(pod)) amounts.allocated = amounts.actuated = amounts.declared;
        return amounts;
    }
    const ResourceAmounts fallback = resize_is_infeasible(pod) ? ResourceAmounts() : amounts.declared;
    amounts.allocated = allocated.is_null() ? fallback : read_amounts(reader, status, "allocatedResources");
    amounts.actuated = running.is_null() ? amounts.allocated : read_amounts(reader, status["resources"], "requests");
    return amounts;
}

std::vector<ContainerAmounts> read_containers(FieldReader& reader, const Object& pod, std::string_view field,
                                              DeclaredNames& names) {
    std::vector<ContainerAmounts> containers;
    const auto items = reader.list(pod["spec"], field);
    const auto step = reader.enter(field);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = reader.enter(i);
        containers.push_back(read_container(reader, pod, reader.item_map(items[i]), names));
    }
    return containers;
}

// Sum of containers and sidecars, raised to the largest moment of the initialisation: while init container i runs, the
// sidecars before it run too.
ResourceAmounts aggregate(const std::vector<ContainerAmounts>& containers, const std::vector<ContainerAmounts>& inits,
                          ResourceAmounts ContainerAmounts::* amounts) {
    ResourceAmounts sum;
    for (const auto& container : containers) sum.add(container.*amounts);
    ResourceAmounts sidecars;
    ResourceAmounts peak;
    for (const auto& init : inits) {
        if (init.sidecar) {
            sum.add(init.*amounts);
            sidecars.add(init.*amounts);
            peak.raise_to(sidecars);
        } else {
            ResourceAmounts moment = sidecars;
            moment.add(init.*amounts);
            peak.raise_to(moment);
        }
    }
    sum.raise_to(peak);
    return sum;
}

// spec.resources: requests replace; a limit without request does so too, unless some container declares that resource
// (huge pages cannot be overcommitted: their limit always does).
void apply_pod_level(FieldReader& reader, const Object& spec, const DeclaredNames& names, ResourceAmounts& sum) {
    const Object& resources = reader.map(spec, "resources");
    const auto step = reader.enter("resources");
    const ResourceAmounts requests = read_amounts(reader, resources, "requests");
    const ResourceAmounts limits = read_amounts(reader, resources, "limits");
    for (const auto& field : resources["requests"].fields()) {
        if (supported_on_pod_level(field.first)) sum.set(field.first, requests.get(field.first));
    }
    for (const auto& field : resources["limits"].fields()) {
        const std::string& name = field.first;
        if (!supported_on_pod_level(name) || resources["requests"].has(name)) continue;
        if (name.starts_with("hugepages-") || !names.contains(name)) sum.set(name, limits.get(name));
    }
}

}  // namespace

ResourceAmounts read_amounts(FieldReader& reader, const Object& parent, std::string_view field) {
    ResourceAmounts amounts;
    const auto fields = reader.map(parent, field).fields();
    const auto step = reader.enter(field);
    for (const auto& [name, value] : fields) read_amount(reader, name, value, amounts);
    return amounts;
}

ResourceAmounts read_pod_requests(FieldReader& reader, const Object& pod) {
    const Object& spec = pod["spec"];
    const auto step = reader.enter("spec");
    DeclaredNames names;
    const auto containers = read_containers(reader, pod, "containers", names);
    const auto inits = read_containers(reader, pod, "initContainers", names);
    ResourceAmounts sum;
    if (!resize_is_infeasible(pod)) sum = aggregate(containers, inits, &ContainerAmounts::declared);
    sum.raise_to(aggregate(containers, inits, &ContainerAmounts::allocated));
    sum.raise_to(aggregate(containers, inits, &ContainerAmounts::actuated));
    apply_pod_level(reader, spec, names, sum);
    sum.add(read_amounts(reader, spec, "overhead"));
    sum.add({{std::string(kPodSlots), 1}});
    return sum;
}

}  // namespace muster
