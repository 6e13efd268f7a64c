#include "config/ranking_settings.hpp"

#include "config/nearest.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <utility>

namespace muster {
namespace {

using Kind = SettingsTree::Kind;
using Names = std::span<const std::string_view>;

// Stands for what a map lacks; its line is that of the map.
SettingsTree missing_in(const SettingsTree& map) {
    SettingsTree missing;
    missing.line = map.line;
    return missing;
}

std::string quoted(std::string_view text) {
    return "\"" + std::string(text) + "\"";
}

class Reader {
  public:
    Reader(std::string_view source, std::vector<Error>& errors) : source_(source), errors_(errors) {}

    void fail(const SettingsTree& at, const std::string& path, std::string what, std::string remedy) {
        std::string where(source_);
        if (at.line > 0) where += ":" + std::to_string(at.line);
        errors_.push_back({ErrorCode::bad_input, where + ": " + path, std::move(what), std::move(remedy)});
    }

    static SettingsTree child(const SettingsTree& map, std::string_view key) {
        const auto at = std::ranges::find(map.children, key, &SettingsTree::key);
        return map.kind == Kind::map && at != map.children.end() ? *at : missing_in(map);
    }
    static bool present(const SettingsTree& at) { return at.kind != Kind::missing && at.kind != Kind::null; }

    bool check_map(const SettingsTree& at, const std::string& path, Names known) {
        if (at.kind != Kind::map) {
            fail(at, path, "is not a map", "write e.g. {" + std::string(known.front()) + ": …}");
            return false;
        }
        std::set<std::string_view> seen;
        for (const auto& entry : at.children) {
            const std::string here = path.empty() ? entry.key : path + "." + entry.key;
            if (std::ranges::find(known, entry.key) == known.end()) {
                fail(entry, here, "is not a setting", suggest(entry.key, known));
            } else if (!seen.insert(entry.key).second) {
                fail(entry, here, "is written twice", "keep one");
            }
        }
        return true;
    }

    // false: it is no list of 1 to kMaxPolicyListEntries; said, unless it is missing.
    bool check_list(const SettingsTree& at, const std::string& path, const std::string& example) {
        if (!present(at)) return false;
        if (at.kind == Kind::list && !at.children.empty() && at.children.size() <= kMaxPolicyListEntries) return true;
        fail(at, path, "is not a list of 1 to " + std::to_string(kMaxPolicyListEntries), "write e.g. " + example);
        return false;
    }

    std::optional<std::string> text(const SettingsTree& at, const std::string& path, const std::string& example) {
        if (at.kind == Kind::scalar && !at.text.empty()) return at.text;
        fail(at, path, present(at) ? "is not a word" : "is missing", "write e.g. " + example);
        return std::nullopt;
    }

    std::optional<std::int64_t> number(const SettingsTree& at, const std::string& path, std::int64_t least,
                                       std::int64_t most) {
        std::int64_t value = 0;
        const char* const end = at.text.data() + at.text.size();
        const auto [stop, fault] = std::from_chars(at.text.data(), end, value);
        const bool whole = at.kind == Kind::scalar && fault == std::errc{} && stop == end;
        if (whole && value >= least && value <= most) return value;
        const std::string range = std::to_string(least) + " to " + std::to_string(most);
        fail(at, path, present(at) ? "is not a whole number from " + range : "is missing", "write " + range);
        return std::nullopt;
    }

    void read_flag(const SettingsTree& at, const std::string& path, bool& into) {
        static constexpr std::string_view kWords[] = {"true", "false"};
        if (std::ranges::find(kWords, at.text) == std::end(kWords)) {
            fail(at, path, quoted(at.text) + " is not a choice", suggest(at.text, kWords));
        } else {
            into = at.text == "true";
        }
    }

    void read_names(const SettingsTree& at, const std::string& path, const std::string& example,
                    std::vector<std::string>& into) {
        if (!check_list(at, path, "[" + example + "]")) return;
        std::vector<std::string> names;
        for (std::size_t i = 0; i < at.children.size(); ++i) {
            if (auto name = text(at.children[i], path + "[" + std::to_string(i) + "]", example))
                names.push_back(*std::move(name));
        }
        into = std::move(names);
    }

