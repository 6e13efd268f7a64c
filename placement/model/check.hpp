// A broken invariant ends the process with a message: going on would bind pods on wrong grounds.
#pragma once

namespace muster {

[[noreturn]] void check_failed(const char* condition, const char* file, int line);

}  // namespace muster

#define MUSTER_CHECK(condition) \
    ((condition) ? static_cast<void>(0) : ::muster::check_failed(#condition, __FILE__, __LINE__))
