// One step of the hierarchy, and its two names: a wish may use either.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace muster {

struct LevelSpec {
    std::string name;   // "zone", "block", "rack", …
    std::string label;  // node label key; kubernetes.io/hostname for the host level
    // What the links out of each domain of the level carry in one direction, in MB/s; 0: not known.
    std::int64_t uplink_mbps = 0;
    auto operator<=>(const LevelSpec&) const = default;
};

inline constexpr std::string_view kHostLevel = "host";
inline constexpr std::string_view kHostnameLabel = "kubernetes.io/hostname";

}  // namespace muster
