#include "dialects/reason_text.hpp"

#include "config/nearest.hpp"

#include <vector>

namespace muster {
namespace {

std::string members(std::int32_t count) {
    return std::to_string(count) + (count == 1 ? " member" : " members");
}

std::string joined(const std::vector<std::string>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) text += (i == 0 ? "" : ", ") + words[i];
    return text;
}

std::string limit_of(const Shortfall& shortfall) {
    return shortfall.resource.empty() ? "" : " (lacking " + shortfall.resource + ")";
}

std::string level_too_small(const Shortfall& shortfall) {
    const std::string best = shortfall.best <= 0 ? "none has room for any"
                             : shortfall.domain.empty()
                                 ? "the best has room for " + std::to_string(shortfall.best)
                                 : "the best, " + shortfall.domain + ", has room for " + std::to_string(shortfall.best);
    return "no " + shortfall.level + " has room for " + members(shortfall.need) + " at once: " + best +
           limit_of(shortfall);
}

std::string unknown_level(const Shortfall& shortfall) {
    const std::vector<std::string_view> known(shortfall.details.begin(), shortfall.details.end());
    const std::string hint =
        known.empty() ? "the nodes carry no label of a known hierarchy" : suggest(shortfall.level, known);
    return "this cluster has no level \"" + shortfall.level + "\"; " + hint;
}

// Features that the planner does not model may be the true cause: a refusal for another reason names them too.
std::string caveat(const Shortfall& shortfall) {
    if (shortfall.code == ReasonCode::unmodelled) return {};
    std::vector<std::string> features;
    for (const auto& detail : shortfall.details) {
        if (detail.starts_with("spec.")) features.push_back(detail);
    }
    return features.empty() ? "" : "; not taken into account: " + joined(features);
}

std::string sentence_now(const Shortfall& shortfall) {
    switch (shortfall.code) {
        case ReasonCode::level_too_small:
            return level_too_small(shortfall);
        case ReasonCode::cluster_too_small:
            return "all nodes together have room for " + std::to_string(shortfall.best) + " of " +
                   members(shortfall.need) + limit_of(shortfall);
        case ReasonCode::no_eligible_node:
            return "no node admits these pods: node selector, affinity, taints or the nodes' state exclude every one";
        case ReasonCode::unknown_level:
            return unknown_level(shortfall);
        case ReasonCode::fixed_apart:
            return "bound members already lie in different domains of the required level " + shortfall.level;
        case ReasonCode::several_roles:
            return "members differ in requests or node rules; give all members of a gang the same pod template";
        case ReasonCode::unmodelled:
            return "the pods use what the planner does not take into account: " + joined(shortfall.details) +
                   "; remove it, or take the pods out of the gang";
    }
    return "";
}

}  // namespace

std::string_view reason_code_name(ReasonCode code) {
    switch (code) {
        case ReasonCode::level_too_small:
            return "level-too-small";
        case ReasonCode::cluster_too_small:
            return "cluster-too-small";
        case ReasonCode::no_eligible_node:
            return "no-eligible-node";
        case ReasonCode::unknown_level:
            return "unknown-level";
        case ReasonCode::fixed_apart:
            return "fixed-apart";
        case ReasonCode::several_roles:
            return "several-roles";
        case ReasonCode::unmodelled:
            return "unmodelled";
    }
    return "unknown";
}

std::string reason_sentence(const Shortfall& shortfall, bool never) {
    const std::string now = sentence_now(shortfall) + caveat(shortfall);
    return never ? "never on today's nodes, even with every other pod gone: " + now : now;
}

}  // namespace muster
