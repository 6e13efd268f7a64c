#include "placement/model/machine_graph.hpp"

#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <compare>
#include <numeric>
#include <optional>
#include <tuple>
#include <utility>

namespace muster {
namespace {

// The most of any generation that nvlinks_of knows.
constexpr std::int32_t kMostNvlinks = 36;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

std::string_view take_digits(std::string_view& text) {
    const std::size_t length = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const std::string_view digits = text.substr(0, length);
    text.remove_prefix(length);
    return digits;
}

// Runs of digits by value, everything else by byte; names that differ only in leading zeros by their bytes.
std::strong_ordering compare_names(std::string_view a, std::string_view b) {
    const std::string_view whole_a = a, whole_b = b;
    while (!a.empty() && !b.empty()) {
        if (is_digit(a.front()) && is_digit(b.front())) {
            std::string_view x = take_digits(a), y = take_digits(b);
            x.remove_prefix(std::min(x.find_first_not_of('0'), x.size()));
            y.remove_prefix(std::min(y.find_first_not_of('0'), y.size()));
            if (const auto by_length = x.size() <=> y.size(); by_length != 0) return by_length;
            if (const auto by_value = x <=> y; by_value != 0) return by_value;
            continue;
        }
        if (const auto by_byte = a.front() <=> b.front(); by_byte != 0) return by_byte;
        a.remove_prefix(1);
        b.remove_prefix(1);
    }
    if (const auto by_rest = a.size() <=> b.size(); by_rest != 0) return by_rest;
    return whole_a <=> whole_b;
}

int rank_of(PartKind kind) {
    switch (kind) {
        case PartKind::gpu:
            return 0;
        case PartKind::nic:
            return 1;
        case PartKind::numa:
            return 2;
        case PartKind::host_bridge:
            return 3;
        case PartKind::bridge:
            return 4;
        case PartKind::nvswitch:
            return 5;
    }
    return 6;
}

// Only what paths are classed by: everything else may be as a source shows it.
bool joins(LinkKind kind, PartKind a, PartKind b) {
    const auto ends = [&](PartKind x, PartKind y) { return (a == x && b == y) || (a == y && b == x); };
    const auto mesh = [](PartKind x) { return x == PartKind::gpu || x == PartKind::nvswitch || x == PartKind::numa; };
    switch (kind) {
        case LinkKind::pcie:
            return true;
        case LinkKind::nvlink:
        case LinkKind::xgmi:
            return mesh(a) && mesh(b);
        case LinkKind::c2c:
            return ends(PartKind::gpu, PartKind::numa);
        case LinkKind::socket:
            return ends(PartKind::numa, PartKind::numa);
    }
    return false;
}

// What build() works on; `where` of every error begins with the machine's name.
struct Draft {
    const std::string& machine;
    std::vector<Part>& parts;
    std::vector<Link>& links;

