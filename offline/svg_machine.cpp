#include "offline/svg_shapes.hpp"
#include "offline/topo_picture.hpp"
#include "offline/topo_report.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

namespace muster {
namespace {

SvgFill fill_of(PartKind kind) {
    switch (kind) {
        case PartKind::gpu:
            return {"#d3f0db", "#2b8a3e"};
        case PartKind::nic:
            return {"#ffe8cc", "#d9730d"};
        case PartKind::numa:
            return {"#d0dbea", "#486581"};
        case PartKind::host_bridge:
        case PartKind::bridge:
            return {"#ffffff", "#7b8794"};
        case PartKind::nvswitch:
            return {"#b7e4c0", "#2b8a3e"};
    }
    return {};
}

class MachineDrawing {
  public:
    MachineDrawing(const MachineGraph& machine, const Picture& picture) : machine_(machine), picture_(picture) {}

    std::string draw() const {
        std::string text;
        for (const auto& frame : picture_.frames) text += svg_rect(frame, {"#f5f7fa", "#cbd2d9"}, 10);
        for (const auto& mesh : picture_.meshes) text += draw_mesh(mesh);
        for (const std::size_t i : picture_.lines) text += draw_line(machine_.links()[i]);
        for (const auto& arc : picture_.arcs) text += draw_arc(arc);
        for (std::uint32_t i = 0; i < picture_.boxes.size(); ++i) text += draw_box(PartIdx(i));
        return text;
    }

  private:
    const PictureBox& box(PartIdx at) const { return picture_.boxes[at.value()]; }

    static std::string path(const std::string& data, const Link& link, std::string_view opacity = "1") {
        return "<path" + svg_attribute("d", data) + svg_stroke(link) +
               (opacity == "1" ? "" : svg_attribute("stroke-opacity", opacity)) + "/>\n";
    }

    std::string draw_mesh(const PictureMesh& mesh) const {
        std::string text;
        const bool above = mesh.bar.y < box(mesh.parts.front()).y;
        for (const PartIdx at : mesh.parts) {
            const PictureBox& end = box(at);
            const std::string x = std::to_string(end.centre());
            text += path(above ? "M" + x + " " + std::to_string(mesh.bar.bottom()) + "V" + std::to_string(end.y)
                               : "M" + x + " " + std::to_string(end.bottom()) + "V" + std::to_string(mesh.bar.y),
                         mesh.sample);
        }
        text += svg_rect(mesh.bar, {"#ffffff", svg_colour(mesh.sample.kind)}, 6);
        const std::string label = mesh.alike ? "every two: " + link_label(mesh.sample)
                                             : std::string(name_of(mesh.sample.kind)) + " among " +
                                                   std::to_string(mesh.parts.size()) + " GPUs, not all alike";
        return text + svg_text(mesh.bar.centre(), mesh.bar.y + mesh.bar.height / 2 + 4, label,
                               {12, kInk, SvgAnchor::middle, true});
    }

    std::string draw_line(const Link& link) const {
        if (link.kind == LinkKind::socket) return draw_socket(link);
        const bool a_above = box(link.a).y < box(link.b).y;
        const PictureBox& up = a_above ? box(link.a) : box(link.b);
        const PictureBox& down = a_above ? box(link.b) : box(link.a);
        int from = up.centre();
        int to = std::clamp(from, down.x + 8, std::max(down.x + 8, down.right() - 8));
        // From a switch that spans its GPUs straight down to each; a link to the CPU beside that of PCIe.
        if (up.width > down.width) from = to = down.centre();
        if (link.kind == LinkKind::c2c || (link.kind == LinkKind::nvlink && up.bottom() + 60 < down.y)) {
            from = up.right() - 12;
            to = std::clamp(from, down.x + 8, std::max(down.x + 8, down.right() - 8));
        }
        const int middle = (up.bottom() + down.y) / 2;
        // A device that a source shows below several NUMA nodes stands at the first.
        constexpr int kFar = 150;
        const bool far = from < down.x - kFar || from > down.right() + kFar;
        if (from == to)
            return path("M" + std::to_string(from) + " " + std::to_string(up.bottom()) + "V" + std::to_string(down.y),
                        link);
        return path("M" + std::to_string(from) + " " + std::to_string(up.bottom()) + "C" + std::to_string(from) + " " +
                        std::to_string(middle) + " " + std::to_string(to) + " " + std::to_string(middle) + " " +
                        std::to_string(to) + " " + std::to_string(down.y),
                    link, far ? "0.2" : "1");
    }

