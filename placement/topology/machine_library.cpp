#include "placement/topology/machine_library.hpp"

#include "placement/model/check.hpp"
#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <utility>

namespace muster {

MachineLibrary::MachineLibrary(Own own) : own_(std::move(own)) {
    for (const auto& [name, machine] : own_) MUSTER_CHECK(static_cast<bool>(machine));
}

MachineRef MachineLibrary::named(std::string_view name) const {
    const auto at = own_.find(name);
    return at != own_.end() ? at->second : MachineRef(machine_profile(name));
}

MachineRef MachineLibrary::fitting(const GpuFacts& facts) const {
    const std::string_view profile = choose_machine_profile(facts);
    return profile.empty() ? MachineRef() : named(profile);
}

const MachineLibrary& built_in_machines() {
    static const MachineLibrary kBuiltIn;
    return kBuiltIn;
}

std::vector<std::string_view> MachineLibrary::names() const {
    std::vector<std::string_view> names = machine_profile_names();
    for (const auto& [name, machine] : own_) names.push_back(name);
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    return names;
}

}  // namespace muster
