// Any bytes as hwloc's XML.
#include "test/fuzz/machine_fuzz.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check_importer(muster::read_hwloc_xml, {reinterpret_cast<const char*>(data), size});
    return 0;
}
