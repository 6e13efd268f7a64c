#include "config/load_settings.hpp"

#include "config/level_presets.hpp"
#include "config/nearest.hpp"
#include "config/ranking_settings.hpp"
#include "config/scalar_text.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace muster {
namespace {

using std::chrono::milliseconds;

constexpr std::string_view kApiVersion = "muster.scheduler/v1alpha1";
constexpr std::string_view kKind = "MusterConfiguration";
// A hierarchy deeper than any known (Fabric's limit, host left out).
constexpr std::size_t kMostLevels = 12;
constexpr std::size_t kMostSchedulerNames = 64;
// Below the httpTimeout of the bind entry (10 min), so that Muster gives up before kube-scheduler does.
constexpr milliseconds kLongestBindTimeout{540'000};
constexpr milliseconds kLongestRepairTimeout{60'000};

// A value with its path, for messages: "server.binding.address".
struct Place {
    YAML::Node node;
    std::string path;
};

class Loader {
  public:
    explicit Loader(std::string_view source) : source_(source) {}

    void read(const YAML::Node& root) {
        const Place top{root, ""};
        if (!check_map(top, {"apiVersion", "kind", "schedulerNames", "mode", "server", "leadership", "topology", "gpus",
                             "gang", "policies", "scores"}))
            return;
        read_fixed(child(top, "apiVersion"), kApiVersion);
        read_fixed(child(top, "kind"), kKind);
        read_scheduler_names(child(top, "schedulerNames"));
        read_choice(child(top, "mode"), settings.mode,
                    {{"enforce", Mode::enforce}, {"advise", Mode::advise}, {"shadow", Mode::shadow}});
        read_server(child(top, "server"));
        read_leadership(child(top, "leadership"));
        read_topology(child(top, "topology"));
        read_gpus(child(top, "gpus"));
        read_gang(child(top, "gang"));
        if (const auto tree = as_tree(child(top, "policies"))) read_policies(*tree, source_, settings, errors);
        if (const auto tree = as_tree(child(top, "scores"))) read_scores(*tree, source_, settings, errors);
    }

    Settings settings;
    std::vector<Error> errors;

    void fail(const YAML::Mark& mark, const std::string& path, std::string what, std::string remedy) {
        std::string where(source_);
        if (mark.line >= 0) where += ":" + std::to_string(mark.line + 1);
        if (!path.empty()) where += ": " + path;
        errors.push_back({ErrorCode::bad_input, std::move(where), std::move(what), std::move(remedy)});
    }

  private:
    void fail(const Place& at, std::string what, std::string remedy) {
        fail(at.node.Mark(), at.path, std::move(what), std::move(remedy));
    }

    static bool present(const Place& at) { return at.node.IsDefined() && !at.node.IsNull(); }

    static Place child(const Place& parent, const std::string& key) {
        const YAML::Node value = parent.node.IsMap() ? parent.node[key] : YAML::Node(YAML::NodeType::Undefined);
        return {value, parent.path.empty() ? key : parent.path + "." + key};
    }
    static Place item(const Place& list, std::size_t index) {
        return {list.node[index], list.path + "[" + std::to_string(index) + "]"};
    }

    // Unknown and repeated keys are faults; the known ones go on being read.
    bool check_map(const Place& at, std::initializer_list<std::string_view> known) {
        if (!present(at)) return false;
        if (!at.node.IsMap()) {
            fail(at, "is not a map", "write keys below it");
            return false;
        }
        const std::vector<std::string_view> names(known);
        std::set<std::string> seen;
        for (const auto& entry : at.node) {
            const std::string key = entry.first.IsScalar() ? entry.first.Scalar() : "";
            const std::string path = at.path.empty() ? key : at.path + "." + key;
            if (std::ranges::find(names, key) == names.end()) {
                fail(entry.first.Mark(), path, "is not a setting", suggest(key, names));
            } else if (!seen.insert(key).second) {
                fail(entry.first.Mark(), path, "is written twice", "keep one");
            }
        }
        return true;
    }

    static SettingsTree tree_of(const YAML::Node& node, int& left) {
        SettingsTree tree;
        if (!node.IsDefined() || --left < 0) return tree;
        tree.line = node.Mark().line + 1;
        if (node.IsNull()) tree.kind = SettingsTree::Kind::null;
        if (node.IsScalar()) {
            tree.kind = SettingsTree::Kind::scalar;
            tree.text = node.Scalar();
        }
        if (node.IsSequence()) tree.kind = SettingsTree::Kind::list;
        if (node.IsMap()) tree.kind = SettingsTree::Kind::map;
        for (const auto& entry : node) {
            if (left < 0) break;
            tree.children.push_back(tree_of(node.IsMap() ? entry.second : entry, left));
            if (node.IsMap() && entry.first.IsScalar()) tree.children.back().key = entry.first.Scalar();
        }
        return tree;
    }
    std::optional<SettingsTree> as_tree(const Place& at) {
        int left = kMaxTreeValues;
        auto tree = tree_of(at.node, left);
        if (left >= 0) return tree;
        fail(at, "holds more than " + std::to_string(kMaxTreeValues) + " values", "write fewer, or fewer aliases");
        return std::nullopt;
    }

    std::optional<std::string> read_text(const Place& at) {
        if (!present(at)) return std::nullopt;
        if (!at.node.IsScalar()) {
            fail(at, "is not a single value", "write one word");
            return std::nullopt;
        }
        return at.node.Scalar();
    }

    void read_fixed(const Place& at, std::string_view wanted) {
        const auto text = read_text(at);
        if (text && *text != wanted) fail(at, "\"" + *text + "\" is not known", "write " + std::string(wanted));
    }

    template <class T>
    void read_choice(const Place& at, T& into, std::initializer_list<std::pair<std::string_view, T>> choices) {
        const auto text = read_text(at);
        if (!text) return;
        std::vector<std::string_view> names;
        for (const auto& [name, value] : choices) {
            names.push_back(name);
            if (name != *text) continue;
            into = value;
            return;
        }
        fail(at, "\"" + *text + "\" is not a choice", suggest(*text, names));
    }

    void read_duration(const Place& at, milliseconds& into, milliseconds least, milliseconds most) {
        const auto text = read_text(at);
        if (!text) return;
        const auto duration = parse_duration(*text);
        if (!duration) {
            fail(at, "\"" + *text + "\" is not a duration",
                 "write a number with its unit, e.g. 500ms, 30s, 5m or 1h30m");
        } else if (*duration < least || *duration > most) {
            fail(at, *text + " is out of range", "write " + format_duration(least) + " to " + format_duration(most));
        } else {
            into = *duration;
        }
    }

    void read_scheduler_names(const Place& at) {
        if (!present(at)) return;
        if (!at.node.IsSequence() || at.node.size() == 0 || at.node.size() > kMostSchedulerNames) {
            fail(at, "is not a list of 1 to " + std::to_string(kMostSchedulerNames) + " names", "write e.g. [muster]");
            return;
        }
        std::vector<std::string> names;
        for (std::size_t i = 0; i < at.node.size(); ++i) {
            const Place entry = item(at, i);
            const auto name = read_text(entry);
            if (!name || name->empty()) {
                fail(entry, "is empty", "write the name of a scheduler");
            } else if (std::ranges::find(names, *name) != names.end()) {
                fail(entry, "\"" + *name + "\" is written twice", "keep one");
            } else {
                names.push_back(*name);
            }
        }
        if (!names.empty()) settings.scheduler_names = std::move(names);
    }

    void read_listener(const Place& server, const std::string& name, Address& into) {
        const Place listener = child(server, name);
        if (!check_map(listener, {"address"})) return;
        const Place at = child(listener, "address");
        const auto text = read_text(at);
        if (!text) return;
        const auto address = parse_address(*text);
        if (!address) {
            fail(at, "\"" + *text + "\" is not an address", "write host:port, e.g. 127.0.0.1:8861 or [::1]:8861");
            return;
        }
        into = *address;
    }

    void read_server(const Place& at) {
        if (!check_map(at, {"scheduling", "binding", "admin"})) return;
        read_listener(at, "scheduling", settings.server.scheduling);
        read_listener(at, "binding", settings.server.binding);
        read_listener(at, "admin", settings.server.admin);
        const std::array<const Address*, 3> all{&settings.server.scheduling, &settings.server.binding,
                                                &settings.server.admin};
        for (std::size_t i = 1; i < all.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                if (all[i]->port == 0 || *all[i] != *all[j]) continue;
                fail(at, "two listeners share " + all[i]->host + ":" + std::to_string(all[i]->port),
                     "give each its own port");
                return;
            }
        }
    }

    void read_leadership(const Place& at) {
        if (!check_map(at, {"mode", "lease"})) return;
        read_choice(child(at, "mode"), settings.leadership.mode,
                    {{"follow-scheduler", LeadershipMode::follow_scheduler}, {"none", LeadershipMode::none}});
        const Place lease = child(at, "lease");
        const auto text = read_text(lease);
        if (!text) return;
        const std::size_t slash = text->find('/');
        if (slash == std::string::npos || slash == 0 || slash + 1 == text->size() ||
            text->find('/', slash + 1) != std::string::npos) {
            fail(lease, "\"" + *text + "\" is not NAMESPACE/NAME", "write e.g. kube-system/muster-scheduler");
            return;
        }
        settings.leadership.lease_namespace = text->substr(0, slash);
        settings.leadership.lease_name = text->substr(slash + 1);
    }

    std::optional<std::string> read_required_text(const Place& at) {
        auto text = read_text(at);
        if (text && !text->empty()) return text;
        if (!present(at))
            errors.push_back({ErrorCode::bad_input, std::string(source_) + ": " + at.path, "is missing", "write it"});
        return std::nullopt;
    }

    void read_level(const Place& at, std::vector<LevelSpec>& levels) {
        if (!check_map(at, {"name", "label", "uplink"})) {
            if (!present(at)) fail(at, "is empty", "write {name: rack, label: example.com/rack}");
            return;
        }
        auto name = read_required_text(child(at, "name"));
        auto label = read_required_text(child(at, "label"));
        const auto uplink_mbps = read_uplink(child(at, "uplink"));
        if (!name || !label) return;
        if (*name == kHostLevel || *label == kHostnameLabel) {
            fail(at, "is the host, which is implied as the last level", "remove it");
        } else if (std::ranges::any_of(levels, [&](const auto& l) { return l.name == *name || l.label == *label; })) {
            fail(at, "repeats the name or label of a level before it",
                 "give every level a name and a label of its own");
        } else {
            levels.push_back({*std::move(name), *std::move(label), uplink_mbps.value_or(0)});
        }
    }

    std::optional<std::int64_t> read_uplink(const Place& at) {
        const auto text = read_text(at);
        const auto mbps = text ? parse_bandwidth(*text) : std::nullopt;
        if (text && !mbps) {
            fail(at, "\"" + *text + "\" is not a bandwidth",
                 "write a whole number and its unit, e.g. 1600Gbps or 200GB/s, " + std::to_string(kMostGigabits) +
                     "Gbps at most");
        }
        return mbps;
    }

    void read_uplinks(const Place& at) {
        if (!present(at)) return;
        if (settings.levels)
            return fail(at, "is for levels that are chosen, and these are listed",
                        "write uplink in the list, e.g. {name: rack, label: example.com/rack, uplink: 1600Gbps}");
        if (!at.node.IsMap()) return fail(at, "is not a map", "write e.g. {rack: 1600Gbps}");
        const auto& words = known_level_words();
        for (const auto& entry : at.node) {
            const std::string word = entry.first.IsScalar() ? entry.first.Scalar() : "";
            const Place value{entry.second, at.path + "." + word};
            const auto mbps = read_uplink(value);
            if (std::ranges::find(words, word) == words.end()) {
                const auto near = nearest(word, std::vector<std::string_view>(words.begin(), words.end()));
                fail(entry.first.Mark(), value.path, "is no level that can be chosen",
                     near ? "did you mean \"" + std::string(*near) + "\"?" : "write its name or label key, e.g. rack");
            } else if (!present(value)) {
                fail(value, "is empty", "write e.g. 1600Gbps, or remove it");
            } else if (mbps && !settings.uplinks.emplace(word, *mbps).second) {
                fail(entry.first.Mark(), value.path, "is written twice", "keep one");
            }
        }
    }

    void read_topology(const Place& at) {
        if (!check_map(at, {"levels", "machines", "uplinks"})) return;
        read_machines(child(at, "machines"));
        read_levels(child(at, "levels"));
        read_uplinks(child(at, "uplinks"));
    }

    void read_machines(const Place& at) {
        auto folder = read_text(at);
        if (folder && folder->empty()) {
            fail(at, "is empty", "write the path of a folder, or remove it");
        } else {
            settings.machines = std::move(folder);
        }
    }

    void read_levels(const Place& place) {
        if (!present(place)) return;
        if (place.node.IsScalar() && place.node.Scalar() == "auto") return;
        if (!place.node.IsSequence() || place.node.size() > kMostLevels) {
            fail(place, "is neither auto nor a list of at most " + std::to_string(kMostLevels) + " levels",
                 "write e.g. [{name: rack, label: example.com/rack}], coarse to fine");
            return;
        }
        std::vector<LevelSpec> levels;
        for (std::size_t i = 0; i < place.node.size(); ++i) read_level(item(place, i), levels);
        settings.levels = std::move(levels);
    }

    void read_gpus(const Place& at) {
        if (!check_map(at, {"picker"})) return;
        const Place picker = child(at, "picker");
        const auto text = read_text(picker);
        if (!text) return;
        if (std::ranges::find(kGpuPickers, *text) == kGpuPickers.end())
            return fail(picker, "\"" + *text + "\" is not a choice", suggest(*text, kGpuPickers));
        settings.gpu_picker = *text;
    }

    void read_gang(const Place& at) {
        if (!check_map(at, {"bindTimeout", "repairTimeout", "pin"})) return;
        read_duration(child(at, "bindTimeout"), settings.gang.bind_timeout, milliseconds(1'000), kLongestBindTimeout);
        read_duration(child(at, "repairTimeout"), settings.gang.repair_timeout, milliseconds(100),
                      kLongestRepairTimeout);
        read_choice(child(at, "pin"), settings.gang.pin, {{"nomination", Pin::nomination}, {"none", Pin::none}});
    }

    std::string_view source_;
};

// Takes in nothing but where the last document began.
class DocumentStart final : public YAML::EventHandler {
  public:
    YAML::Mark mark;
    void OnDocumentStart(const YAML::Mark& at) override { mark = at; }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark&, YAML::anchor_t) override {}
    void OnAlias(const YAML::Mark&, YAML::anchor_t) override {}
    void OnScalar(const YAML::Mark&, const std::string&, YAML::anchor_t, const std::string&) override {}
    void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnSequenceEnd() override {}
    void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t, YAML::EmitterStyle::value) override {}
    void OnMapEnd() override {}
};

}  // namespace

std::expected<Settings, std::vector<Error>> load_settings(std::string_view text, std::string_view source) {
    Loader loader(source);
    try {
        std::istringstream stream{std::string(text)};
        YAML::Parser parser(stream);
        DocumentStart start;
        // Document by document, since reading all at once never ends on some wrong texts.
        if (parser.HandleNextDocument(start)) loader.read(YAML::Load(std::string(text)));
        if (parser.HandleNextDocument(start))
            loader.fail(start.mark, "", "a second document follows", "write one document");
    } catch (const YAML::Exception& error) {
        loader.fail(error.mark, "", "bad YAML: " + error.msg, "");
    }
    if (!loader.errors.empty()) return std::unexpected(std::move(loader.errors));
    return std::move(loader.settings);
}

}  // namespace muster
