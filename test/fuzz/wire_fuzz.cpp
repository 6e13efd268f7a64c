// The codec against another parser: whatever bytes come, both must agree on whether this is one of kube-scheduler's
// messages, and on what it says. The oracle is written from Go's rules on nlohmann's document tree, without the codec's
// code.
#include "extender/wire/codec.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace muster::wire {
namespace {

using nlohmann::json;

void require(bool holds, const char* what) {
    if (holds) return;
    std::fprintf(stderr, "wire_fuzz: %s\n", what);
    std::abort();
}

std::string folded(std::string_view key) {
    std::string out(key);
    std::ranges::transform(out, out.begin(),
                           [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
    return out;
}

// What another parser makes of the bytes.
struct Oracle {
    bool valid = false;
    bool silent = false;  // the two may differ: repeated keys, letters outside ASCII in a key, numbers too large for a
                          // double, deep nesting
    json document;
};

Oracle ask(const std::string& bytes) {
    Oracle oracle;
    if (bytes.find('\0') != std::string::npos) return oracle;  // for nlohmann the end of the input
    if (bytes.starts_with("\xEF\xBB\xBF")) {
        oracle.silent = true;  // nlohmann skips a byte order mark
        return oracle;
    }
    std::vector<std::set<std::string>> keys;
    const auto watch = [&](int depth, json::parse_event_t event, const json& parsed) {
        if (depth > 150) oracle.silent = true;
        if (event == json::parse_event_t::object_start) keys.emplace_back();
        if (event == json::parse_event_t::object_end && !keys.empty()) keys.pop_back();
        if (event == json::parse_event_t::key) {
            const auto& key = parsed.get_ref<const std::string&>();
            const bool ascii = std::ranges::all_of(key, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
            if (!ascii || !keys.back().insert(folded(key)).second) oracle.silent = true;
        }
        return true;
    };
    try {
        oracle.document = json::parse(bytes, watch);
        oracle.valid = true;
    } catch (const json::parse_error&) {
        oracle.silent = false;  // not JSON is not JSON, whatever was seen before
    } catch (const json::out_of_range&) {
        oracle.silent = true;
    }
    return oracle;
}

struct NotTheProtocol {};

const json& field(const json& object, std::string_view name) {
    static const json kNull;
    if (!object.is_object()) throw NotTheProtocol{};
    const auto wanted = folded(name);
    for (const auto& [key, value] : object.items()) {
        if (folded(key) == wanted) return value;
    }
    return kNull;
}

std::string text(const json& value) {
    if (value.is_null()) return {};
    if (!value.is_string()) throw NotTheProtocol{};
    return value.get<std::string>();
}

std::string named(const std::string& value) {
    if (value.empty()) throw NotTheProtocol{};
    return value;
}

struct Identity {
    std::string uid, ns, name;
};

Identity identity(const json& object) {
    const auto& metadata = field(object, "metadata");
    if (metadata.is_null()) return {};
    return {text(field(metadata, "uid")), text(field(metadata, "namespace")), text(field(metadata, "name"))};
}

Identity pod_of(const json& message) {
    const auto& pod = field(message, "Pod");
    auto found = pod.is_null() ? Identity{} : identity(pod);
    named(found.uid);
    named(found.ns);
    named(found.name);
    return found;
}

const json& list(const json& value) {
    if (!value.is_array()) throw NotTheProtocol{};
    return value;
}

ExtenderArgs extender_args(const json& message) {
    ExtenderArgs args;
    const auto pod = pod_of(message);
    args.uid = PodUid(pod.uid);
    args.pod = {pod.ns, pod.name};
    std::optional<std::vector<std::string>> names;
    std::optional<std::vector<std::string>> nodes;
    if (const auto& value = field(message, "NodeNames"); !value.is_null()) {
        names.emplace();
        for (const auto& name : list(value)) names->push_back(named(text(name)));
    }
    if (const auto& value = field(message, "Nodes"); !value.is_null()) {
        nodes.emplace();
        if (const auto& items = field(value, "items"); !items.is_null()) {
            for (const auto& node : list(items)) nodes->push_back(named(identity(node).name));
        }
    }
    args.has_nodes = names || nodes;
    args.full_nodes = nodes && !names;
    if (args.has_nodes) args.node_names = names ? *names : *nodes;
    return args;
}

std::vector<MetaVictims> victims(const json& map, bool meta) {
    std::vector<MetaVictims> out;
    if (!map.is_object()) throw NotTheProtocol{};
    for (const auto& [node, value] : map.items()) {  // in the order of names
        if (value.is_null()) continue;
        MetaVictims one{.node = node, .pods = {}, .pdb_violations = 0};
        if (const auto& pods = field(value, "Pods"); !pods.is_null()) {
            for (const auto& pod : list(pods)) {
                if (!pod.is_null()) one.pods.emplace_back(named(meta ? text(field(pod, "UID")) : identity(pod).uid));
            }
        }
        if (const auto& count = field(value, "NumPDBViolations"); !count.is_null()) {
            const bool fits =
                count.is_number_integer() && (!count.is_number_unsigned() || count.get<std::uint64_t>() <= INT64_MAX);
            if (!fits) throw NotTheProtocol{};
            one.pdb_violations = count.get<std::int64_t>();
        }
        out.push_back(std::move(one));
    }
    return out;
}

PreemptionArgs preemption_args(const json& message) {
    PreemptionArgs args;
    const auto pod = pod_of(message);
    args.uid = PodUid(pod.uid);
    args.pod = {pod.ns, pod.name};
    const auto& meta = field(message, "NodeNameToMetaVictims");
    const auto& full = field(message, "NodeNameToVictims");
    const auto from_full = full.is_null() ? std::vector<MetaVictims>{} : victims(full, false);
    args.nodes = meta.is_null() ? from_full : victims(meta, true);
    return args;
}

BindingArgs binding_args(const json& message) {
    BindingArgs args;
    args.uid = PodUid(named(text(field(message, "PodUID"))));
    args.pod = {named(text(field(message, "PodNamespace"))), named(text(field(message, "PodName")))};
    args.node = NodeName(named(text(field(message, "Node"))));
    return args;
}

bool same(const MetaVictims& a, const MetaVictims& b) {
    return a.node == b.node && a.pods == b.pods && a.pdb_violations == b.pdb_violations;
}

// Decodes with the codec and by the oracle and compares; `equal(ours, theirs)` where both accept.
template <class Decode, class Expect, class Equal>
void compare(const Oracle& oracle, const std::string& bytes, Decode decode, Expect expect, Equal equal) {
    std::string body = bytes;
    const auto ours = decode(body);
    if (ours) require(oracle.valid || oracle.silent, "accepts what is not JSON");
    if (!ours) require(!ours.error().where.empty(), "does not say where the error is");
    if (oracle.silent || !oracle.valid) return;
    try {
        const auto theirs = expect(oracle.document);
        require(ours.has_value(), "refuses a message of the protocol");
        require(equal(*ours, theirs), "reads something else than the oracle");
    } catch (const NotTheProtocol&) {
        require(!ours.has_value(), "accepts what is not the protocol");
    }
}

}  // namespace

void check(const std::string& bytes) {
    const auto oracle = ask(bytes);
    compare(oracle, bytes, decode_extender_args, extender_args, [&](const ExtenderArgs& a, const ExtenderArgs& b) {
        return a.uid == b.uid && a.pod == b.pod && a.node_names == b.node_names && a.full_nodes == b.full_nodes &&
               a.has_nodes == b.has_nodes && json::parse(a.pod_json) == field(oracle.document, "Pod");
    });
    compare(oracle, bytes, decode_binding_args, binding_args, [](const BindingArgs& a, const BindingArgs& b) {
        return a.uid == b.uid && a.pod == b.pod && a.node == b.node;
    });
    compare(oracle, bytes, decode_preemption_args, preemption_args,
            [](const PreemptionArgs& a, const PreemptionArgs& b) {
                return a.uid == b.uid && a.pod == b.pod && std::ranges::equal(a.nodes, b.nodes, same);
            });
    std::string quoted;
    append_json_string(quoted, bytes);
    require(json::accept(quoted), "writes a string that is not JSON");
}

}  // namespace muster::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::wire::check(std::string(reinterpret_cast<const char*>(data), size));
    return 0;
}
