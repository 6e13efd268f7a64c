#include "placement/model/pod_shape.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string_view>

namespace muster {
namespace {

constexpr std::string_view kNameField = "metadata.name";

// As Go's ParseInt in base 10, which takes a leading plus.
std::optional<std::int64_t> as_number(std::string_view text) {
    if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

bool compare_numbers(const SelectorExpression& expression, const std::string* actual) {
    if (actual == nullptr || expression.values.size() != 1) return false;
    const auto have = as_number(*actual);
    const auto bound = as_number(expression.values.front());
    if (!have || !bound) return false;
    return expression.op == SelectorOp::gt ? *have > *bound : *have < *bound;
}

bool matches(const SelectorExpression& expression, const NodeFacts& node) {
    const std::string* actual = nullptr;
    if (expression.field) {
        if (expression.key != kNameField) return false;
        actual = &node.name.str();
    } else {
        actual = find_label(node.labels, expression.key);
    }
    const bool listed = actual != nullptr && std::ranges::find(expression.values, *actual) != expression.values.end();
    switch (expression.op) {
        case SelectorOp::in:
            return listed;
        case SelectorOp::not_in:
            return !listed;
        case SelectorOp::exists:
            return actual != nullptr;
        case SelectorOp::does_not_exist:
            return actual == nullptr;
        case SelectorOp::gt:
        case SelectorOp::lt:
            return compare_numbers(expression, actual);
    }
    return false;
}

}  // namespace

bool tolerates(const std::vector<Toleration>& tolerations, const Taint& taint) {
    return std::ranges::any_of(tolerations, [&](const Toleration& t) {
        if (t.effect && *t.effect != taint.effect) return false;
        if (t.key.empty()) return t.exists;
        if (t.key != taint.key) return false;
        return t.exists || t.value == taint.value;
    });
}

bool matches(const SelectorTerm& term, const NodeFacts& node) {
    return !term.empty() &&
           std::ranges::all_of(term, [&](const auto& expression) { return matches(expression, node); });
}

bool ports_conflict(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto address = [](std::string_view port) {
        const auto first = port.find('/');
        return port.substr(first + 1, port.rfind('/') - first - 1);
    };
    const auto wildcard = [&](std::string_view port) { return address(port).empty() || address(port) == "0.0.0.0"; };
    const bool same_protocol = a.substr(0, a.find('/')) == b.substr(0, b.find('/'));
    const bool same_port = a.substr(a.rfind('/') + 1) == b.substr(b.rfind('/') + 1);
    return same_protocol && same_port && (wildcard(a) || wildcard(b));
}

NodeVerdict judge_node(const PodShape& shape, const NodeFacts& node) {
    if (!node.ready) return NodeVerdict::not_ready;
    static const Taint kCordon{"node.kubernetes.io/unschedulable", "", TaintEffect::no_schedule};
    if (node.unschedulable && !tolerates(shape.tolerations, kCordon)) return NodeVerdict::cordoned;
    for (const auto& [key, value] : shape.node_selector) {
        const std::string* actual = find_label(node.labels, key);
        if (actual == nullptr || *actual != value) return NodeVerdict::selector;
    }
    if (shape.required_affinity &&
        std::ranges::none_of(*shape.required_affinity, [&](const auto& term) { return matches(term, node); })) {
        return NodeVerdict::affinity;
    }
    for (const auto& taint : node.taints) {
        if (taint.effect != TaintEffect::prefer_no_schedule && !tolerates(shape.tolerations, taint))
            return NodeVerdict::taint;
    }
    return NodeVerdict::ok;
}

}  // namespace muster
