// Structured log: one line per decision, an event word and key=value fields, or one JSON object. spdlog lives in
// log.cpp alone. Lines are queued and written by one thread of its own, so that a slow reader of stderr never holds a
// decision; when the queue (8,192 lines) is full the oldest line is dropped.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace muster::log {

enum class Level : std::uint8_t { debug, info, warning, error };
enum class Format : std::uint8_t { key_value, json };

struct Options {
    Level level = Level::info;
    Format format = Format::key_value;
};

// "debug", "info", "warning", "error"; nullopt for anything else.
[[nodiscard]] std::optional<Level> parse_level(std::string_view text);

// Before start, and after stop, warnings and errors go straight to stderr. Call both from one thread, once per process.
void start(const Options& options);
// Writes what is queued.
void stop();

// Sends every line of at least this level to `receiver` instead, on the caller's thread; an empty function ends that.
// For tests.
void capture(const Options& options, std::function<void(std::string_view line)> receiver);

// One named value. Holds views: build it in the call.
class Field {
  public:
    Field(std::string_view key, std::string_view value) : key_(key), value_(value) {}
    Field(std::string_view key, const std::string& value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, const char* value) : key_(key), value_(std::string_view(value)) {}
    Field(std::string_view key, bool value) : key_(key), value_(value) {}
    Field(std::string_view key, double value) : key_(key), value_(value) {}
    template <std::signed_integral T>
    Field(std::string_view key, T value) : key_(key), value_(static_cast<std::int64_t>(value)) {}
    template <std::unsigned_integral T>
        requires(!std::same_as<T, bool>)
    Field(std::string_view key, T value) : key_(key), value_(static_cast<std::uint64_t>(value)) {}

    using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;
    [[nodiscard]] std::string_view key() const { return key_; }
    [[nodiscard]] const Value& value() const { return value_; }

  private:
    std::string_view key_;
    Value value_;
};

using Fields = std::initializer_list<Field>;

// `event` is a constant word such as "filter" or "gang-admitted"; what varies belongs into the fields.
[[nodiscard]] bool enabled(Level level);
void write(Level level, std::string_view event, Fields fields);
inline void debug(std::string_view event, Fields fields = {}) {
    write(Level::debug, event, fields);
}
inline void info(std::string_view event, Fields fields = {}) {
    write(Level::info, event, fields);
}
inline void warning(std::string_view event, Fields fields = {}) {
    write(Level::warning, event, fields);
}
inline void error(std::string_view event, Fields fields = {}) {
    write(Level::error, event, fields);
}

// The line without its newline, as write() makes it; `time` is milliseconds since 1970.
[[nodiscard]] std::string format_line(Format format, std::int64_t time_ms, Level level, std::string_view event,
                                      Fields fields);

}  // namespace muster::log
