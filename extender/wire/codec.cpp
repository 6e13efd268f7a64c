// Decoding. simdjson's On-Demand reader checks only what it visits, so every value is visited, those that nobody reads
// as well: what is accepted here is JSON to the last byte.
#include "extender/wire/codec.hpp"

#include "extender/wire/decode_failure.hpp"
#include "extender/wire/field_name.hpp"
#include "extender/wire/json_token.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include <simdjson.h>

namespace muster::wire {
namespace {

using simdjson::ondemand::json_type;
using simdjson::ondemand::value;

constexpr int kMaxDepth = 200;                       // Kubernetes objects stay below 30
constexpr std::size_t kBytesPerName = 16;            // of a node in NodeNames, to guess their number
constexpr std::size_t kKeptParserBytes = 1UL << 20;  // a parser that read a larger body is not kept

constexpr std::string_view kind_of(json_type type) {
    switch (type) {
        case json_type::array:
            return "a list";
        case json_type::object:
            return "an object";
        case json_type::number:
            return "a number";
        case json_type::string:
            return "a string";
        case json_type::boolean:
            return "a boolean";
        case json_type::null:
            return "null";
    }
    return "something else";
}

// Reads one document. Functions give false once something is wrong.
class Reader : public DecodeFailure {
  public:
    explicit Reader(std::string& body) : body_(body) {}

    // The root must be an object; `field(key, value)` reads one field of it and gives false after fail().
    template <class Field>
    bool read(Field field);

    template <class Field>
    bool each_field(value object, Field field);
    template <class Item>
    bool each_item(value array, Item item);
    [[nodiscard]] std::size_t body_bytes() const { return body_.size(); }
    bool read_string(value from, std::string& to);  // null leaves `to` as it is, as in Go
    bool read_int64(value from, std::int64_t& to);
    bool read_pod(value from, PodUid& uid, PodKey& key, std::string_view& json);
    bool read_metadata(value from, std::string& uid, std::string& ns, std::string& name);
    bool skip(value from, int depth = 0);
    [[nodiscard]] static bool is_null(value from);

  private:
    bool syntax(simdjson::error_code code);
    bool must_be(json_type wanted, value from);
    static simdjson::ondemand::parser& parser();

