// expect: NodeTag.*DomainTag
#include "placement/topology/fabric.hpp"

muster::Domain f(const muster::Fabric& fabric, muster::NodeIdx node) {
#ifdef MUST_NOT_COMPILE
    return fabric.domain(node);  // ERROR
#else
    return fabric.domain(fabric.host_domain(node));
#endif
}
