// Any bytes as whichever dump they look like.
#include "test/fuzz/machine_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check_importer(muster::read_machine_dump, {reinterpret_cast<const char*>(data), size});
    return 0;
}
