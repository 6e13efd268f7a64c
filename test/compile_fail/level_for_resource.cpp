// expect: LevelTag.*ResourceTag
#include "placement/cluster/snapshot.hpp"

std::int64_t f(const muster::Snapshot& snapshot, muster::LevelIdx level) {
#ifdef MUST_NOT_COMPILE
    return snapshot.free(muster::NodeIdx(0), level);  // ERROR
#else
    return snapshot.free(muster::NodeIdx(0), muster::ResourceIdx(level.value()));
#endif
}
