// A subcommand: a name, one line for the overview, and a function. The list is in commands.cpp.
#pragma once

#include <iosfwd>
#include <span>
#include <string_view>

namespace muster {

// Where a command reads and writes; tests give their own.
struct Streams {
    std::istream& in;
    std::ostream& out;
    std::ostream& err;
};

using Arguments = std::span<const std::string_view>;

struct Command {
    std::string_view name;
    std::string_view summary;
    // `args` without the command's own name. Gives the exit status.
    int (*run)(Arguments args, Streams& streams);
};

// Exit statuses of every command (design §2).
inline constexpr int kDone = 0;  // for place: every gang fits
inline constexpr int kDoesNotFit = 1;
inline constexpr int kBadInput = 2;      // bad usage or bad input
inline constexpr int kNoDependency = 3;  // API server, file system or network failed

[[nodiscard]] std::span<const Command> commands();

// Finds the command and runs it; without one, or with help, prints the overview. `args` without the program's name.
[[nodiscard]] int run_muster(Arguments args, Streams& streams);

int run_place(Arguments args, Streams& streams);
int run_serve(Arguments args, Streams& streams);
int run_topo(Arguments args, Streams& streams);
int run_version(Arguments args, Streams& streams);

}  // namespace muster
