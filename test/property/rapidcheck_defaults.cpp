// The same worlds in every run, so that a failure can be looked at; RC_PARAMS in the environment tries others.
#include <cstdlib>

namespace {

[[maybe_unused]] const int kDefaults = setenv("RC_PARAMS", "seed=20 max_success=400 max_size=100", 0);

}  // namespace
