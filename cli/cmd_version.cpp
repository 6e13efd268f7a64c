#include "cli/command.hpp"

#include <ostream>

namespace muster {

// MUSTER_VERSION is the project's version, given by CMake: the only place where it is written.
int run_version(Arguments args, Streams& streams) {
    if (!args.empty() && (args.front() == "--help" || args.front() == "-h")) {
        streams.out << "Usage: muster version\n\nPrints the version.\n";
        return kDone;
    }
    if (!args.empty()) {
        streams.err << "error: version takes no arguments\n";
        return kBadInput;
    }
    streams.out << "muster " << MUSTER_VERSION << "\n";
    return kDone;
}

}  // namespace muster