    void read_labels(const SettingsTree& at, const std::string& path, std::vector<LabelValue>& into) {
        static constexpr std::string_view kKeys[] = {"label", "value"};
        const std::string example = "{label: example.com/pool, value: new}";
        if (!check_list(at, path, "[" + example + "]")) return;
        std::vector<LabelValue> labels;
        for (std::size_t i = 0; i < at.children.size(); ++i) {
            const SettingsTree& entry = at.children[i];
            const std::string here = path + "[" + std::to_string(i) + "]";
            if (!check_map(entry, here, kKeys)) continue;
            auto label = text(child(entry, "label"), here + ".label", "example.com/pool");
            const SettingsTree value = child(entry, "value");
            if (value.kind == Kind::list || value.kind == Kind::map) fail(value, here + ".value", "is not a word", "");
            if (label) labels.push_back({*std::move(label), value.text});
        }
        into = std::move(labels);
    }

    void read_mix(const SettingsTree& at, const std::string& path, std::vector<LeastFragmentParams::Demand>& into) {
        static constexpr std::string_view kKeys[] = {"gpus", "pods"};
        if (!check_list(at, path, "[{gpus: 1, pods: 70}, {gpus: 8, pods: 30}]")) return;
        std::vector<LeastFragmentParams::Demand> mix;
        std::int64_t all = 0;
        for (std::size_t i = 0; i < at.children.size(); ++i) {
            const SettingsTree& entry = at.children[i];
            const std::string here = path + "[" + std::to_string(i) + "]";
            if (!check_map(entry, here, kKeys)) continue;
            const auto gpus = number(child(entry, "gpus"), here + ".gpus", 1, kMaxDemandGpus);
            const auto pods = number(child(entry, "pods"), here + ".pods", 1, kMaxDemandPods);
            if (gpus && pods) mix.push_back({*gpus, *pods});
            all += pods.value_or(0);
        }
        if (all > kMaxDemandPods) {
            fail(at, path, "counts " + std::to_string(all) + " pods",
                 "write shares that add up to at most " + std::to_string(kMaxDemandPods));
        }
        into = std::move(mix);
    }

