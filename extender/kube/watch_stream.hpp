// Bytes of a watch → events. A watch is one JSON object a line; pieces arrive cut anywhere.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace muster::kube {

enum class WatchEventType { added, modified, deleted, bookmark, error };

struct WatchEvent {
    WatchEventType type = WatchEventType::added;
    Object object;
};

class WatchStream {
  public:
    // One object may not be larger; etcd itself refuses 1.5 MiB.
    static constexpr std::size_t kMaxLine = 16UL << 20;

    // Calls `on_event` for each event that is complete now, until it returns false. Errors: no JSON, unknown type, too
    // long.
    [[nodiscard]] Result<void> feed(std::string_view piece, const std::function<bool(WatchEvent)>& on_event);

  private:
    std::string rest_;  // beginning of a line
};

}  // namespace muster::kube
