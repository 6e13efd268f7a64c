// expect: NodeName
#include "placement/cluster/events.hpp"

muster::ClusterEvent f(const muster::NodeName& name) {
#ifdef MUST_NOT_COMPILE
    return muster::PodGone{name};  // ERROR
#else
    return muster::NodeGone{name};
#endif
}
