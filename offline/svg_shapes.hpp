// Shapes and words of SVG that the parts of a picture share. Every text is escaped here.
#pragma once

#include "offline/topo_picture.hpp"
#include "placement/model/machine_graph.hpp"

#include <string>
#include <string_view>

namespace muster {

// Dark on light: text, lesser text, what stands back.
inline constexpr std::string_view kInk = "#1f2933", kFaint = "#52606d", kPale = "#9aa5b1";

struct SvgFill {
    std::string_view fill, stroke;
};

enum class SvgAnchor { start, middle, end };

struct SvgText {
    int size = 12;
    std::string_view colour = kInk;
    SvgAnchor anchor = SvgAnchor::start;
    bool bold = false;
};

[[nodiscard]] std::string svg_escaped(std::string_view text);
// ` name="value"`; the value is one of ours.
[[nodiscard]] std::string svg_attribute(std::string_view name, std::string_view value);
[[nodiscard]] std::string svg_text(int x, int y, std::string_view text, const SvgText& look = {});
[[nodiscard]] std::string svg_rect(const PictureBox& box, const SvgFill& look, int radius);
// Stroke of a link by its kind, thicker by its count.
[[nodiscard]] std::string svg_stroke(const Link& link);
[[nodiscard]] std::string_view svg_colour(LinkKind kind);

// Characters, not bytes.
[[nodiscard]] int svg_length(std::string_view text);
// The largest font size up to `most` at which the text is about as wide as the box, or less.
[[nodiscard]] int fitting_size(std::string_view text, int width, int most);
// "NVLink ×2 40.0 GB/s".
[[nodiscard]] std::string link_label(const Link& link);

// Boxes and links of the machine where the picture has them.
[[nodiscard]] std::string svg_machine(const MachineGraph& machine, const Picture& picture);

}  // namespace muster
