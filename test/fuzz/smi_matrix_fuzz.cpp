// Any bytes as a table of nvidia-smi topo -m.
#include "test/fuzz/machine_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check_importer(muster::read_smi_matrix, {reinterpret_cast<const char*>(data), size});
    return 0;
}
