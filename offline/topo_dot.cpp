#include "offline/topo_report.hpp"

#include <array>
#include <string>
#include <string_view>

namespace muster {
namespace {

struct Look {
    std::string_view shape, fill;
};

Look look_of(PartKind kind) {
    switch (kind) {
        case PartKind::gpu:
            return {"box", "#d8f0dd"};
        case PartKind::nic:
            return {"box", "#fdebd0"};
        case PartKind::numa:
            return {"box3d", "#e3e8ef"};
        case PartKind::host_bridge:
            return {"trapezium", "#eef1f6"};
        case PartKind::bridge:
            return {"ellipse", "#eef1f6"};
        case PartKind::nvswitch:
            return {"octagon", "#bfe6c8"};
    }
    return {};
}

std::string_view colour_of(LinkKind kind) {
    switch (kind) {
        case LinkKind::nvlink:
            return "#2b8a3e";
        case LinkKind::xgmi:
            return "#c92a2a";
        case LinkKind::c2c:
            return "#7048e8";
        case LinkKind::socket:
            return "#e67700";
        case LinkKind::pcie:
            break;
    }
    return "#5c6b7f";
}

std::string in_quotes(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        result += c < ' ' && c >= '\0' ? ' ' : c;
    }
    return result + "\"";
}

}  // namespace

std::string topo_dot(const TopoReport& report) {
    const MachineGraph& machine = report.machine;
    std::string text = "graph machine {\n  label=" + in_quotes(machine_title(machine)) +
                       ";\n  labelloc=t;\n  fontname=\"sans-serif\";\n"
                       "  node [fontname=\"sans-serif\", fontsize=11, style=filled, color=\"#5c6b7f\"];\n"
                       "  edge [fontname=\"sans-serif\", fontsize=9];\n";
    for (const Part& part : machine.parts()) {
        const Look look = look_of(part.kind);
        text += "  " + in_quotes(part.name) + " [shape=" + std::string(look.shape) + ", fillcolor=\"" +
                std::string(look.fill) + "\"];\n";
    }
    for (const Link& link : machine.links()) {
        std::string label = std::string(name_of(link.kind));
        if (link.count > 1) label += " ×" + std::to_string(link.count);
        if (link.mbps < kLocalMbps) label += " " + gigabytes(link.mbps);
        const std::string colour = "\"" + std::string(colour_of(link.kind)) + "\"";
        text += "  " + in_quotes(machine.part(link.a).name) + " -- " + in_quotes(machine.part(link.b).name) +
                " [label=" + in_quotes(label) + ", color=" + colour + ", fontcolor=" + colour;
        // NVLinks do not shape the tree: the picture is layered by PCIe.
        if (link.kind == LinkKind::nvlink || link.kind == LinkKind::xgmi) text += ", penwidth=2, constraint=false";
        text += "];\n";
    }
    return text + "}\n";
}

}  // namespace muster
