// expect: Epoch.*Term
#include "placement/model/units.hpp"

muster::Term f(muster::Epoch epoch) {
#ifdef MUST_NOT_COMPILE
    return epoch;  // ERROR
#else
    return muster::Term(epoch.value());
#endif
}
