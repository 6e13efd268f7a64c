// The same worlds in every run, so that a failure can be looked at; RC_PARAMS in the environment tries others.
#include "test/property/world_count.hpp"

#include <cstdlib>
#include <string>

namespace {

const std::string kParams = "seed=20 max_success=" + std::to_string(muster::world::worlds(400)) + " max_size=100";
[[maybe_unused]] const int kDefaults = setenv("RC_PARAMS", kParams.c_str(), 0);

}  // namespace