    [[nodiscard]] Error bad(std::string_view object, std::string what, std::string remedy) const {
        return {ErrorCode::bad_input, machine + ": " + std::string(object), std::move(what), std::move(remedy)};
    }
    [[nodiscard]] Error beyond(std::string what, std::string remedy) const {
        return {ErrorCode::limit, machine, std::move(what), std::move(remedy)};
    }
};

std::optional<Error> check_sizes(const Draft& draft) {
    const auto gpus = static_cast<std::size_t>(std::ranges::count(draft.parts, PartKind::gpu, &Part::kind));
    if (gpus == 0) return draft.bad("GPUs", "there is none", "give the dump of a machine with GPUs");
    if (gpus > kMaxGpus) {
        return draft.beyond(std::to_string(gpus) + " GPUs", "at most " + std::to_string(kMaxGpus) + " are handled");
    }
    if (draft.parts.size() > kMaxParts) {
        return draft.beyond(std::to_string(draft.parts.size()) + " parts",
                            "at most " + std::to_string(kMaxParts) + "; give the dump of one machine");
    }
    if (draft.links.size() > kMaxMachineLinks) {
        return draft.beyond(std::to_string(draft.links.size()) + " links",
                            "at most " + std::to_string(kMaxMachineLinks) + "; give the dump of one machine");
    }
    return std::nullopt;
}

// Sorts the parts and renames the ends of the links. The links' ends are known to exist.
void sort_parts(Draft& draft) {
    std::vector<std::uint32_t> order(draft.parts.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](std::uint32_t i, std::uint32_t j) {
        const Part &a = draft.parts[i], &b = draft.parts[j];
        if (a.kind != b.kind) return rank_of(a.kind) < rank_of(b.kind);
        if (a.kind == PartKind::gpu && a.ordinal != b.ordinal) return a.ordinal < b.ordinal;
        return compare_names(a.name, b.name) < 0;
    });
    std::vector<Part> sorted;
    sorted.reserve(order.size());
    std::vector<std::uint32_t> place(order.size());
    for (const std::uint32_t old : order) {
        place[old] = static_cast<std::uint32_t>(sorted.size());
        sorted.push_back(std::move(draft.parts[old]));
    }
    draft.parts = std::move(sorted);
    for (Link& link : draft.links) {
        const std::uint32_t a = place[link.a.value()], b = place[link.b.value()];
        link.a = PartIdx(std::min(a, b));
        link.b = PartIdx(std::max(a, b));
    }
}

std::optional<Error> check_link_ends(const Draft& draft) {
    for (std::size_t i = 0; i < draft.links.size(); ++i) {
        const Link& link = draft.links[i];
        for (const PartIdx end : {link.a, link.b}) {
            if (end.value() >= draft.parts.size()) {
                return draft.bad("links[" + std::to_string(i) + "]", "ends at part " + std::to_string(end.value()),
                                 "there are parts 0 to " + std::to_string(draft.parts.size() - 1));
            }
        }
    }
    return std::nullopt;
}

std::optional<Error> check_names(const Draft& draft) {
    std::vector<std::string_view> names;
    names.reserve(draft.parts.size());
    for (const Part& part : draft.parts) names.push_back(part.name);
    std::ranges::sort(names);
    if (names.front().empty()) return draft.bad("parts", "one has no name", "name it");
    const auto twice = std::ranges::adjacent_find(names);
    if (twice == names.end()) return std::nullopt;
    return draft.bad(*twice, "two parts of this name", "give each its own");
}

std::optional<Error> check_ordinals(const Draft& draft) {
    std::int32_t expected = 0;
    for (const Part& part : draft.parts) {
        if (part.kind != PartKind::gpu) break;
        if (part.ordinal != expected) {
            return draft.bad(part.name,
                             "GPU ordinal " + std::to_string(part.ordinal) + ", expected " + std::to_string(expected),
                             "number the GPUs 0, 1, … without a gap");
        }
        ++expected;
    }
    return std::nullopt;
}

std::optional<Error> check_links(const Draft& draft) {
    for (const Link& link : draft.links) {
        const Part &a = draft.parts[link.a.value()], &b = draft.parts[link.b.value()];
        const std::string kind(name_of(link.kind));
        const std::string object = kind + " link " + a.name + "–" + b.name;
        if (link.a == link.b) return draft.bad(object, "joins a part to itself", "leave it out");
        if (!joins(link.kind, a.kind, b.kind)) return draft.bad(object, "no such link exists between these parts", "");
        if (link.count <= 0 || link.mbps <= 0) {
            return draft.bad(object, "carries nothing", "leave it out, or give count and bandwidth above 0");
        }
        if (link.count > kMaxLinkCount || link.mbps > kMaxLinkMbps) {
            return draft.bad(object, "beyond what any link carries", "give MB/s");
        }
    }
    return std::nullopt;
}

void merge_links(Draft& draft) {
    const auto key = [](const Link& link) { return std::tuple(link.a, link.b, link.kind); };
    std::ranges::sort(draft.links, {}, key);
    std::vector<Link> merged;
    for (const Link& link : draft.links) {
        if (!merged.empty() && key(merged.back()) == key(link)) {
            merged.back().count += link.count;
            merged.back().mbps += link.mbps;
        } else {
            merged.push_back(link);
        }
    }
    draft.links = std::move(merged);
}

std::optional<Error> check_nvlinks(const Draft& draft) {
    std::vector<std::int64_t> sums(draft.parts.size());
    for (const Link& link : draft.links) {
        if (link.kind != LinkKind::nvlink) continue;
        sums[link.a.value()] += link.count;
        sums[link.b.value()] += link.count;
    }
    for (std::size_t i = 0; i < draft.parts.size() && draft.parts[i].kind == PartKind::gpu; ++i) {
        const Part& gpu = draft.parts[i];
        const std::int32_t known = nvlinks_of(gpu.arch);
        const std::int32_t most = known == 0 ? kMostNvlinks : known;
        if (sums[i] <= most) continue;
        const std::string generation =
            known == 0 ? "of any generation" : "of compute capability " + std::to_string(gpu.arch);
        return draft.bad(
            gpu.name,
            std::to_string(sums[i]) + " NVLinks, and no GPU " + generation + " has more than " + std::to_string(most),
            "links to an NVSwitch are given once, not once per peer");
    }
    return std::nullopt;
}

// Every part must hang together with GPU 0: a machine whose GPUs no path joins was not read whole.
std::optional<Error> check_connected(const Draft& draft) {
    std::vector<std::uint32_t> root(draft.parts.size());
    std::iota(root.begin(), root.end(), 0U);
    const auto find = [&](std::uint32_t at) {
        while (root[at] != at) at = root[at] = root[root[at]];
        return at;
    };
    for (const Link& link : draft.links) {
        const std::uint32_t a = find(link.a.value()), b = find(link.b.value());
        root[std::max(a, b)] = std::min(a, b);
    }
    for (std::uint32_t i = 0; i < root.size(); ++i) {
        if (find(i) == 0) continue;
        return draft.bad(draft.parts[i].name, "no path joins it to " + draft.parts.front().name,
                         "give the links up to the NUMA nodes, and those between them");
    }
    return std::nullopt;
}

std::optional<Error> check_and_sort(Draft& draft) {
    if (auto error = check_sizes(draft)) return error;
    if (auto error = check_names(draft)) return error;
    if (auto error = check_link_ends(draft)) return error;
    sort_parts(draft);
    if (auto error = check_ordinals(draft)) return error;
    std::ranges::sort(draft.links);  // the first fault found is the same whatever the input's order
    if (auto error = check_links(draft)) return error;
    merge_links(draft);
    if (auto error = check_nvlinks(draft)) return error;
    return check_connected(draft);
}

}  // namespace