    std::string draw_socket(const Link& link) const {
        const bool a_left = box(link.a).x < box(link.b).x;
        const PictureBox& first = a_left ? box(link.a) : box(link.b);
        const PictureBox& last = a_left ? box(link.b) : box(link.a);
        const bool neighbours = std::ranges::none_of(machine_.parts(), [&](const Part& part) {
            const auto& other = picture_.boxes[static_cast<std::size_t>(&part - machine_.parts().data())];
            return part.kind == PartKind::numa && other.x > first.x && other.x < last.x;
        });
        if (neighbours) {
            const int y = first.y + first.height / 2;
            return path("M" + std::to_string(first.right()) + " " + std::to_string(y) + "H" + std::to_string(last.x),
                        link) +
                   svg_text((first.right() + last.x) / 2, y - 6, gigabytes(link.mbps),
                            {10, kFaint, SvgAnchor::middle, false});
        }
        const int drop = std::min(kMostSocketDrop * 4 / 3, 30 + (last.x - first.x) / 10);
        const std::string y = std::to_string(first.bottom()), low = std::to_string(first.bottom() + drop);
        return path("M" + std::to_string(first.centre()) + " " + y + "C" + std::to_string(first.centre()) + " " + low +
                        " " + std::to_string(last.centre()) + " " + low + " " + std::to_string(last.centre()) + " " + y,
                    link);
    }

    std::string draw_arc(const PictureArc& arc) const {
        const int y = box(arc.link.a).y;
        const std::string low = std::to_string(y), high = std::to_string(y - arc.rise);
        return "<path" +
               svg_attribute("d", "M" + std::to_string(arc.from) + " " + low + "C" + std::to_string(arc.from) + " " +
                                      high + " " + std::to_string(arc.to) + " " + high + " " + std::to_string(arc.to) +
                                      " " + low) +
               svg_stroke(arc.link) + svg_attribute("stroke-opacity", "0.8") + "><title>" +
               svg_escaped(machine_.part(arc.link.a).name + " – " + machine_.part(arc.link.b).name + ": " +
                           link_label(arc.link)) +
               "</title></path>\n";
    }

    std::string draw_box(PartIdx at) const {
        const Part& part = machine_.part(at);
        const PictureBox& where = box(at);
        if (where.width == 0) return "";
        const bool big = part.kind == PartKind::gpu;
        std::string text = "<g><title>" + svg_escaped(describe(part)) + "</title>\n";
        text += svg_rect(where, fill_of(part.kind), part.kind == PartKind::bridge ? 13 : 6);
        const std::string second = second_line(part);
        const int middle = where.y + where.height / 2 + (second.empty() ? 4 : -2);
        const int size = fitting_size(part.name, where.width, big ? 14 : 12);
        text += svg_text(where.centre(), middle, part.name, {size, kInk, SvgAnchor::middle, big});
        if (!second.empty()) {
            text += svg_text(where.centre(), middle + 13, second,
                             {fitting_size(second, where.width, 10), kFaint, SvgAnchor::middle, false});
        }
        return text + "</g>\n";
    }

    static std::string second_line(const Part& part) {
        if (part.kind == PartKind::nic && part.nic_mbps > 0) {
            constexpr std::int64_t kMbitPerGbit = 1'000;
            return std::to_string(part.nic_mbps / kMbitPerGbit) + " Gbit/s";
        }
        if (part.kind != PartKind::gpu) return "";
        // Without its domain and function, which are the same for all.
        constexpr std::size_t kDomain = 5, kFunction = 2;
        if (part.bus.size() <= kDomain + kFunction) return part.bus;
        return part.bus.substr(kDomain, part.bus.size() - kDomain - kFunction);
    }

    static std::string describe(const Part& part) {
        std::string text = part.name;
        if (!part.model.empty()) text += ", " + part.model;
        if (!part.bus.empty()) text += ", " + part.bus;
        if (part.numa >= 0) text += ", NUMA node " + std::to_string(part.numa);
        return text;
    }

    const MachineGraph& machine_;
    const Picture& picture_;
};

}  // namespace

std::string svg_machine(const MachineGraph& machine, const Picture& picture) {
    return MachineDrawing(machine, picture).draw();
}

}  // namespace muster
