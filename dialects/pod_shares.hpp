// Which parts of single devices a pod asks for, and on which devices a bound pod has them.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/pod.hpp"

namespace muster {

// Fills shares of the shape, whose requests are read already, and share_devices; openb's annotations become requests.
// "share of one device: RESOURCE" goes into unmodelled, behind what is there, for what a plan cannot be sure of: kinds
// that are not modelled, several containers that each get their own part, several parts for one container, and a pod
// whose parts of several resources must be of one device. The last still has its shares: each limits where it fits.
// Never an error: a pod uses its node whatever its annotations say. O(containers × requests).
void read_pod_shares(const Object& pod, PodFacts& facts);

}  // namespace muster
