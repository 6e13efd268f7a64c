#include "offline/svg_shapes.hpp"

#include "offline/topo_report.hpp"

#include <algorithm>

namespace muster {
namespace {

std::string tenths(int value) {
    return std::to_string(value / 10) + "." + std::to_string(value % 10);
}

}  // namespace

std::string svg_escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
        switch (c) {
            case '&':
                result += "&amp;";
                break;
            case '<':
                result += "&lt;";
                break;
            case '>':
                result += "&gt;";
                break;
            case '"':
                result += "&quot;";
                break;
            default:
                result += c >= '\0' && c < ' ' ? ' ' : c;
        }
    }
    return result;
}

std::string svg_attribute(std::string_view name, std::string_view value) {
    return " " + std::string(name) + "=\"" + std::string(value) + "\"";
}

std::string svg_text(int x, int y, std::string_view text, const SvgText& look) {
    std::string result = "<text" + svg_attribute("x", std::to_string(x)) + svg_attribute("y", std::to_string(y)) +
                         svg_attribute("font-size", std::to_string(look.size)) + svg_attribute("fill", look.colour);
    if (look.anchor == SvgAnchor::middle) result += svg_attribute("text-anchor", "middle");
    if (look.anchor == SvgAnchor::end) result += svg_attribute("text-anchor", "end");
    if (look.bold) result += svg_attribute("font-weight", "600");
    return result + ">" + svg_escaped(text) + "</text>\n";
}

std::string svg_rect(const PictureBox& box, const SvgFill& look, int radius) {
    return "<rect" + svg_attribute("x", std::to_string(box.x)) + svg_attribute("y", std::to_string(box.y)) +
           svg_attribute("width", std::to_string(box.width)) + svg_attribute("height", std::to_string(box.height)) +
           svg_attribute("rx", std::to_string(radius)) + svg_attribute("fill", look.fill) +
           svg_attribute("stroke", look.stroke) + "/>\n";
}

std::string_view svg_colour(LinkKind kind) {
    switch (kind) {
        case LinkKind::nvlink:
            return "#2f9e44";
        case LinkKind::xgmi:
            return "#d6336c";
        case LinkKind::c2c:
            return "#7048e8";
        case LinkKind::socket:
            return "#e8890c";
        case LinkKind::pcie:
            break;
    }
    return "#7b8794";
}

std::string svg_stroke(const Link& link) {
    const bool fast = link.kind == LinkKind::nvlink || link.kind == LinkKind::xgmi || link.kind == LinkKind::c2c;
    const int width = fast ? std::min(14 + 9 * link.count, 50) : 16;
    return svg_attribute("fill", "none") + svg_attribute("stroke", svg_colour(link.kind)) +
           svg_attribute("stroke-width", tenths(width));
}

int svg_length(std::string_view text) {
    return static_cast<int>(
        std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

int fitting_size(std::string_view text, int width, int most) {
    constexpr int kPerMille = 600;  // width of a letter in thousandths of its size
    constexpr int kSmallest = 6;
    return std::clamp((width - 6) * 1'000 / (std::max(svg_length(text), 1) * kPerMille), kSmallest, most);
}

std::string link_label(const Link& link) {
    std::string label(name_of(link.kind));
    if (link.count > 1) label += " ×" + std::to_string(link.count);
    return label + " " + gigabytes(link.mbps) + " GB/s";
}

}  // namespace muster
