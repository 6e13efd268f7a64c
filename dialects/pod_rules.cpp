#include "dialects/pod_rules.hpp"

#include "config/nearest.hpp"
#include "dialects/own_vocabulary.hpp"
#include "dialects/taint_effect.hpp"
#include "placement/model/level.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::string_view kRequired = "requiredDuringSchedulingIgnoredDuringExecution";

constexpr std::array<std::pair<std::string_view, SelectorOp>, 6> kOperators{
    {{"In", SelectorOp::in},
     {"NotIn", SelectorOp::not_in},
     {"Exists", SelectorOp::exists},
     {"DoesNotExist", SelectorOp::does_not_exist},
     {"Gt", SelectorOp::gt},
     {"Lt", SelectorOp::lt}}};

SelectorOp read_operator(FieldReader& reader, const Object& expression) {
    const std::string_view text = reader.text(expression, "operator");
    for (const auto& [name, op] : kOperators) {
        if (name == text) return op;
    }
    std::array<std::string_view, kOperators.size()> names;
    std::ranges::transform(kOperators, names.begin(), [](const auto& entry) { return entry.first; });
    const auto step = reader.enter("operator");
    reader.fail("\"" + std::string(text) + "\" is not an operator", suggest(text, names));
    return SelectorOp::in;
}

void read_expressions(FieldReader& reader, const Object& term, std::string_view field, bool of_fields,
                      SelectorTerm& into) {
    const auto items = reader.list(term, field);
    const auto step = reader.enter(field);
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& item = reader.item_map(items[i]);
        SelectorExpression expression;
        expression.key = reader.text(item, "key");
        expression.op = read_operator(reader, item);
        expression.values = reader.texts(item, "values");
        expression.field = of_fields;
        into.push_back(std::move(expression));
    }
}

void read_node_affinity(FieldReader& reader, const Object& affinity, PodShape& shape) {
    const Object& node_affinity = reader.map(affinity, "nodeAffinity");
    const auto step = reader.enter("nodeAffinity");
    const Object& required = reader.map(node_affinity, kRequired);
    if (required.is_null()) return;
    const auto inner = reader.enter(kRequired);
    const auto terms = reader.list(required, "nodeSelectorTerms");
    const auto list = reader.enter("nodeSelectorTerms");
    shape.required_affinity.emplace();
    for (std::size_t i = 0; i < terms.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& item = reader.item_map(terms[i]);
        SelectorTerm term;
        read_expressions(reader, item, "matchExpressions", false, term);
        read_expressions(reader, item, "matchFields", true, term);
        shape.required_affinity->push_back(std::move(term));
    }
}

void read_tolerations(FieldReader& reader, const Object& spec, PodShape& shape) {
    const auto items = reader.list(spec, "tolerations");
    const auto step = reader.enter("tolerations");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& item = reader.item_map(items[i]);
        Toleration toleration;
        toleration.key = reader.text(item, "key");
        toleration.value = reader.text(item, "value");
        const std::string_view op = reader.text(item, "operator");
        if (op == "Lt" || op == "Gt") {
            shape.unmodelled.emplace_back("spec.tolerations with operator " + std::string(op));
            continue;
        }
        toleration.exists = op == "Exists";
        if (!toleration.exists && !op.empty() && op != "Equal") {
            const auto field = reader.enter("operator");
            reader.fail("\"" + std::string(op) + "\" is not an operator", "known: Equal, Exists");
        }
        toleration.effect = read_taint_effect(reader, item);
        shape.tolerations.push_back(std::move(toleration));
    }
}

void read_ports(FieldReader& reader, const Object& container, bool host_network, PodShape& shape) {
    const auto items = reader.list(container, "ports");
    const auto step = reader.enter("ports");
    for (std::size_t i = 0; i < items.size(); ++i) {
        const auto at = reader.enter(i);
        const Object& port = reader.item_map(items[i]);
        // With hostNetwork the API server sets hostPort to containerPort.
        auto number = reader.integer(port, "hostPort");
        if (host_network && number.value_or(0) == 0) number = reader.integer(port, "containerPort");
        if (number.value_or(0) == 0) continue;
        if (*number < 0 || *number > 65'535) {
            const auto field = reader.enter("hostPort");
            reader.fail(std::to_string(*number) + " is not a port", "write 1 to 65535");
        }
        const std::string_view protocol = reader.text(port, "protocol");
        const std::string_view ip = reader.text(port, "hostIP");
        shape.host_ports.push_back(std::string(protocol.empty() ? "TCP" : protocol) + "/" +
                                   std::string(ip.empty() ? "0.0.0.0" : ip) + "/" + std::to_string(*number));
    }
}

