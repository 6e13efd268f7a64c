// A command called in process, and what came of it.
#pragma once

#include "cli/command.hpp"

#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace muster::test {

struct Call {
    int status = -1;
    std::string out;
    std::string err;
};

inline Call call(int (*command)(Arguments, Streams&), const std::vector<std::string_view>& args,
                 const std::string& input) {
    std::istringstream in(input);
    std::ostringstream out;
    std::ostringstream err;
    Streams streams{in, out, err};
    const int status = command(args, streams);
    return {status, out.str(), err.str()};
}

}  // namespace muster::test
