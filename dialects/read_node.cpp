#include "dialects/field_reader.hpp"
#include "dialects/kubernetes.hpp"
#include "dialects/node_machine.hpp"
#include "dialects/pod_requests.hpp"
#include "dialects/shared_devices.hpp"
#include "dialects/taint_effect.hpp"

namespace muster {
namespace {

void read_taints(FieldReader& reader, const Object& spec, NodeFacts& facts) {
    const auto items = reader.list(spec, "taints");
    const auto step = reader.enter("taints");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& item = reader.item_map(items[i]);
        Taint taint;
        taint.key = reader.text(item, "key");
        taint.value = reader.text(item, "value");
        const auto effect = read_taint_effect(reader, item);
        if (!effect) {
            const auto field = reader.enter("effect");
            reader.fail("is missing", "write NoSchedule, PreferNoSchedule or NoExecute");
        }
        taint.effect = effect.value_or(TaintEffect::no_schedule);
        facts.taints.push_back(std::move(taint));
    }
}

bool is_ready(const Object& status) {
    for (const auto& condition : status["conditions"].items()) {
        if (condition["type"].text() == "Ready") return condition["status"].text() == "True";
    }
    return true;  // a manifest has no conditions
}

}  // namespace

Result<NodeFacts> read_node(const Object& node) {
    FieldReader reader("node", node);
    NodeFacts facts;
    {
        const Object& metadata = reader.map(node, "metadata");
        const auto step = reader.enter("metadata");
        facts.name = NodeName(std::string(reader.text(metadata, "name")));
        if (facts.name.empty()) {
            const auto field = reader.enter("name");
            reader.fail("is missing", "give the node a name");
        }
        facts.labels = reader.labels(metadata, "labels");
    }
    {
        const Object& spec = reader.map(node, "spec");
        const auto step = reader.enter("spec");
        facts.unschedulable = reader.flag(spec, "unschedulable");
        read_taints(reader, spec, facts);
    }
    {
        const Object& status = reader.map(node, "status");
        const auto step = reader.enter("status");
        // The API server fills absent allocatable from capacity.
        facts.allocatable = read_amounts(reader, status, status["allocatable"].is_null() ? "capacity" : "allocatable");
        facts.ready = is_ready(status);
    }
    if (!reader.ok()) return std::unexpected(reader.error());
    read_shared_devices(node, facts);
    return facts;
}

Result<NodeFacts> read_node(const Object& node, const MachineSource& machines) {
    auto facts = read_node(node);
    if (facts) read_node_machine(node, machines, *facts);
    return facts;
}

}  // namespace muster
