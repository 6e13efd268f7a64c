// What tests ask of a machine that was read.
#pragma once

#include "placement/model/machine_graph.hpp"
#include "placement/model/result.hpp"

#include <algorithm>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace muster {

struct LinkSum {
    std::int64_t count = 0;
    std::int64_t mbps = 0;
    bool operator==(const LinkSum&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const LinkSum& sum) {
    return out << sum.count << " links of " << sum.mbps << " MB/s";
}

inline LinkSum sum_of(const MachineGraph& machine, LinkKind kind) {
    LinkSum sum;
    for (const Link& link : machine.links()) {
        if (link.kind == kind) sum = {sum.count + link.count, sum.mbps + link.mbps};
    }
    return sum;
}

// The link between two parts by name; count 0: none of this kind.
inline LinkSum link_between(const MachineGraph& machine, std::string_view a, std::string_view b, LinkKind kind) {
    for (const Link& link : machine.links()) {
        const std::string &x = machine.part(link.a).name, &y = machine.part(link.b).name;
        if (link.kind == kind && ((x == a && y == b) || (x == b && y == a))) return {link.count, link.mbps};
    }
    return {};
}

inline const Part* part_of(const MachineGraph& machine, std::string_view name) {
    const auto found = std::ranges::find(machine.parts(), name, &Part::name);
    return found == machine.parts().end() ? nullptr : &*found;
}

inline std::size_t count_of(const MachineGraph& machine, PartKind kind) {
    return static_cast<std::size_t>(std::ranges::count(machine.parts(), kind, &Part::kind));
}

inline bool has_note(const MachineGraph& machine, std::string_view words) {
    return std::ranges::any_of(machine.notes(), [&](const std::string& note) { return note.contains(words); });
}

// The machine, or a failed test and nothing to look at.
inline MachineGraph machine_or_fail(Result<MachineGraph> read) {
    EXPECT_TRUE(read) << to_string(read.error());
    if (read) return *std::move(read);
    Part gpu;
    gpu.name = "GPU0";
    gpu.ordinal = 0;
    return *MachineGraph::build("none", Vendor::other, {gpu}, {});
}

}  // namespace muster
