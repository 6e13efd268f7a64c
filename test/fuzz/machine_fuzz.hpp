// What every importer of a machine must keep, whatever bytes come.
#pragma once

#include "dialects/topology/machine_dump.hpp"
#include "placement/model/check.hpp"

#include <cstdint>
#include <string_view>

namespace muster {

// Refused with words, or a machine that keeps the promises of its header; the same twice.
inline void check_importer(Result<MachineGraph> (*read)(std::string_view text, std::string_view where),
                           std::string_view bytes) {
    const auto machine = read(bytes, "fuzz");
    MUSTER_CHECK(read(bytes, "fuzz") == machine);
    if (!machine) {
        MUSTER_CHECK(machine.error().where.starts_with("fuzz") && !machine.error().what.empty());
        return;
    }
    MUSTER_CHECK(machine->gpu_count() > 0 && machine->gpu_count() <= kMaxGpus);
    for (std::size_t gpu = 0; gpu < machine->gpu_count(); ++gpu) {
        const Part& part = machine->part(machine->gpu(gpu));
        MUSTER_CHECK(part.kind == PartKind::gpu && part.ordinal == static_cast<std::int32_t>(gpu));
    }
    for (const Part& part : machine->parts()) {
        MUSTER_CHECK(!part.name.empty() && part.numa >= -1 && part.arch >= 0 && part.nic_mbps >= 0);
    }
    for (const Link& link : machine->links()) {
        MUSTER_CHECK(link.a < link.b && link.b.value() < machine->parts().size());
        MUSTER_CHECK(link.count > 0 && link.mbps > 0);
    }
}

}  // namespace muster
