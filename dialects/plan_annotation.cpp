// The annotation `plan`: what Muster writes on a pod before it lifts the gate, and reads back after a restart.
#include "dialects/object.hpp"
#include "dialects/own_vocabulary.hpp"

#include <limits>
#include <string>

#include <nlohmann/json.hpp>

namespace muster {
namespace {

constexpr std::int64_t kFormat = 1;

std::optional<std::uint64_t> counter(const Object& value) {
    const auto number = value.kind() == ObjectKind::number ? value.integer() : std::nullopt;
    if (!number || *number < 0) return std::nullopt;
    return static_cast<std::uint64_t>(*number);
}

}  // namespace

std::string encode_plan(const WrittenPlan& plan) {
    nlohmann::ordered_json json;
    json["v"] = kFormat;
    json["epoch"] = plan.epoch.value();
    json["term"] = plan.term.value();
    if (!plan.node.empty()) json["node"] = plan.node.str();
    if (plan.rank >= 0) json["rank"] = plan.rank;
    return json.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::optional<WrittenPlan> decode_plan(std::string_view text) {
    if (text.empty()) return std::nullopt;
    const auto object = parse_json(text, "", RepeatedKey::refused);
    if (!object || (*object)["v"].integer() != kFormat) return std::nullopt;
    const auto epoch = counter((*object)["epoch"]);
    const auto term = counter((*object)["term"]);
    if (!epoch || !term) return std::nullopt;
    WrittenPlan plan;
    plan.epoch = Epoch(*epoch);
    plan.term = Term(*term);
    plan.node = NodeName(std::string((*object)["node"].string_or("")));
    const Object& rank = (*object)["rank"];
    if (!rank.is_null()) {
        const auto value = counter(rank);
        if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int32_t>::max()))
            return std::nullopt;
        plan.rank = static_cast<std::int32_t>(*value);
    }
    return plan;
}

}  // namespace muster
