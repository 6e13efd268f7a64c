// The two readings of one quantity agree, and neither is negative.
#include "dialects/quantity.hpp"
#include "placement/model/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster {
namespace {

void check(std::string_view text) {
    const auto value = parse_quantity(text);
    const auto milli = parse_milli_quantity(text);
    if (!value) MUSTER_CHECK(!value.error().what.empty() && !milli);
    if (value) MUSTER_CHECK(*value >= 0);
    if (!milli) return;
    MUSTER_CHECK(*value == *milli / 1'000 + (*milli % 1'000 != 0 ? 1 : 0));
    MUSTER_CHECK(!is_whole_quantity(text) || *milli % 1'000 == 0);
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
