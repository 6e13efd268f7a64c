// Any bytes as rocm-smi --showtopo.
#include "test/fuzz/machine_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check_importer(muster::read_rocm_smi, {reinterpret_cast<const char*>(data), size});
    return 0;
}
