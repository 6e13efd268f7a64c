// Any bytes as a settings file: settings within their limits, or at least one fault, each with words.
#include "config/load_settings.hpp"
#include "placement/model/check.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster {
namespace {

void check(std::string_view bytes) {
    const auto settings = load_settings(bytes, "fuzz");
    if (!settings) {
        MUSTER_CHECK(!settings.error().empty());
        for (const auto& error : settings.error()) MUSTER_CHECK(!error.where.empty() && !error.what.empty());
        return;
    }
    MUSTER_CHECK(!settings->scheduler_names.empty());
    MUSTER_CHECK(settings->gang.bind_timeout.count() > 0 && settings->gang.repair_timeout.count() > 0);
    MUSTER_CHECK(!settings->leadership.lease_name.empty() && !settings->leadership.lease_namespace.empty());
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
