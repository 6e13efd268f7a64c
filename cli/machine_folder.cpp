#include "cli/machine_folder.hpp"

#include "cli/read_input.hpp"
#include "dialects/topology/machine_dump.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

namespace muster {
namespace {

namespace fs = std::filesystem;

Result<std::vector<std::string>> dumps_in(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> names;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        std::string name = at->path().filename().string();
        if (name.starts_with('.') || at->is_directory(error)) continue;
        if (names.size() == limits::kMachineFiles) {
            return std::unexpected(Error{ErrorCode::limit, folder,
                                         "holds more than " + std::to_string(limits::kMachineFiles) + " files",
                                         "give one dump for each type of machine"});
        }
        names.push_back(std::move(name));
    }
    if (error) {
        return std::unexpected(Error{ErrorCode::bad_input, folder, "cannot be read: " + error.message(),
                                     "name a folder of machine dumps in topology.machines"});
    }
    std::ranges::sort(names);
    return names;
}

Result<MachineGraph> read_dump(const std::string& folder, const std::string& name) {
    const std::string path = (fs::path(folder) / name).string();
    std::error_code error;
    if (const auto size = fs::file_size(path, error); !error && size > kMaxDumpBytes) {
        return std::unexpected(Error{
            ErrorCode::limit, path, "is larger than the " + std::to_string(kMaxDumpBytes >> 20U) + " MiB that are read",
            "give the dump of one machine"});
    }
    MUSTER_TRY(const std::string text, read_file(path));
    auto machine = read_machine_dump(text, name);  // the machine is called as the file is
    if (machine) return machine;
    Error fault = std::move(machine).error();
    fault.where = (fs::path(folder) / fault.where).string();
    return std::unexpected(std::move(fault));
}

}  // namespace

std::expected<MachineLibrary::Own, std::vector<Error>> read_machine_folder(const std::string& folder) {
    const auto names = dumps_in(folder);
    if (!names) return std::unexpected(std::vector{names.error()});
    MachineLibrary::Own machines;
    std::vector<Error> errors;
    for (const auto& name : *names) {
        auto machine = read_dump(folder, name);
        if (!machine) {
            errors.push_back(std::move(machine).error());
            continue;
        }
        // Of the one machine that was dumped; its like have others.
        static_cast<void>(machine->take_uuids());
        machines.emplace(name, std::make_shared<const MachineGraph>(*std::move(machine)));
    }
    if (!errors.empty()) return std::unexpected(std::move(errors));
    return machines;
}

std::expected<MachineLibrary, std::vector<Error>> load_machines(const Settings& settings) {
    if (!settings.machines) return MachineLibrary();
    auto own = read_machine_folder(*settings.machines);
    if (!own) return std::unexpected(std::move(own).error());
    return MachineLibrary(*std::move(own));
}

}  // namespace muster
