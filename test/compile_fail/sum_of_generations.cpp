// expect: Generation
#include "placement/model/units.hpp"

muster::Generation f(muster::Generation generation) {
#ifdef MUST_NOT_COMPILE
    return generation + muster::Generation(1);  // ERROR
#else
    return generation.next();
#endif
}
