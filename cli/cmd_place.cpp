// `muster place`: read, plan, print.
#include "cli/command.hpp"
#include "cli/flags.hpp"
#include "cli/machine_folder.hpp"
#include "cli/read_input.hpp"
#include "cli/read_settings.hpp"
#include "config/nearest.hpp"
#include "dialects/timestamp.hpp"
#include "offline/cluster_input.hpp"
#include "offline/node_list.hpp"
#include "offline/place.hpp"
#include "offline/placement_report.hpp"
#include "policies/registry.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::array kPlaceFlags{
    FlagSpec{"filename", 'f', "FILE|DIR|-",
             "Kubernetes objects: a file, a folder of .yaml, .yml and .json files, or - for\nstandard input; may be "
             "repeated",
             true},
    FlagSpec{"gang", 0, "NAMESPACE/NAME", "report this gang only; the others still take their space"},
    FlagSpec{"output", 'o', "table|json", "form of the answer (default: table)"},
    FlagSpec{"config", 0, "FILE", "settings: scheduler names, levels, machines, GPU picker and policies"},
    FlagSpec{"now", 0, "TIME",
             "when to plan, e.g. 2026-08-18T09:30:00Z, for gangs that wait for their preferred level\n(default: the "
             "newest creation of a pod in the input)"},
    FlagSpec{"help", 'h', "", "print this"},
};

constexpr std::array<std::string_view, 2> kOutputs{"table", "json"};
constexpr std::size_t kNoteWidth = 80;

void print_place_help(std::ostream& out) {
    out << "Plans every pending gang of a cluster given as plain Kubernetes objects: Nodes, Pods (bound ones use "
           "capacity,\n"
           "pending ones are planned) and Jobs (expanded into the pods that they would create). Gangs are planned one "
           "after\n"
           "the other, by priority, then age, then name, each on what the ones before it left. Nothing is changed "
           "anywhere.\n\n"
           "Usage: muster place -f FILE|DIR|- … [FLAG…]\n\n"
           "  kubectl get nodes,pods,jobs -A -o yaml | muster place -f -\n"
           "  muster place -f cluster.yaml -f my-job.yaml --gang ml/train -o json\n\nFlags:\n"
        << describe_flags(kPlaceFlags)
        << "\nExit status: 0 every gang fits, 1 some gang does not fit or waits, 2 bad usage or input.\n";
}

// Each fault once, in order.
class ErrorPrinter {
  public:
    explicit ErrorPrinter(std::ostream& err) : err_(err) {}
    void print(const std::vector<Error>& errors) {
        for (const auto& error : errors) {
            if (printed_.insert(error).second) err_ << "error: " << to_string(error) << "\n";
        }
    }
    [[nodiscard]] bool any() const { return !printed_.empty(); }

  private:
    std::ostream& err_;
    std::set<Error> printed_;
};

void print_notes(const ClusterInput& input, const PlacementList& list, std::ostream& err) {
    for (const auto& note : input.notes) err << "note: " << note << "\n";
    if (input.nodes.empty()) err << "note: the input holds no Node\n";
    for (const SharedValues& shared : list.shared) {
        err << "note: " << shared.level << " " << compress_names(shared.values, kNoteWidth)
            << (shared.values.size() == 1 ? " lies" : " lie") << " under several domains of level " << shared.above
            << " (" << shared.values.front() << " under " << shared.parents.front() << " and " << shared.parents.back()
            << ") and counts as one " << shared.level << " under each; if it is one, the levels cross: leave one of "
            << "them out of topology.levels and wish it by its label\n";
    }
    std::map<std::pair<std::string, std::string>, std::vector<std::string>> missing;
    for (const auto& entry : list.missing) missing[{entry.level, entry.label}].push_back(entry.node.str());
    for (const auto& [level, nodes] : missing) {
        err << "note: without label " << level.second << " (level " << level.first
            << "): " << compress_names(nodes, kNoteWidth) << "\n";
    }
}

std::string name_of(const GangPlacement& item) {
    return item.key.ns + "/" + item.key.name;
}

