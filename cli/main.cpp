// The program `muster`, also `kubectl muster` when installed as kubectl-muster: hands its arguments to the commands.
#include "cli/command.hpp"

#include <exception>
#include <iostream>
#include <string_view>
#include <vector>

int main(int argc, char** argv) {
    std::ios::sync_with_stdio(false);
    try {
        const std::vector<std::string_view> args(argv + (argc > 0 ? 1 : 0), argv + argc);
        muster::Streams streams{std::cin, std::cout, std::cerr};
        const int status = muster::run_muster(args, streams);
        std::cout.flush();
        // A full disk or a closed pipe must not look like success.
        if (!std::cout) return muster::kNoDependency;
        return status;
    } catch (const std::exception& error) {
        // Out of memory, or a fault of a library that nobody foresaw.
        std::cerr << "error: " << error.what() << "\n";
        return muster::kNoDependency;
    }
}