std::string_view name_of(LinkKind kind) {
    switch (kind) {
        case LinkKind::pcie:
            return "PCIe";
        case LinkKind::nvlink:
            return "NVLink";
        case LinkKind::xgmi:
            return "xGMI";
        case LinkKind::c2c:
            return "C2C";
        case LinkKind::socket:
            return "socket";
    }
    return "unknown";
}

Result<MachineGraph> MachineGraph::build(std::string name, Vendor vendor, std::vector<Part> parts,
                                         std::vector<Link> links) {
    Draft draft{name, parts, links};
    if (auto error = check_and_sort(draft)) return std::unexpected(std::move(*error));

    MachineGraph graph;
    graph.vendor_ = vendor;
    graph.gpus_ = static_cast<std::size_t>(std::ranges::count(parts, PartKind::gpu, &Part::kind));
    graph.nics_ = static_cast<std::size_t>(std::ranges::count(parts, PartKind::nic, &Part::kind));
    graph.first_link_.assign(parts.size() + 1, 0);
    for (const Link& link : links) {
        ++graph.first_link_[link.a.value() + 1];
        ++graph.first_link_[link.b.value() + 1];
    }
    std::partial_sum(graph.first_link_.begin(), graph.first_link_.end(), graph.first_link_.begin());
    graph.link_list_.resize(links.size() * 2);
    std::vector<std::uint32_t> next(graph.first_link_);
    for (std::uint32_t i = 0; i < links.size(); ++i) {
        for (const PartIdx end : {links[i].a, links[i].b}) graph.link_list_[next[end.value()]++] = i;
    }
    graph.name_ = std::move(name);
    graph.parts_ = std::move(parts);
    graph.links_ = std::move(links);
    return graph;
}

std::span<const std::uint32_t> MachineGraph::links_of(PartIdx at) const {
    const std::uint32_t first = first_link_[at.value()], last = first_link_[at.value() + 1];
    return std::span(link_list_).subspan(first, last - first);
}

std::vector<std::string> MachineGraph::take_uuids() {
    std::vector<std::string> uuids;
    bool told = false;
    for (std::size_t i = 0; i < gpus_; ++i) {
        uuids.push_back(std::exchange(parts_[i].uuid, {}));
        told = told || !uuids.back().empty();
    }
    if (!told) uuids.clear();
    return uuids;
}

void MachineGraph::add_note(std::string note) {
    const auto at = std::ranges::lower_bound(notes_, note);
    if (at == notes_.end() || *at != note) notes_.insert(at, std::move(note));
}

}  // namespace muster
