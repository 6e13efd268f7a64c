// expect: nodiscard|unused|ignoring
#include "placement/topology/fabric.hpp"

void f() {
#ifdef MUST_NOT_COMPILE
    muster::Fabric::build({}, {});  // ERROR
#else
    (void)muster::Fabric::build({}, {});
#endif
}
