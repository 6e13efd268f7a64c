// The answers, written by appending: a document tree of 5,000 host priorities costs a hundred times as much.
#include "extender/wire/codec.hpp"

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace muster::wire {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";  // U+FFFD

// Length of the well-formed UTF-8 sequence of two to four bytes at text[at], or 0 (Unicode 15, table 3-7).
std::size_t sequence_length(std::string_view text, std::size_t at) {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[at + i]); };
    const auto continues = [&](std::size_t i) { return at + i < text.size() && (byte(i) & 0xC0U) == 0x80; };
    const auto second_in = [&](unsigned low, unsigned high) {
        return at + 1 < text.size() && byte(1) >= low && byte(1) <= high;
    };
    const unsigned lead = byte(0);
    if (lead >= 0xC2 && lead <= 0xDF) return continues(1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;   // no overlong forms
        const unsigned high = lead == 0xED ? 0x9F : 0xBF;  // no surrogates
        return second_in(low, high) && continues(2) ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
        const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;  // nothing beyond U+10FFFF
        return second_in(low, high) && continues(2) && continues(3) ? 4 : 0;
    }
    return 0;
}

bool is_plain(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte >= 0x20 && byte < 0x80 && c != '"' && c != '\\';
}

void append_escape(std::string& out, char c) {
    constexpr std::string_view kHex = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(c);
    out += '\\';
    switch (c) {
        case '"':
        case '\\':
            out += c;
            return;
        case '\n':
            out += 'n';
            return;
        case '\r':
            out += 'r';
            return;
        case '\t':
            out += 't';
            return;
        default:
            break;
    }
    out += "u00";
    out += kHex[byte >> 4U];
    out += kHex[byte & 0xFU];
}

void append_integer(std::string& out, std::int64_t value) {
    std::array<char, 20> digits{};  // -9223372036854775808
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
    out.append(digits.data(), end.ptr);
}

template <class Items, class Append>
void append_list(std::string& out, const Items& items, Append append) {
    bool first = true;
    for (const auto& item : items) {
        if (!first) out += ',';
        first = false;
        append(item);
    }
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
    out += '"';
    std::size_t at = 0;
    while (at < text.size()) {
        std::size_t end = at;
        while (end < text.size() && is_plain(text[end])) ++end;
        out.append(text, at, end - at);
        if (end == text.size()) break;
        at = end;
        if (static_cast<unsigned char>(text[at]) < 0x80) {
            append_escape(out, text[at]);
            ++at;
        } else if (const auto length = sequence_length(text, at); length > 0) {
            out.append(text, at, length);
            at += length;
        } else {
            out += kReplacement;
            ++at;
        }
    }
    out += '"';
}

std::string encode_filter_result(const FilterResult& result, bool as_nodes) {
    std::string out;
    out.reserve(128 + 40 * result.node_names.size() + 96 * result.unresolvable.size());
    if (as_nodes) {
        out += R"({"Nodes":{"metadata":{},"items":[)";
        append_list(out, result.node_names, [&](std::string_view name) {
            out += R"({"metadata":{"name":)";
            append_json_string(out, name);
            out += "}}";
        });
        out += R"(]},"NodeNames":[)";
    } else {
        out += R"({"Nodes":null,"NodeNames":[)";
    }
    append_list(out, result.node_names, [&](std::string_view name) { append_json_string(out, name); });
    out += R"(],"FailedNodes":{},"FailedAndUnresolvableNodes":{)";
    append_list(out, result.unresolvable, [&](const auto& refused) {
        append_json_string(out, refused.first);
        out += ':';
        append_json_string(out, refused.second);
    });
    out += R"(},"Error":)";
    append_json_string(out, result.error);
    out += '}';
    return out;
}

std::string encode_priorities(const std::vector<HostPriority>& priorities) {
    std::string out;
    out.reserve(2 + 48 * priorities.size());
    out += '[';
    append_list(out, priorities, [&](const HostPriority& priority) {
        out += R"({"Host":)";
        append_json_string(out, priority.host);
        out += R"(,"Score":)";
        append_integer(out, priority.score);
        out += '}';
    });
    out += ']';
    return out;
}

std::string encode_binding_result(std::string_view error) {
    std::string out = R"({"Error":)";
    append_json_string(out, error);
    out += '}';
    return out;
}

std::string encode_preemption_result(const std::vector<MetaVictims>& nodes) {
    std::string out = R"({"NodeNameToMetaVictims":{)";
    append_list(out, nodes, [&](const MetaVictims& victims) {
        append_json_string(out, victims.node);
        out += R"(:{"Pods":[)";
        append_list(out, victims.pods, [&](const PodUid& uid) {
            out += R"({"UID":)";
            append_json_string(out, uid.str());
            out += '}';
        });
        out += R"(],"NumPDBViolations":)";
        append_integer(out, victims.pdb_violations);
        out += '}';
    });
    out += "}}";
    return out;
}

}  // namespace muster::wire
