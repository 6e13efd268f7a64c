// XML text → XmlElement, by pugixml: its tree lives only inside parse_xml.
#include "dialects/topology/xml_tree.hpp"

#include "dialects/topology/machine_dump.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <pugixml.hpp>

namespace muster {
namespace {

std::string_view trimmed(std::string_view text) {
    const auto first = text.find_first_not_of(kXmlSpace);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(kXmlSpace) - first + 1);
}

bool is_continuation(char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U;
}

// Bytes of the UTF-8 character at the front of `text`, 0 when it is none; overlong forms and surrogates are none.
std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned>(static_cast<unsigned char>(text[at])); };
    const unsigned lead = byte(0);
    if (lead < 0x80U) return 1;
    const std::size_t length = lead >= 0xF0U ? 4 : lead >= 0xE0U ? 3 : 2;
    if (lead < 0xC2U || lead > 0xF4U || text.size() < length) return 0;
    if (!std::ranges::all_of(text.substr(1, length - 1), is_continuation)) return 0;
    const unsigned second = byte(1);
    const bool bad = (lead == 0xE0U && second < 0xA0U) || (lead == 0xEDU && second > 0x9FU) ||
                     (lead == 0xF0U && second < 0x90U) || (lead == 0xF4U && second > 0x8FU);
    return bad ? 0 : length;
}

// "&#38;" or "&#x26;" at the front of `text` names a character of XML; so does what is no reference at all.
bool names_character(std::string_view text) {
    constexpr std::uint32_t kLast = 0x10FFFF;
    if (!text.starts_with("&#")) return true;
    text.remove_prefix(2);
    const bool hexadecimal = text.starts_with('x');
    if (hexadecimal) text.remove_prefix(1);
    const auto digits = text.substr(0, text.find_first_not_of(hexadecimal ? "0123456789abcdefABCDEF" : "0123456789"));
    if (digits.empty() || !text.substr(digits.size()).starts_with(';')) return true;
    std::uint32_t code = 0;
    const auto [end, fault] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code, hexadecimal ? 16 : 10);
    if (fault != std::errc() || code > kLast) return false;
    if (code < 0x20) return code == '\t' || code == '\n' || code == '\r';
    return (code < 0xD800 || code > 0xDFFF) && code != 0xFFFE && code != 0xFFFF;
}

// Where the lines of a text begin, to number an offset.
class Lines {
  public:
    explicit Lines(std::string_view text) {
        for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
            ends_.push_back(at);
        }
    }
    [[nodiscard]] std::int32_t of(std::ptrdiff_t offset) const {
        const auto end = std::ranges::lower_bound(ends_, static_cast<std::size_t>(std::max<std::ptrdiff_t>(offset, 0)));
        return static_cast<std::int32_t>(end - ends_.begin()) + 1;
    }

  private:
    std::vector<std::size_t> ends_;
};

class XmlTreeBuilder {
  public:
    XmlTreeBuilder(std::string_view text, std::string_view where) : text_(text), where_(where), lines_(text) {}

    Result<XmlElement> parse() const {
        MUSTER_TRY(const bool allowed, check_characters());
        if (!allowed) return std::unexpected(error(ErrorCode::bad_input, 0, "no element in it"));
        pugi::xml_document document;
        // As a fragment, because text beside the root is thrown away silently otherwise.
        const auto parsed = document.load_buffer(text_.data(), text_.size(), pugi::parse_default | pugi::parse_fragment,
                                                 pugi::encoding_utf8);
        if (!parsed) return std::unexpected(error(ErrorCode::bad_input, parsed.offset, lower(parsed.description())));
        MUSTER_TRY(const pugi::xml_node root, only_root(document));
        XmlElement element;
        MUSTER_TRY([[maybe_unused]] const bool done, fill(root, 1, element));
        return element;
    }

  private:
    [[nodiscard]] Error error(ErrorCode code, std::ptrdiff_t offset, std::string what) const {
        return {code, std::string(where_) + ": line " + std::to_string(lines_.of(offset)), std::move(what),
                code == ErrorCode::limit ? "" : "give the file as the tool wrote it"};
    }

    static std::string lower(std::string_view sentence) {
        std::string text(sentence);
        if (!text.empty() && text.front() >= 'A' && text.front() <= 'Z') text.front() += 'a' - 'A';
        return "not well-formed XML: " + text;
    }

