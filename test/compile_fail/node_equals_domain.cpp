// expect: DomainIdx|DomainTag
#include "placement/model/ids.hpp"

bool f(muster::NodeIdx node, muster::DomainIdx domain) {
#ifdef MUST_NOT_COMPILE
    return node == domain;  // ERROR
#else
    return node.value() == domain.value();
#endif
}
