// A small immutable tree of XML elements with the line where each begins: all that importers see of the XML library.
#pragma once

#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

inline constexpr std::size_t kMaxXmlDepth = 64;
inline constexpr std::size_t kMaxXmlElements = 200'000;
inline constexpr std::size_t kMaxXmlAttributes = 256;  // of one element

// What XML takes for blank.
inline constexpr std::string_view kXmlSpace = " \t\r\n";

struct XmlElement {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;  // in file order
    std::vector<XmlElement> children;
    std::string text;  // character data directly inside, trimmed
    std::int32_t line = 0;

    [[nodiscard]] const std::string* attribute(std::string_view key) const;    // nullptr: absent
    [[nodiscard]] const XmlElement* child(std::string_view child_name) const;  // the first; nullptr: none
    [[nodiscard]] std::string_view value(std::string_view key) const;          // of the attribute; empty: absent
    // Decimal or 0x… hexadecimal. nullopt: absent or not a whole number.
    [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key) const;
};

// The document's root element. Entities beyond the five of XML, DTDs and external references are not followed. Errors
// (bad_input): not well-formed, or beyond the limits; they name the line. O(text).
[[nodiscard]] Result<XmlElement> parse_xml(std::string_view text, std::string_view where);

}  // namespace muster
