// expect: NodeName
#include "placement/model/ids.hpp"

std::string f(const muster::NodeName& name) {
#ifdef MUST_NOT_COMPILE
    return name;  // ERROR
#else
    return name.str();
#endif
}
