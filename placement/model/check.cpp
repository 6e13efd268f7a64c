#include "placement/model/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace muster {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "muster: broken invariant: %s at %s:%d\n", condition, file, line);
    std::abort();
}

}  // namespace muster