    std::string& body_;
    simdjson::ondemand::document document_;
};

simdjson::ondemand::parser& Reader::parser() {
    thread_local simdjson::ondemand::parser kept;
    if (kept.capacity() > kKeptParserBytes) kept = simdjson::ondemand::parser{};
    return kept;
}

bool Reader::syntax(simdjson::error_code code) {
    return fail(std::string("is not JSON: ") + simdjson::error_message(code),
                "send one JSON object and nothing after it");
}

bool Reader::must_be(json_type wanted, value from) {
    json_type found{};
    if (const auto code = from.type().get(found)) return syntax(code);
    if (found == wanted) return true;
    return fail("must be " + std::string(kind_of(wanted)) + ", is " + std::string(kind_of(found)));
}

bool Reader::is_null(value from) {
    json_type type{};
    return from.type().get(type) == simdjson::SUCCESS && type == json_type::null;
}

template <class Field>
bool Reader::read(Field field) {
    if (body_.capacity() < body_.size() + simdjson::SIMDJSON_PADDING)
        body_.reserve(body_.size() + simdjson::SIMDJSON_PADDING);
    const simdjson::padded_string_view padded(body_.data(), body_.size(), body_.capacity());
    if (const auto code = parser().iterate(padded).get(document_)) return at("body", syntax(code));
    value root;
    if (document_.is_scalar().error() == simdjson::SUCCESS && document_.is_scalar().value_unsafe()) {
        return at("body", fail("must be a JSON object"));
    }
    if (const auto code = document_.get_value().get(root)) return at("body", syntax(code));
    if (!each_field(root, field)) return has_place() ? false : at("body", false);
    const auto rest = document_.current_location();  // a place only if something is left
    if (rest.error() != simdjson::OUT_OF_BOUNDS)
        return at("body", fail("has something after the JSON object", "send one JSON object"));
    return true;
}

template <class Field>
bool Reader::each_field(value from, Field field) {
    if (!must_be(json_type::object, from)) return false;
    simdjson::ondemand::object object;
    if (const auto code = from.get_object().get(object)) return syntax(code);
    for (auto result : object) {
        simdjson::ondemand::field one;
        if (const auto code = std::move(result).get(one)) return syntax(code);
        std::string_view key;
        if (const auto code = one.unescaped_key().get(key)) return syntax(code);
        if (!field(key, one.value())) return false;
    }
    return true;
}

template <class Item>
bool Reader::each_item(value from, Item item) {
    if (!must_be(json_type::array, from)) return false;
    simdjson::ondemand::array array;
    if (const auto code = from.get_array().get(array)) return syntax(code);
    std::size_t index = 0;
    for (auto result : array) {
        value one;
        if (const auto code = std::move(result).get(one)) return at(index, syntax(code));
        if (!at(index, item(one))) return false;
        ++index;
    }
    return true;
}

bool Reader::skip(value from, int depth) {
    if (depth > kMaxDepth) return fail("is nested too deeply", "send at most " + std::to_string(kMaxDepth) + " levels");
    json_type type{};
    if (const auto code = from.type().get(type)) return syntax(code);
    switch (type) {
        case json_type::object:
            return each_field(from, [&](std::string_view, value inner) { return skip(inner, depth + 1); });
        case json_type::array:
            return each_item(from, [&](value inner) { return skip(inner, depth + 1); });
        case json_type::string: {
            // To be taken, not left to the reader: it would skip `"a":"b":"c"` without a complaint.
            const bool escapes = from.raw_json_token().find('\\') != std::string_view::npos;
            const auto code = escapes ? from.get_string().error() : from.get_raw_json_string().error();
            return code == simdjson::SUCCESS || syntax(code);
        }
        case json_type::number:
            return is_number_token(from.raw_json_token()) || syntax(simdjson::NUMBER_ERROR);
        case json_type::boolean:
            return is_word_token(from.raw_json_token(), "true", "false") || syntax(simdjson::T_ATOM_ERROR);
        case json_type::null:
            return is_word_token(from.raw_json_token(), "null") || syntax(simdjson::N_ATOM_ERROR);
    }
    return syntax(simdjson::TAPE_ERROR);
}

bool Reader::read_string(value from, std::string& to) {
    std::string_view text;
    const auto code = from.get_string().get(text);
    if (code == simdjson::INCORRECT_TYPE) return is_null(from) ? skip(from) : must_be(json_type::string, from);
    if (code) return syntax(code);
    to.assign(text);
    return true;
}

bool Reader::read_int64(value from, std::int64_t& to) {
    if (is_null(from)) return skip(from);
    if (!must_be(json_type::number, from)) return false;
    const auto token = from.raw_json_token();
    if (!is_number_token(token)) return syntax(simdjson::NUMBER_ERROR);
    const auto number = int64_of_token(token);
    if (!number) return fail("must be a whole number of 64 bits, is " + std::string(trim_token(token).substr(0, 40)));
    to = *number;
    return true;
}

bool Reader::read_metadata(value from, std::string& uid, std::string& ns, std::string& name) {
    if (is_null(from)) return skip(from);
    return each_field(from, [&](std::string_view key, value inner) {
        if (is_field(key, "uid")) return at("uid", read_string(inner, uid));
        if (is_field(key, "namespace")) return at("namespace", read_string(inner, ns));
        if (is_field(key, "name")) return at("name", read_string(inner, name));
        return at(key, skip(inner));
    });
}

bool Reader::read_pod(value from, PodUid& uid, PodKey& key, std::string_view& json) {
    json = {};
    uid = {};
    key = {};
    if (is_null(from)) return skip(from);
    const char* begin = from.raw_json_token().data();
    std::string uid_text;
    const bool ok = each_field(from, [&](std::string_view name, value inner) {
        if (is_field(name, "metadata")) return at("metadata", read_metadata(inner, uid_text, key.ns, key.name));
        return at(name, skip(inner));
    });
    if (!ok) return false;
    uid = PodUid(std::move(uid_text));
    const char* end = nullptr;
    if (document_.current_location().get(end) != simdjson::SUCCESS) return fail("is not JSON: the document ends early");
    json = trim_token(std::string_view(begin, static_cast<std::size_t>(end - begin)));
    return true;
}

// Every pod that the scheduler sends has all three.
bool check_identity(Reader& reader, std::string_view object, const PodUid& uid, const PodKey& key) {
    if (uid.empty()) return reader.at(object, reader.missing("metadata.uid"));
    if (key.ns.empty()) return reader.at(object, reader.missing("metadata.namespace"));
    if (key.name.empty()) return reader.at(object, reader.missing("metadata.name"));
    return true;
}

// A list or map of the message, and whether it was there and not null.
template <class T>
struct Sent {
    bool sent = false;
    std::vector<T> items;
    void start(bool present) {
        sent = present;
        items.clear();
    }
};
using Names = Sent<std::string>;

bool read_names(Reader& reader, value from, Names& names) {
    names.start(!Reader::is_null(from));
    if (!names.sent) return reader.skip(from);
    names.items.reserve(reader.body_bytes() / kBytesPerName);
    return reader.each_item(from, [&](value item) {
        std::string& name = names.items.emplace_back();
        return reader.read_string(item, name) && (!name.empty() || reader.fail("is empty"));
    });
}

// The names of a NodeList; nothing else of its nodes is used.
bool read_node_list(Reader& reader, value from, Names& names) {
    names.start(!Reader::is_null(from));
    if (!names.sent) return reader.skip(from);
    return reader.each_field(from, [&](std::string_view key, value inner) {
        if (!is_field(key, "items")) return reader.at(key, reader.skip(inner));
        names.items.clear();
        if (Reader::is_null(inner)) return reader.skip(inner);
        return reader.at("items", reader.each_item(inner, [&](value node) {
            std::string uid;
            std::string ns;
            std::string name;
            const bool ok = reader.each_field(node, [&](std::string_view field, value part) {
                if (is_field(field, "metadata"))
                    return reader.at("metadata", reader.read_metadata(part, uid, ns, name));
                return reader.at(field, reader.skip(part));
            });
            if (!ok) return false;
            if (name.empty()) return reader.missing("metadata.name");
            names.items.push_back(std::move(name));
            return true;
        }));
    });
}

// One pod of Victims or MetaVictims. kube-scheduler itself fails on null ones, so that they mean nothing.
bool read_victim(Reader& reader, value from, bool meta, std::vector<PodUid>& pods) {
    if (Reader::is_null(from)) return reader.skip(from);
    PodUid uid;
    if (meta) {
        std::string text;
        const bool ok = reader.each_field(from, [&](std::string_view key, value inner) {
            if (is_field(key, "UID")) return reader.at("UID", reader.read_string(inner, text));
            return reader.at(key, reader.skip(inner));
        });
        if (!ok) return false;
        uid = PodUid(std::move(text));
    } else {
        PodKey key;
        std::string_view json;
        if (!reader.read_pod(from, uid, key, json)) return false;
    }
    if (uid.empty()) return reader.missing(meta ? "UID" : "metadata.uid");
    pods.push_back(std::move(uid));
    return true;
}

bool read_victims(Reader& reader, value from, bool meta, MetaVictims& victims) {
    return reader.each_field(from, [&](std::string_view key, value inner) {
        if (is_field(key, "Pods")) {
            victims.pods.clear();
            if (Reader::is_null(inner)) return reader.skip(inner);
            return reader.at("Pods", reader.each_item(inner, [&](value pod) {
                return read_victim(reader, pod, meta, victims.pods);
            }));
        }
        if (is_field(key, "NumPDBViolations"))
            return reader.at("NumPDBViolations", reader.read_int64(inner, victims.pdb_violations));
        return reader.at(key, reader.skip(inner));
    });
}

using VictimMap = Sent<MetaVictims>;

bool read_victim_map(Reader& reader, value from, bool meta, VictimMap& nodes) {
    nodes.start(!Reader::is_null(from));
    if (!nodes.sent) return reader.skip(from);
    const bool ok = reader.each_field(from, [&](std::string_view node, value inner) {
        if (Reader::is_null(inner)) return reader.at(node, reader.skip(inner));
        MetaVictims victims{.node = std::string(node), .pods = {}, .pdb_violations = 0};
        if (!reader.at(node, read_victims(reader, inner, meta, victims))) return false;
        nodes.items.push_back(std::move(victims));
        return true;
    });
    if (!ok) return false;
    // Of equal keys the last one counts, as in Go. Nodes come out in the order of their names.
    std::ranges::stable_sort(nodes.items, {}, &MetaVictims::node);
    std::ranges::reverse(nodes.items);
    const auto repeated = std::ranges::unique(nodes.items, {}, &MetaVictims::node);
    nodes.items.erase(repeated.begin(), repeated.end());
    std::ranges::reverse(nodes.items);
    return true;
}

}  // namespace

Result<ExtenderArgs> decode_extender_args(std::string& body) {
    ExtenderArgs args;
    Names names;
    Names full;
    Reader reader(body);
    const bool ok = reader.read([&](std::string_view key, value inner) {
        if (is_field(key, "Pod")) return reader.at("Pod", reader.read_pod(inner, args.uid, args.pod, args.pod_json));
        if (is_field(key, "NodeNames")) return reader.at("NodeNames", read_names(reader, inner, names));
        if (is_field(key, "Nodes")) return reader.at("Nodes", read_node_list(reader, inner, full));
        return reader.at(key, reader.skip(inner));
    });
    if (!ok || !check_identity(reader, "Pod", args.uid, args.pod)) return std::unexpected(reader.take_error());
    args.full_nodes = full.sent && !names.sent;
    args.has_nodes = full.sent || names.sent;
    args.node_names = std::move(names.sent ? names.items : full.items);
    return args;
}

Result<BindingArgs> decode_binding_args(std::string& body) {
    std::string uid;
    std::string node;
    PodKey pod;
    Reader reader(body);
    const bool ok = reader.read([&](std::string_view key, value inner) {
        if (is_field(key, "PodName")) return reader.at("PodName", reader.read_string(inner, pod.name));
        if (is_field(key, "PodNamespace")) return reader.at("PodNamespace", reader.read_string(inner, pod.ns));
        if (is_field(key, "PodUID")) return reader.at("PodUID", reader.read_string(inner, uid));
        if (is_field(key, "Node")) return reader.at("Node", reader.read_string(inner, node));
        return reader.at(key, reader.skip(inner));
    });
    if (!ok) return std::unexpected(reader.take_error());
    for (const auto& [field, text] : {std::pair<std::string_view, const std::string&>("PodName", pod.name),
                                      {"PodNamespace", pod.ns},
                                      {"PodUID", uid},
                                      {"Node", node}}) {
        if (text.empty()) {
            reader.missing(field);
            return std::unexpected(reader.take_error());
        }
    }
    return BindingArgs{.uid = PodUid(std::move(uid)), .pod = std::move(pod), .node = NodeName(std::move(node))};
}

Result<PreemptionArgs> decode_preemption_args(std::string& body) {
    PreemptionArgs args;
    VictimMap meta;
    VictimMap full;
    Reader reader(body);
    const bool ok = reader.read([&](std::string_view key, value inner) {
        if (is_field(key, "Pod")) return reader.at("Pod", reader.read_pod(inner, args.uid, args.pod, args.pod_json));
        if (is_field(key, "NodeNameToMetaVictims"))
            return reader.at("NodeNameToMetaVictims", read_victim_map(reader, inner, true, meta));
        if (is_field(key, "NodeNameToVictims"))
            return reader.at("NodeNameToVictims", read_victim_map(reader, inner, false, full));
        return reader.at(key, reader.skip(inner));
    });
    if (!ok || !check_identity(reader, "Pod", args.uid, args.pod)) return std::unexpected(reader.take_error());
    args.nodes = std::move(meta.sent ? meta.items : full.items);
    return args;
}

}  // namespace muster::wire
