// expect: NodeIdx
#include "placement/topology/fabric.hpp"

muster::NodeFacts f(const muster::Fabric& fabric) {
#ifdef MUST_NOT_COMPILE
    return fabric.node(3);  // ERROR
#else
    return fabric.node(muster::NodeIdx(3));
#endif
}
