// expect: deleted
#include "placement/cluster/cluster_state.hpp"

std::size_t f(const muster::ClusterState& state) {
#ifdef MUST_NOT_COMPILE
    return muster::ClusterState(state).node_count();  // ERROR
#else
    return state.node_count();
#endif
}
