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

std::string slices(const Shortfall& shortfall) {
    return "slices of " + std::to_string(shortfall.limit) + ", each in one " + shortfall.level;
}

// The domains over which members were wished to be spread, e.g. "3 domains of level rack".
std::string domains_of(const Shortfall& shortfall) {
    return std::to_string(shortfall.limit) + " domains of level " + shortfall.level;
}

// How many members find room as wished, and where.
std::string best_of(const Shortfall& shortfall) {
    if (shortfall.best < 0) return members(shortfall.need) + " have no place at once";
    if (shortfall.best == 0) return "no member has room" + limit_of(shortfall);
    const std::string where = shortfall.domain.empty() ? "" : " in " + shortfall.domain + ", the best,";
    return "only " + std::to_string(shortfall.best) + " of " + members(shortfall.need) + where + " have room" +
           limit_of(shortfall);
}

std::string wish_sentence(const Shortfall& shortfall) {
    const std::string other = shortfall.details.empty() ? "" : shortfall.details.front();
    switch (shortfall.code) {
        case ReasonCode::slices_not_nested:
            return slices(shortfall) + ", do not lie in those of each " + other +
                   ": give the smaller size, which divides the larger, to the finer level";
        case ReasonCode::slice_crosses:
            return slices(shortfall) + ", are not planned: " + shortfall.level +
                   " is a node label and no level; known are " + joined(shortfall.details);
        case ReasonCode::slice_above_required:
            return slices(shortfall) + ", say nothing where all members must share one " + other +
                   ", a finer level: remove the slices or require a coarser level";
        case ReasonCode::slice_uneven:
            return members(shortfall.need) + ", bound ones included, cannot be cut into " + slices(shortfall);
        case ReasonCode::spread_above_required:
            return "at least " + domains_of(shortfall) + " were wished where all members must share one " + other +
                   ": remove min or require a coarser level";
        case ReasonCode::spread_too_few:
            return members(shortfall.need) + " cannot be spread over " + domains_of(shortfall) +
                   (shortfall.best < shortfall.need
                        ? ", since they are only " + std::to_string(shortfall.best) + " slices that each lie in one"
                        : "");
        case ReasonCode::spread_too_narrow:
            return members(shortfall.need) + " have no place over at least " + domains_of(shortfall) +
                   (shortfall.best > 0 ? "; known are " + std::to_string(shortfall.best) : "");
        case ReasonCode::spread_unbalanced:
            return members(shortfall.need) + " have no place with the same number, or one more, in every " +
                   shortfall.level + " in use";
        case ReasonCode::slice_too_large:
            return "cut into " + slices(shortfall) + ", " + best_of(shortfall);
        case ReasonCode::spread_too_tight:
            return "with at most " + members(shortfall.limit) + " in one " + shortfall.level + ", " +
                   best_of(shortfall);
        default:
            return "with every " + shortfall.level + " to itself, free of other pods with devices, " +
                   best_of(shortfall);
    }
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
            return "slices that mix roles are planned only where each has the same number of members of every role, or "
                   "of one role alone, and nobody is bound yet";
        case ReasonCode::search_exhausted:
            return "the search ended before it found a place for all " + members(shortfall.need) +
                   " or a proof that there is none; fewer pod templates, or a required level, make it shorter";
        case ReasonCode::unmodelled:
            return "the pods use what the planner does not take into account: " + joined(shortfall.details) +
                   "; remove it, or take the pods out of the gang";
        case ReasonCode::slices_not_nested:
        case ReasonCode::slice_crosses:
        case ReasonCode::slice_above_required:
        case ReasonCode::slice_uneven:
        case ReasonCode::spread_above_required:
        case ReasonCode::spread_too_few:
        case ReasonCode::spread_too_narrow:
        case ReasonCode::spread_unbalanced:
        case ReasonCode::slice_too_large:
        case ReasonCode::spread_too_tight:
        case ReasonCode::not_exclusive:
            return wish_sentence(shortfall);
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
        case ReasonCode::search_exhausted:
            return "search-exhausted";
        case ReasonCode::unmodelled:
            return "unmodelled";
        case ReasonCode::slices_not_nested:
            return "slices-not-nested";
        case ReasonCode::slice_crosses:
            return "slice-crosses";
        case ReasonCode::slice_above_required:
            return "slice-above-required";
        case ReasonCode::slice_uneven:
            return "slice-uneven";
        case ReasonCode::spread_above_required:
            return "spread-above-required";
        case ReasonCode::spread_too_few:
            return "spread-too-few";
        case ReasonCode::spread_too_narrow:
            return "spread-too-narrow";
        case ReasonCode::spread_unbalanced:
            return "spread-unbalanced";
        case ReasonCode::slice_too_large:
            return "slice-too-large";
        case ReasonCode::spread_too_tight:
            return "spread-too-tight";
        case ReasonCode::not_exclusive:
            return "not-exclusive";
    }
    return "unknown";
}

std::string reason_sentence(const Shortfall& shortfall, bool never) {
    const std::string now = sentence_now(shortfall) + caveat(shortfall);
    return never ? "never on today's nodes, even with every other pod gone: " + now : now;
}

std::string wait_sentence(const Shortfall& shortfall, std::string_view until) {
    return "waits for its preferred level" + (until.empty() ? "" : " " + std::string(until)) +
           ", then takes any: " + sentence_now(shortfall) + caveat(shortfall);
}

std::string_view proof_name(Proof proof) {
    switch (proof) {
        case Proof::optimal:
            return "optimal";
        case Proof::bounded:
            return "bounded";
    }
    return "";
}

}  // namespace muster
