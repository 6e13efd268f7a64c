#include "offline/gang_picture.hpp"

#include "offline/node_list.hpp"
#include "offline/text_columns.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

// More lines than this are no picture any more: then only coarser levels are drawn.
constexpr std::size_t kMostLines = 48;
// Hosts with more devices (or with fractions of them) get numbers alone.
constexpr std::int64_t kWidestBar = 16;
constexpr std::size_t kNamesWidth = 40;
constexpr std::size_t kRanksWidth = 24;

using Line = std::array<std::string, 6>;  // name, bar, used, taken, left, ranks
using Domains = std::vector<const DomainUse*>;

std::string repeated(std::string_view text, std::int64_t times) {
    std::string result;
    for (std::int64_t i = 0; i < times; ++i) result += text;
    return result;
}

// "0-3,8": runs of ranks.
std::string ranges(const std::vector<std::int32_t>& ranks) {
    std::string text;
    for (std::size_t i = 0; i < ranks.size();) {
        std::size_t last = i;
        while (last + 1 < ranks.size() && ranks[last + 1] == ranks[last] + 1) ++last;
        if (ranks[i] < 0) return "-";
        const std::string run = std::to_string(ranks[i]) + (last > i ? "-" + std::to_string(ranks[last]) : "");
        if (!text.empty() && text.size() + run.size() + 1 > kRanksWidth) return text + ",…";
        text += (text.empty() ? "" : ",") + run;
        i = last + 1;
    }
    return text;
}

// Whether two domains look the same, names and ranks aside.
bool alike(const DomainUse& a, const DomainUse& b) {
    return a.total == b.total && a.used == b.used && a.taken == b.taken && a.hosts == b.hosts &&
           a.ranks.size() == b.ranks.size() && std::ranges::equal(a.children, b.children, alike);
}

class GangPicture {
  public:
    GangPicture(const GangTree& tree, std::size_t depth) : devices_(!tree.device.empty()) {
        const DomainUse& root = tree.root;
        const std::string name = root.level == "cluster" ? "cluster" : root.level + " " + root.name;
        lines_.push_back({"", "", "USED", "TAKEN", "LEFT", "RANKS"});
        lines_.push_back(line(name, {&root}));
        draw_below({&root}, "", depth);
    }

    [[nodiscard]] std::size_t lines() const { return lines_.size(); }

    [[nodiscard]] std::string text() const {
        std::array<std::size_t, 6> widths{};
        for (const Line& line : lines_) {
            for (std::size_t i = 0; i < line.size(); ++i) widths[i] = std::max(widths[i], text_width(line[i]));
        }
        std::string text;
        for (const Line& line : lines_) {
            std::string row;
            for (std::size_t i = 0; i < line.size(); ++i) {
                if (widths[i] == 0 || (!devices_ && i > 0 && i < 5)) continue;
                const std::string space(widths[i] - text_width(line[i]), ' ');
                const bool number = i >= 2 && i <= 4;
                row += (row.empty() && i == 0 ? "" : "  ") + (number ? space + line[i] : line[i] + space);
            }
            while (row.ends_with(' ')) row.pop_back();
            text += row + "\n";
        }
        return text;
    }

  private:
    // Numbers of one of the domains, which are alike, and the ranks of all.
    [[nodiscard]] Line line(std::string name, const Domains& same) const {
        const DomainUse& one = *same.front();
        const std::int64_t left = one.total - one.used - one.taken;
        std::string bar;
        const bool drawn = one.level == kHostLevel && one.total <= kWidestBar && one.used >= 0 && left >= 0;
        if (drawn) bar = repeated("▒", one.used) + repeated("█", one.taken) + repeated("·", left);
        std::vector<std::int32_t> ranks;
        for (const DomainUse* domain : same) ranks.insert(ranks.end(), domain->ranks.begin(), domain->ranks.end());
        std::ranges::sort(ranks);
        return {std::move(name),           std::move(bar),       std::to_string(one.used),
                std::to_string(one.taken), std::to_string(left), ranges(ranks)};
    }

    // Children of domains that are alike: those alike are drawn as one.
    void draw_below(const Domains& parents, const std::string& indent, std::size_t depth) {
        if (depth == 0) return;
        std::vector<Domains> groups;
        for (const DomainUse* parent : parents) {
            for (const DomainUse& child : parent->children) {
                const auto group =
                    std::ranges::find_if(groups, [&](const Domains& same) { return alike(*same.front(), child); });
                if (group == groups.end())
                    groups.push_back({&child});
                else
                    group->push_back(&child);
            }
        }
        const bool rest = draw_rest_after(*parents.front());
        for (std::size_t i = 0; i < groups.size(); ++i) {
            const bool last = i + 1 == groups.size() && !rest;
            std::vector<std::string> names;
            for (const DomainUse* domain : groups[i]) names.push_back(domain->name);
            std::string name = groups[i].front()->level == kHostLevel ? "" : groups[i].front()->level + " ";
            name += compress_names(std::move(names), kNamesWidth);
            if (groups[i].size() > 1) name += " ×" + std::to_string(groups[i].size()) + ", each";
            lines_.push_back(line(indent + (last ? "└─ " : "├─ ") + name, groups[i]));
            draw_below(groups[i], indent + (last ? "   " : "│  "), depth - 1);
        }
        if (rest) lines_.push_back(rest_of(*parents.front(), indent, parents.size() > 1));
    }

    [[nodiscard]] static bool draw_rest_after(const DomainUse& parent) { return hosts_drawn(parent) < parent.hosts; }

    [[nodiscard]] static std::int32_t hosts_drawn(const DomainUse& parent) {
        std::int32_t hosts = 0;
        for (const DomainUse& child : parent.children) hosts += child.hosts;
        return hosts;
    }

    // What the domain holds beside the children that get members.
    [[nodiscard]] static Line rest_of(const DomainUse& parent, const std::string& indent, bool each) {
        DomainUse rest;
        rest.total = parent.total;
        rest.used = parent.used;
        for (const DomainUse& child : parent.children) {
            rest.total -= child.total;
            rest.used -= child.used;
        }
        const std::int32_t hosts = parent.hosts - hosts_drawn(parent);
        const std::string name =
            std::to_string(hosts) + (hosts == 1 ? " other host" : " other hosts") + (each ? " in each" : "");
        return {indent + "└─ " + name, "", std::to_string(rest.used), "-", std::to_string(rest.total - rest.used), ""};
    }

    const bool devices_;
    std::vector<Line> lines_;
};

std::size_t depth_of(const DomainUse& use) {
    std::size_t depth = 0;
    for (const DomainUse& child : use.children) depth = std::max(depth, depth_of(child) + 1);
    return depth;
}

}  // namespace

std::string gang_picture(const GangTree& tree) {
    std::size_t depth = depth_of(tree.root);
    while (depth > 1 && GangPicture(tree, depth).lines() > kMostLines) --depth;
    return GangPicture(tree, depth).text();
}

}  // namespace muster
