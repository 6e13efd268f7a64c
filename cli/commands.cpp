#include "cli/command.hpp"
#include "config/nearest.hpp"

#include <algorithm>
#include <array>
#include <ostream>
#include <string>
#include <vector>

namespace muster {
namespace {

constexpr std::array kCommands{
    Command{"place", "plan every pending gang of plain Kubernetes objects", run_place},
    Command{"serve", "answer kube-scheduler's extender calls", run_serve},
    Command{"topo", "show one machine's links and its best GPU sets", run_topo},
    Command{"version", "print the version", run_version},
};

void print_overview(std::ostream& out) {
    out << "Muster places gangs of GPU pods: all members at once, on the best connected nodes, or none.\n\n"
           "Usage: muster COMMAND [FLAG…]\n\nCommands:\n";
    std::size_t width = 0;
    for (const auto& command : kCommands) width = std::max(width, command.name.size());
    for (const auto& command : kCommands) {
        out << "  " << command.name << std::string(width - command.name.size() + 2, ' ') << command.summary << "\n";
    }
    out << "\n`muster COMMAND --help` tells more.\n"
           "Exit status: 0 done, 1 does not fit, 2 bad usage or input, 3 something that it depends on failed.\n";
}

}  // namespace

std::span<const Command> commands() {
    return kCommands;
}

int run_muster(Arguments args, Streams& streams) {
    if (args.empty()) {
        print_overview(streams.err);
        return kBadInput;
    }
    if (args.front() == "--help" || args.front() == "-h" || args.front() == "help") {
        print_overview(streams.out);
        return kDone;
    }
    const std::string_view wanted = args.front() == "--version" ? "version" : args.front();
    for (const auto& command : kCommands) {
        if (command.name == wanted) return command.run(args.subspan(1), streams);
    }
    std::vector<std::string_view> names;
    std::ranges::transform(kCommands, std::back_inserter(names), &Command::name);
    streams.err << "error: \"" << wanted << "\" is not a command; " << suggest(wanted, names) << "\n";
    return kBadInput;
}

}  // namespace muster