    // What the library takes without a word, and what would make it use much more memory than the text. false: no
    // element.
    [[nodiscard]] Result<bool> check_characters() const {
        if (text_.size() > kMaxDumpBytes) {
            return std::unexpected(
                error(ErrorCode::limit, 0, "larger than " + std::to_string(kMaxDumpBytes) + " bytes"));
        }
        std::size_t elements = 0;
        for (std::size_t at = 0; at < text_.size();) {
            const auto offset = static_cast<std::ptrdiff_t>(at);
            const auto c = static_cast<unsigned char>(text_[at]);
            if (c < 0x20 && kXmlSpace.find(text_[at]) == std::string_view::npos) {
                return std::unexpected(error(ErrorCode::bad_input, offset, "a control character"));
            }
            if (!names_character(text_.substr(at))) {
                return std::unexpected(error(ErrorCode::bad_input, offset, "a reference to no character of XML"));
            }
            if (c == '<' && at + 1 < text_.size() && std::string_view("/!?").find(text_[at + 1]) == std::string::npos &&
                ++elements > kMaxXmlElements) {
                return std::unexpected(
                    error(ErrorCode::limit, offset, "more than " + std::to_string(kMaxXmlElements) + " elements"));
            }
            const std::size_t length = utf8_length(text_.substr(at));
            if (length == 0) return std::unexpected(error(ErrorCode::bad_input, offset, "bytes that are not UTF-8"));
            at += length;
        }
        return elements > 0;
    }

    [[nodiscard]] Result<pugi::xml_node> only_root(const pugi::xml_document& document) const {
        pugi::xml_node root;
        for (const pugi::xml_node node : document.children()) {
            if (node.type() != pugi::node_element) {
                return std::unexpected(
                    error(ErrorCode::bad_input, node.offset_debug(), "text beside the root element"));
            }
            if (root) {
                return std::unexpected(error(ErrorCode::bad_input, node.offset_debug(),
                                             "a second root element <" + std::string(node.name()) + ">"));
            }
            root = node;
        }
        if (!root) return std::unexpected(error(ErrorCode::bad_input, 0, "no element in it"));
        return root;
    }

    [[nodiscard]] Result<bool> fill(const pugi::xml_node& node, std::size_t depth, XmlElement& element) const {
        if (depth > kMaxXmlDepth) {
            return std::unexpected(error(ErrorCode::limit, node.offset_debug(),
                                         "nested deeper than " + std::to_string(kMaxXmlDepth) + " elements"));
        }
        element.name = node.name();
        element.line = lines_.of(node.offset_debug());
        for (const auto& attribute : node.attributes()) {
            if (element.attributes.size() == kMaxXmlAttributes) {
                return std::unexpected(
                    error(ErrorCode::limit, node.offset_debug(),
                          "<" + element.name + "> has more than " + std::to_string(kMaxXmlAttributes) + " attributes"));
            }
            element.attributes.emplace_back(attribute.name(), attribute.value());
        }
        MUSTER_TRY([[maybe_unused]] const bool once, check_once(node, element));
        for (const pugi::xml_node child : node.children()) {
            if (child.type() == pugi::node_element) {
                MUSTER_TRY([[maybe_unused]] const bool done, fill(child, depth + 1, element.children.emplace_back()));
            } else {
                element.text += child.value();
            }
        }
        element.text = trimmed(element.text);
        return true;
    }

    [[nodiscard]] Result<bool> check_once(const pugi::xml_node& node, const XmlElement& element) const {
        std::vector<std::string_view> names;
        for (const auto& attribute : element.attributes) names.push_back(attribute.first);
        std::ranges::sort(names);
        const auto twice = std::ranges::adjacent_find(names);
        if (twice == names.end()) return true;
        return std::unexpected(error(ErrorCode::bad_input, node.offset_debug(),
                                     "<" + element.name + "> has the attribute " + std::string(*twice) + " twice"));
    }

    std::string_view text_;
    std::string_view where_;
    Lines lines_;
};

}  // namespace

const std::string* XmlElement::attribute(std::string_view key) const {
    const auto found = std::ranges::find(attributes, key, &std::pair<std::string, std::string>::first);
    return found == attributes.end() ? nullptr : &found->second;
}

std::string_view XmlElement::value(std::string_view key) const {
    const std::string* text_at_key = attribute(key);
    return text_at_key == nullptr ? std::string_view() : *text_at_key;
}

const XmlElement* XmlElement::child(std::string_view child_name) const {
    const auto found = std::ranges::find(children, child_name, &XmlElement::name);
    return found == children.end() ? nullptr : &*found;
}

std::optional<std::int64_t> XmlElement::integer(std::string_view key) const {
    const std::string* value = attribute(key);
    if (value == nullptr) return std::nullopt;
    std::string_view digits = trimmed(*value);
    const bool hexadecimal = digits.starts_with("0x") || digits.starts_with("0X");
    if (hexadecimal) digits.remove_prefix(2);
    if (hexadecimal && digits.starts_with('-')) return std::nullopt;
    std::int64_t number = 0;
    const auto [end, code] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, hexadecimal ? 16 : 10);
    if (code != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
    return number;
}

Result<XmlElement> parse_xml(std::string_view text, std::string_view where) {
    return XmlTreeBuilder(text, where).parse();
}

}  // namespace muster
