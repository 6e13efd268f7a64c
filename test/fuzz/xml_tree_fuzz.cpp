// Any bytes as XML: a tree within its limits, whose lines lie in the text, or a refusal that names one. A tree written
// out again reads as the same tree.
#include "dialects/topology/xml_tree.hpp"
#include "placement/model/check.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace muster {
namespace {

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        constexpr std::string_view kSpecial = "<>&\"'\t\n\r";
        if (kSpecial.find(c) == std::string_view::npos) {
            out += c;
        } else {
            out += "&#" + std::to_string(static_cast<int>(c)) + ";";
        }
    }
    return out;
}

void write(const XmlElement& element, std::string& out) {
    out += "<" + element.name;
    for (const auto& [key, value] : element.attributes) out += " " + key + "=\"" + escaped(value) + "\"";
    out += ">" + escaped(element.text);
    for (const auto& child : element.children) write(child, out);
    out += "</" + element.name + ">";
}

bool same(const XmlElement& a, const XmlElement& b) {
    return a.name == b.name && a.attributes == b.attributes && a.text == b.text &&
           std::ranges::equal(a.children, b.children, same);
}

std::size_t check_element(const XmlElement& element, std::size_t depth, std::int32_t lines) {
    MUSTER_CHECK(depth <= kMaxXmlDepth && !element.name.empty());
    MUSTER_CHECK(element.line >= 1 && element.line <= lines);
    std::size_t elements = 1;
    for (const auto& child : element.children) {
        MUSTER_CHECK(child.line >= element.line);
        elements += check_element(child, depth + 1, lines);
    }
    return elements;
}

void check(std::string_view bytes) {
    const auto tree = parse_xml(bytes, "fuzz");
    if (!tree) {
        MUSTER_CHECK(tree.error().where.starts_with("fuzz: line ") && !tree.error().what.empty());
        return;
    }
    const auto lines = static_cast<std::int32_t>(std::ranges::count(bytes, '\n') + 1);
    MUSTER_CHECK(check_element(*tree, 1, lines) <= kMaxXmlElements);
    std::string written;
    write(*tree, written);
    const auto again = parse_xml(written, "again");
    MUSTER_CHECK(again && same(*tree, *again));
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
