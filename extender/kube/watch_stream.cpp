#include "extender/kube/watch_stream.hpp"

#include <optional>
#include <utility>

namespace muster::kube {

namespace {

Error bad(std::string what) {
    return {ErrorCode::dependency, "watch", std::move(what), ""};
}

std::optional<WatchEventType> type_of(std::string_view word) {
    if (word == "ADDED") return WatchEventType::added;
    if (word == "MODIFIED") return WatchEventType::modified;
    if (word == "DELETED") return WatchEventType::deleted;
    if (word == "BOOKMARK") return WatchEventType::bookmark;
    if (word == "ERROR") return WatchEventType::error;
    return std::nullopt;
}

Result<WatchEvent> read_event(std::string_view line) {
    MUSTER_TRY(const Object message, parse_json(line, "watch event"));
    const auto type = type_of(message["type"].string_or(""));
    if (!type) return std::unexpected(bad("unknown event type \"" + std::string(message["type"].string_or("")) + "\""));
    return WatchEvent{*type, message["object"]};
}

}  // namespace

Result<void> WatchStream::feed(std::string_view piece, const std::function<bool(WatchEvent)>& on_event) {
    while (!piece.empty()) {
        const auto end = piece.find('\n');
        if (rest_.size() + std::min(end, piece.size()) > kMaxLine)
            return std::unexpected(bad("an event is larger than 16 MiB"));
        if (end == std::string_view::npos) {
            rest_.append(piece);
            return {};
        }
        std::string_view line = piece.substr(0, end);
        if (!rest_.empty()) line = rest_.append(line);
        if (!line.empty()) {
            MUSTER_TRY(WatchEvent event, read_event(line));
            if (!on_event(std::move(event))) return {};
        }
        rest_.clear();
        piece.remove_prefix(end + 1);
    }
    return {};
}

}  // namespace muster::kube
