// expect: DomainTag.*NodeTag
#include "placement/topology/fabric.hpp"

muster::NodeFacts f(const muster::Fabric& fabric, muster::DomainIdx domain) {
#ifdef MUST_NOT_COMPILE
    return fabric.node(domain);  // ERROR
#else
    return fabric.node(muster::NodeIdx(fabric.domain(domain).first_node));
#endif
}
