// expect: NodeIdx
#include "placement/model/ids.hpp"

std::uint32_t f(muster::NodeIdx node) {
#ifdef MUST_NOT_COMPILE
    return node;  // ERROR
#else
    return node.value();
#endif
}