  private:
    std::string_view source_;
    std::vector<Error>& errors_;
};

std::vector<std::string_view> keys_of(std::string_view policy) {
    if (policy == "whole_cells") return {"name", "leads", "devices"};
    if (policy == "pairwise_distance") return {"name", "leads", "hosts"};
    if (policy == "least_fragment") return {"name", "leads", "mix", "devices"};
    if (policy == "spread_failure_domains") return {"name", "leads", "level"};
    if (policy == "prefer_label" || policy == "spot_last") return {"name", "leads", "labels"};
    return {"name", "leads"};
}

void read_policy(Reader& reader, const SettingsTree& at, const std::string& path, std::string_view name,
                 PolicyParams& params) {
    if (at.kind != Kind::map || !reader.check_map(at, path, keys_of(name))) return;
    const auto key = [&](const char* of) { return Reader::child(at, of); };
    bool leads = false;
    if (Reader::present(key("leads"))) reader.read_flag(key("leads"), path + ".leads", leads);
    if (leads) params.leading.emplace_back(name);
    if (name == "whole_cells")
        reader.read_names(key("devices"), path + ".devices", "nvidia.com/gpu", params.whole_cells.devices);
    if (name == "pairwise_distance" && Reader::present(key("hosts")))
        reader.read_flag(key("hosts"), path + ".hosts", params.pairwise_distance.hosts);
    if (name == "least_fragment") {
        reader.read_names(key("devices"), path + ".devices", "nvidia.com/gpu", params.least_fragment.devices);
        reader.read_mix(key("mix"), path + ".mix", params.least_fragment.mix);
    }
    if (name == "spread_failure_domains" && Reader::present(key("level"))) {
        const auto level = reader.text(key("level"), path + ".level", "rack");
        if (level) params.spread_failure_domains.level = *level;
    }
    if (name == "prefer_label") reader.read_labels(key("labels"), path + ".labels", params.prefer_label.labels);
    if (name == "spot_last") reader.read_labels(key("labels"), path + ".labels", params.spot_last.labels);
}

// "pairwise_distance" is short for {name: pairwise_distance}.
std::optional<std::string> name_of_entry(Reader& reader, const SettingsTree& entry, const std::string& path,
                                         std::string_view key, const std::string& example) {
    if (entry.kind == Kind::scalar) return reader.text(entry, path, example);
    if (entry.kind != Kind::map) {
        reader.fail(entry, path, "is not a map", "write e.g. {" + std::string(key) + ": " + example + "}");
        return std::nullopt;
    }
    return reader.text(Reader::child(entry, key), path + "." + std::string(key), example);
}

void read_term(Reader& reader, const SettingsTree& entry, const std::string& path, std::vector<ScoreRule>& terms) {
    static constexpr std::string_view kKeys[] = {"term", "weight"};
    const auto name = name_of_entry(reader, entry, path, "term", "link_locality");
    if (!name) return;
    const auto known = std::ranges::find(kScoreTermNames, *name);
    if (known == kScoreTermNames.end()) {
        reader.fail(entry, path, quoted(*name) + " is not a term", suggest(*name, kScoreTermNames));
        return;
    }
    ScoreRule rule{static_cast<ScoreTerm>(known - kScoreTermNames.begin()), 1};
    if (std::ranges::find(terms, rule.term, &ScoreRule::term) != terms.end()) {
        reader.fail(entry, path, quoted(*name) + " is written twice", "keep one");
        return;
    }
    if (entry.kind == Kind::map && reader.check_map(entry, path, kKeys)) {
        const SettingsTree weight = Reader::child(entry, "weight");
        const auto number =
            Reader::present(weight) ? reader.number(weight, path + ".weight", 0, kMaxScoreWeight) : std::nullopt;
        rule.weight = static_cast<std::int32_t>(number.value_or(1));
    }
    terms.push_back(rule);
}

}  // namespace

void read_policies(const SettingsTree& policies, std::string_view source, Settings& settings,
                   std::vector<Error>& errors) {
    if (!Reader::present(policies)) return;
    Reader reader(source, errors);
    if (policies.kind != Kind::list) {
        reader.fail(policies, "policies", "is not a list", "write e.g. [{name: whole_cells}]");
        return;
    }
    std::vector<std::string> names;
    for (std::size_t i = 0; i < policies.children.size(); ++i) {
        const SettingsTree& entry = policies.children[i];
        const std::string path = "policies[" + std::to_string(i) + "]";
        const auto name = name_of_entry(reader, entry, path, "name", "whole_cells");
        if (!name) continue;
        if (std::ranges::find(kPolicyNames, *name) == kPolicyNames.end()) {
            reader.fail(entry, path, quoted(*name) + " is not a policy", suggest(*name, kPolicyNames));
        } else if (std::ranges::find(names, *name) != names.end()) {
            reader.fail(entry, path, quoted(*name) + " is written twice", "keep one");
        } else {
            names.push_back(*name);
            read_policy(reader, entry, path, *name, settings.policy_params);
            if (*name == "prefer_label" && settings.policy_params.prefer_label.labels.empty())
                reader.fail(entry, path, "names no label to prefer",
                            "write labels: [{label: example.com/pool, value: new}]");
        }
    }
    settings.policies = std::move(names);
}

void read_scores(const SettingsTree& scores, std::string_view source, Settings& settings, std::vector<Error>& errors) {
    static constexpr std::string_view kKeys[] = {"siblings", "terms"};
    static constexpr std::string_view kSiblings[] = {"apart", "near"};
    Reader reader(source, errors);
    if (!Reader::present(scores) || !reader.check_map(scores, "scores", kKeys)) return;
    const SettingsTree siblings = Reader::child(scores, "siblings");
    if (Reader::present(siblings)) {
        const auto known = std::ranges::find(kSiblings, siblings.text);
        if (known == std::end(kSiblings)) {
            reader.fail(siblings, "scores.siblings", quoted(siblings.text) + " is not a choice",
                        suggest(siblings.text, kSiblings));
        } else {
            settings.scores.siblings = known == std::begin(kSiblings) ? SiblingWish::apart : SiblingWish::near;
        }
    }
    const SettingsTree terms = Reader::child(scores, "terms");
    if (!reader.check_list(terms, "scores.terms", "[{term: link_locality, weight: 2}]")) return;
    settings.scores.terms.clear();
    for (std::size_t i = 0; i < terms.children.size(); ++i)
        read_term(reader, terms.children[i], "scores.terms[" + std::to_string(i) + "]", settings.scores.terms);
}

}  // namespace muster