void read_host_ports(FieldReader& reader, const Object& spec, PodShape& shape) {
    const bool host_network = reader.flag(spec, "hostNetwork");
    for (const std::string_view field : {"containers", "initContainers"}) {
        const auto items = reader.list(spec, field);
        const auto step = reader.enter(field);
        for (std::size_t i = 0; i < items.size(); ++i) {
            const auto at = reader.enter(i);
            const Object& container = reader.item_map(items[i]);
            // Of init containers only sidecars keep their ports.
            if (field == "initContainers" && container["restartPolicy"].text() != "Always") continue;
            read_ports(reader, container, host_network, shape);
        }
    }
    std::ranges::sort(shape.host_ports);
    const auto repeated = std::ranges::unique(shape.host_ports);
    shape.host_ports.erase(repeated.begin(), repeated.end());
}

// Labels that only members of the pod's own gang carry: the gang label, or those of its Job if the Job is the gang.
bool names_own_gang(const Object& pod, std::string_view key) {
    const bool by_label = pod["metadata"]["labels"].has(kGangLabel);
    if (by_label) return key == kGangLabel;
    return key == "batch.kubernetes.io/controller-uid" || key == "controller-uid" ||
           key == "batch.kubernetes.io/job-name" || key == "job-name";
}

bool selects_own_gang_only(const Object& pod, const Object& selector) {
    const auto labels = selector["matchLabels"].fields();
    const auto expressions = selector["matchExpressions"].items();
    if (labels.size() + expressions.size() != 1) return false;
    const Object& own = pod["metadata"]["labels"];
    if (!labels.empty()) {
        const auto& [key, value] = labels.front();
        return names_own_gang(pod, key) && own.has(key) && own[key].text() == value.text();
    }
    const Object& expression = expressions.front();
    const std::string_view key = expression["key"].text();
    const auto values = expression["values"].items();
    return expression["operator"].text() == "In" && values.size() == 1 && names_own_gang(pod, key) && own.has(key) &&
           own[key].text() == values.front().text();
}

// "No second member of my gang on this host", the one form of pod anti-affinity that the planner models.
bool is_one_per_host(const Object& pod, const Object& term) {
    if (term["topologyKey"].text() != kHostnameLabel) return false;
    if (!term["namespaceSelector"].is_null() || !term["matchLabelKeys"].items().empty() ||
        !term["mismatchLabelKeys"].items().empty()) {
        return false;
    }
    const auto namespaces = term["namespaces"].items();
    const std::string_view own = pod["metadata"]["namespace"].string_or("default");
    if (!std::ranges::all_of(namespaces, [&](const Object& ns) { return ns.text() == own; })) return false;
    return selects_own_gang_only(pod, term["labelSelector"]);
}

void read_pod_affinity(FieldReader& reader, const Object& pod, const Object& affinity, PodShape& shape) {
    if (!reader.list(reader.map(affinity, "podAffinity"), kRequired).empty()) {
        shape.unmodelled.emplace_back("spec.affinity.podAffinity");
    }
    for (const auto& term : reader.list(reader.map(affinity, "podAntiAffinity"), kRequired)) {
        if (is_one_per_host(pod, term)) {
            shape.one_per_host = true;
        } else {
            shape.unmodelled.emplace_back("spec.affinity.podAntiAffinity");
        }
    }
}

void read_unmodelled(FieldReader& reader, const Object& spec, PodShape& shape) {
    for (const auto& constraint : reader.list(spec, "topologySpreadConstraints")) {
        // DoNotSchedule is also the default of the field.
        if (constraint["whenUnsatisfiable"].text() != "ScheduleAnyway")
            shape.unmodelled.emplace_back("spec.topologySpreadConstraints");
    }
    if (!reader.list(spec, "resourceClaims").empty()) shape.unmodelled.emplace_back("spec.resourceClaims");
    std::ranges::sort(shape.unmodelled);
    const auto repeated = std::ranges::unique(shape.unmodelled);
    shape.unmodelled.erase(repeated.begin(), repeated.end());
}

}  // namespace

void read_pod_rules(FieldReader& reader, const Object& pod, PodShape& shape) {
    const Object& spec = pod["spec"];
    const auto step = reader.enter("spec");
    shape.node_selector = reader.labels(spec, "nodeSelector");
    read_tolerations(reader, spec, shape);
    read_host_ports(reader, spec, shape);
    {
        const Object& affinity = reader.map(spec, "affinity");
        const auto inner = reader.enter("affinity");
        read_node_affinity(reader, affinity, shape);
        read_pod_affinity(reader, pod, affinity, shape);
    }
    read_unmodelled(reader, spec, shape);
}

}  // namespace muster
