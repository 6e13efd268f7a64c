// expect: deleted
#include "placement/plan/room/trial.hpp"

std::size_t f(const muster::Trial& trial) {
#ifdef MUST_NOT_COMPILE
    return muster::Trial(trial).checkpoint();  // ERROR
#else
    return trial.checkpoint();
#endif
}