// "ml/train" names a gang, or the owner that a gang is known by ("ml/Job/train" or "ml/train" for a Job's).
bool is_named(const GangPlacement& item, std::string_view wanted) {
    if (name_of(item) == wanted) return true;
    if (item.owner.empty()) return false;
    return item.key.ns + "/" + item.owner == wanted ||
           item.key.ns + "/" + item.owner.substr(item.owner.find('/') + 1) == wanted;
}

bool keep_only(PlacementList& list, std::string_view wanted, ErrorPrinter& errors) {
    std::vector<std::string> names;
    for (const auto& item : list.items)
        names.push_back(item.owner.empty() ? name_of(item) : item.key.ns + "/" + item.owner);
    std::erase_if(list.items, [&](const GangPlacement& item) { return !is_named(item, wanted); });
    if (!list.items.empty()) return true;
    const std::vector<std::string_view> views(names.begin(), names.end());
    errors.print({{ErrorCode::bad_input, "--gang", "\"" + std::string(wanted) + "\" is no pending gang of the input",
                   names.empty() ? "there is none" : suggest(wanted, views)}});
    return false;
}

int place_and_print(const Flags& flags, Streams& streams, ErrorPrinter& errors) {
    const std::string_view output = flags.value("output").value_or("table");
    if (std::ranges::find(kOutputs, output) == kOutputs.end()) {
        errors.print({{ErrorCode::bad_input, "--output", "\"" + std::string(output) + "\" is not a form",
                       suggest(output, kOutputs)}});
        return kBadInput;
    }
    std::vector<std::string_view> paths = flags.values("filename");
    paths.insert(paths.end(), flags.rest().begin(), flags.rest().end());
    if (paths.empty()) {
        errors.print({{ErrorCode::bad_input, "--filename", "is missing", "write -f FILE, -f FOLDER or -f -"}});
        return kBadInput;
    }
    const auto now = flags.value("now");
    const auto now_s = now ? parse_timestamp(*now) : std::nullopt;
    if (now && !now_s) {
        errors.print({{ErrorCode::bad_input, "--now", "\"" + std::string(*now) + "\" is not a time",
                       "write e.g. 2026-08-18T09:30:00Z"}});
        return kBadInput;
    }
    const auto settings = read_settings(flags);
    if (!settings) errors.print(settings.error());
    const InputTexts texts = read_inputs(paths, streams.in);
    errors.print(texts.errors);
    if (!settings || !texts.errors.empty()) return kBadInput;
    const auto machines = load_machines(*settings);
    if (!machines) {
        errors.print(machines.error());
        return kBadInput;
    }

    const auto policies = make_policies(settings->policies, settings->policy_params);
    if (!policies) {
        errors.print({policies.error()});
        return kBadInput;
    }

    const ClusterInput input = read_cluster_input(texts.sources, settings->scheduler_names, *machines);
    errors.print(input.errors);
    auto list = place(input, {settings->levels, *policies, now_s, settings->gpu_picker, settings->uplinks});
    if (!list) {
        errors.print({list.error()});
        return kBadInput;
    }
    errors.print(list->errors);
    print_notes(input, *list, streams.err);
    if (const auto wanted = flags.value("gang"); wanted && !keep_only(*list, *wanted, errors)) return kBadInput;
    streams.out << (output == "json" ? placement_json(*list) : placement_table(*list));
    if (errors.any()) return kBadInput;
    return std::ranges::all_of(list->items, [](const auto& item) { return item.verdict == Verdict::fits; })
               ? kDone
               : kDoesNotFit;
}

}  // namespace

int run_place(Arguments args, Streams& streams) {
    ErrorPrinter errors(streams.err);
    const auto flags = Flags::parse(args, kPlaceFlags);
    if (!flags) {
        errors.print({flags.error()});
        streams.err << "`muster place --help` shows the flags.\n";
        return kBadInput;
    }
    if (flags->has("help")) {
        print_place_help(streams.out);
        return kDone;
    }
    return place_and_print(*flags, streams, errors);
}

}  // namespace muster
