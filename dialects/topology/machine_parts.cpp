#include "dialects/topology/machine_parts.hpp"

#include "dialects/topology/machine_dump.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <utility>

namespace muster {
namespace {

std::int64_t between(const Part& a, const Part& b) {
    return std::min(socket_mbps(a.cpu, a.cpu_model), socket_mbps(b.cpu, b.cpu_model));
}

}  // namespace

PartIdx MachineParts::add(Part part) {
    parts.push_back(std::move(part));
    return PartIdx(static_cast<std::uint32_t>(parts.size() - 1));
}

PartIdx MachineParts::add_nvswitch(std::string name) {
    Part part;
    part.kind = PartKind::nvswitch;
    part.name = std::move(name);
    return add(std::move(part));
}

void MachineParts::join(PartIdx a, PartIdx b, LinkKind kind, std::int64_t mbps, std::int32_t count) {
    links.push_back({std::min(a, b), std::max(a, b), kind, count, mbps});
}

void MachineParts::join_sockets() {
    std::vector<PartIdx> nodes;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        if (parts[i].kind == PartKind::numa) nodes.emplace_back(static_cast<std::uint32_t>(i));
    }
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        for (std::size_t j = i + 1; j < nodes.size(); ++j) {
            join(nodes[i], nodes[j], LinkKind::socket, between(parts[nodes[i].value()], parts[nodes[j].value()]));
        }
    }
}

void MachineParts::add_gpus(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
        Part gpu;
        gpu.name = "GPU" + std::to_string(i);
        gpu.ordinal = static_cast<std::int32_t>(i);
        add(std::move(gpu));
    }
}

Result<MachineGraph> MachineParts::build(std::string_view where, Vendor vendor) && {
    auto machine = MachineGraph::build(std::string(where), vendor, std::move(parts), std::move(links));
    if (!machine) {
        Error error = std::move(machine).error();
        if (!error.where.starts_with(where))
            error.where = error.where.empty() ? std::string(where) : std::string(where) + ": " + error.where;
        return std::unexpected(std::move(error));
    }
    for (auto& note : notes) machine->add_note(std::move(note));
    return machine;
}

std::optional<Error> check_dump_size(std::string_view text, std::string_view where) {
    if (text.size() <= kMaxDumpBytes) return std::nullopt;
    return Error{ErrorCode::limit, std::string(where),
                 "is larger than the " + std::to_string(kMaxDumpBytes >> 20U) + " MiB that are read",
                 "give the dump of one machine"};
}

std::string list_names(const std::vector<std::string>& names, std::size_t most) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i == 0 ? "" : ", ") + names[i];
    if (names.size() > most) text += " and " + std::to_string(names.size() - most) + " more";
    return text;
}

}  // namespace muster
