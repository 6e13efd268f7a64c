// expect: string
#include "placement/cluster/events.hpp"

muster::ClusterEvent f(const std::string& name) {
#ifdef MUST_NOT_COMPILE
    return muster::NodeGone{name};  // ERROR
#else
    return muster::NodeGone{muster::NodeName(name)};
#endif
}
