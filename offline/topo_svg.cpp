#include "offline/svg_shapes.hpp"
#include "offline/topo_picture.hpp"
#include "offline/topo_report.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <string_view>
#include <tuple>

namespace muster {
namespace {

constexpr int kMargin = 28;
constexpr int kTitleHeight = 72;
constexpr int kLeastWidth = 860;

// Text and lines from a height downwards; remembers where it has come to.
class Panel {
  public:
    Panel(int y, int width) : y_(y), width_(width) {}
    [[nodiscard]] int y() const { return y_; }
    [[nodiscard]] const std::string& text() const { return text_; }

    void add_legend(const MachineGraph& machine) {
        // One sample for each kind, count and bandwidth, the fastest first.
        std::map<std::tuple<LinkKind, std::int64_t, std::int32_t>, Link> samples;
        for (const Link& link : machine.links()) {
            if (link.mbps < kLocalMbps) samples.emplace(std::tuple(link.kind, -link.mbps, link.count), link);
        }
        int x = 0;
        for (const auto& entry : samples) {
            const Link& link = entry.second;
            const std::string label = link_label(link);
            const int width = 44 + svg_length(label) * 7;
            if (x > 0 && x + width > width_) {
                x = 0;
                y_ += 20;
            }
            text_ += "<path" + svg_attribute("d", "M" + std::to_string(x) + " " + std::to_string(y_) + "h28") +
                     svg_stroke(link) + "/>\n" + svg_text(x + 35, y_ + 4, label, {12, kFaint, SvgAnchor::start, false});
            x += width + 16;
        }
        y_ += 40;
    }

    void add_sets(const TopoReport& report) {
        std::int64_t most = 1;
        for (const auto& size : report.sizes) {
            if (size.size > 1) most = std::max(most, size.best.value.ring_mbps);
        }
        text_ += svg_text(0, y_, "Best set of every size, by ring bandwidth", {15, kInk, SvgAnchor::start, true});
        y_ += 18;
        text_ += svg_text(0, y_, "Below it, where it is less: what the kubelet gives with all GPUs free",
                          {12, kFaint, SvgAnchor::start, false});
        y_ += 16;
        for (const auto& size : report.sizes) {
            if (size.size > 1) add_set(size, most);
        }
        y_ += 14;
    }

    void add_notes(const MachineGraph& machine) {
        for (const auto& note : machine.notes()) add_wrapped("· " + note);
    }

  private:
    void add_set(const SizeReport& size, std::int64_t most) {
        text_ += svg_text(22, y_ + 12, std::to_string(size.size), {13, kInk, SvgAnchor::end, true});
        add_bar(size.best, most, "#2f9e44", kInk, "");
        if (!size.kubelet || percent_of_best(size) >= 100) return;
        add_bar(*size.kubelet, most, kPale, kFaint, "kubelet ");
        y_ += 4;
    }

    void add_bar(const GpuSetChoice& choice, std::int64_t most, std::string_view colour, std::string_view ink,
                 std::string_view who) {
        constexpr int kBarAt = 250, kLongestBar = 520;
        const std::string set = std::string(who) + "{" + gpu_list(choice.gpus) + "}";
        text_ += svg_text(38, y_ + 12, set, {fitting_size(set, kBarAt - 44, 12), ink, SvgAnchor::start, false});
        const auto length = static_cast<int>(kLongestBar * choice.value.ring_mbps / most);
        text_ += "<rect" + svg_attribute("x", std::to_string(kBarAt)) + svg_attribute("y", std::to_string(y_ + 2)) +
                 svg_attribute("width", std::to_string(std::max(length, 1))) + svg_attribute("height", "12") +
                 svg_attribute("rx", "2") + svg_attribute("fill", colour) + "/>\n";
        const std::string value = (choice.value.exact ? "" : "≥ ") + gigabytes(choice.value.ring_mbps) + " GB/s";
        text_ += svg_text(kBarAt + length + 8, y_ + 12, value, {12, ink, SvgAnchor::start, false});
        y_ += 19;
    }

    void add_wrapped(std::string_view note) {
        const auto columns = static_cast<std::size_t>(width_ / 6);
        while (!note.empty()) {
            std::size_t end = std::min(note.size(), columns);
            if (end < note.size()) {
                const std::size_t blank = note.rfind(' ', end);
                if (blank != std::string_view::npos && blank > columns / 2) end = blank;
                while (end < note.size() && (static_cast<unsigned char>(note[end]) & 0xC0U) == 0x80U) ++end;
            }
            text_ += svg_text(0, y_ + 8, note.substr(0, end), {11, kFaint, SvgAnchor::start, false});
            y_ += 16;
            note.remove_prefix(std::min(note.size(), end));
            if (note.starts_with(' ')) note.remove_prefix(1);
        }
    }

    int y_;
    int width_;
    std::string text_;
};

std::string group_at(int x, int y, const std::string& content) {
    return "<g" + svg_attribute("transform", "translate(" + std::to_string(x) + " " + std::to_string(y) + ")") + ">\n" +
           content + "</g>\n";
}

}  // namespace

std::string topo_svg(const TopoReport& report) {
    const MachineGraph& machine = report.machine;
    const Picture picture = lay_out(machine);
    const int inner = std::max(picture.width, kLeastWidth);
    Panel panel(0, inner);
    panel.add_legend(machine);
    panel.add_sets(report);
    panel.add_notes(machine);
    const int below = kTitleHeight + picture.height + 34;
    const int width = inner + 2 * kMargin, height = below + panel.y() + kMargin;

    std::string text = "<svg xmlns=\"http://www.w3.org/2000/svg\"" + svg_attribute("width", std::to_string(width)) +
                       svg_attribute("height", std::to_string(height)) +
                       svg_attribute("viewBox", "0 0 " + std::to_string(width) + " " + std::to_string(height)) +
                       svg_attribute("font-family", "system-ui, 'Segoe UI', 'DejaVu Sans', Arial, sans-serif") + ">\n";
    const std::string title = machine_title(machine);
    text += "<title>" + svg_escaped(title) + "</title>\n";
    text += "<rect" + svg_attribute("width", std::to_string(width)) + svg_attribute("height", std::to_string(height)) +
            svg_attribute("fill", "#ffffff") + "/>\n";
    text += svg_text(kMargin, 34, title, {fitting_size(title, inner, 20), kInk, SvgAnchor::start, true});
    text += svg_text(kMargin, 53, machine.name() + "  ·  " + report.source, {12, kFaint, SvgAnchor::start, false});
    text += group_at(kMargin + (inner - picture.width) / 2, kTitleHeight, svg_machine(machine, picture));
    text += group_at(kMargin, below, panel.text());
    return text + "</svg>\n";
}

}  // namespace muster
