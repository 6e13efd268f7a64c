// The operator's folder of machine dumps (settings: topology.machines).
#pragma once

#include "config/settings.hpp"
#include "placement/model/result.hpp"
#include "placement/topology/machine_library.hpp"

#include <expected>
#include <string>
#include <vector>

namespace muster {

// Every file directly in the folder is a dump, and the machine has the file's name; what begins with a dot is passed
// over, as are folders (a mounted ConfigMap has both). Every fault at once: a folder or file that cannot be read, one
// that is too large or no dump, more than limits::kMachineFiles of them.
[[nodiscard]] std::expected<MachineLibrary::Own, std::vector<Error>> read_machine_folder(const std::string& folder);

// The built-in profiles, and those of the settings' folder if they name one.
[[nodiscard]] std::expected<MachineLibrary, std::vector<Error>> load_machines(const Settings& settings);

}  // namespace muster
