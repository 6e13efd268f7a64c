#include "extender/obs/log.hpp"

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <memory>
#include <mutex>
#include <utility>

#include <spdlog/async.h>
#include <spdlog/fmt/chrono.h>
#include <spdlog/fmt/fmt.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace muster::log {
namespace {

constexpr std::size_t kQueueLines = 8'192;

constexpr std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

// Where lines go. `mutex` guards the pointers for one copy; a line is written outside it.
struct Target {
    std::mutex mutex;
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::logger> logger;
    std::shared_ptr<std::function<void(std::string_view)>> receiver;
    Options normal{Level::warning, Format::key_value};  // of start(); before it only what is wrong
    std::atomic<Level> level{Level::warning};
    std::atomic<Format> format{Format::key_value};

    void use(const Options& options) {
        level.store(options.level, std::memory_order_relaxed);
        format.store(options.format, std::memory_order_relaxed);
    }
};

Target& target() {
    static Target instance;
    return instance;
}

// Quotes, backslashes and control characters escaped as JSON has them; other bytes stay as they are.
void append_escaped(std::string& out, std::string_view text) {
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (byte < 0x20) {
            fmt::format_to(std::back_inserter(out), "\\u{:04x}", byte);
        } else {
            out += c;
        }
    }
}

bool needs_quotes(std::string_view text) {
    if (text.empty()) return true;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte <= 0x20 || c == '"' || c == '=' || c == '\\') return true;
    }
    return false;
}

void append_string(std::string& out, std::string_view text, bool quoted) {
    if (quoted) out += '"';
    append_escaped(out, text);
    if (quoted) out += '"';
}

void append_value(std::string& out, const Field::Value& value, Format format) {
    const bool json = format == Format::json;
    if (const auto* text = std::get_if<std::string_view>(&value)) {
        append_string(out, *text, json || needs_quotes(*text));
    } else if (const auto* number = std::get_if<double>(&value)) {
        if (json && !std::isfinite(*number)) {
            out += "null";  // JSON has no infinity
        } else {
            fmt::format_to(std::back_inserter(out), "{:.6g}", *number);
        }
    } else if (const auto* flag = std::get_if<bool>(&value)) {
        out += *flag ? "true" : "false";
    } else if (const auto* signed_number = std::get_if<std::int64_t>(&value)) {
        fmt::format_to(std::back_inserter(out), "{}", *signed_number);
    } else {
        fmt::format_to(std::back_inserter(out), "{}", std::get<std::uint64_t>(value));
    }
}

}  // namespace

std::optional<Level> parse_level(std::string_view text) {
    for (const auto level : {Level::debug, Level::info, Level::warning, Level::error}) {
        if (text == name_of(level)) return level;
    }
    return std::nullopt;
}

std::string format_line(Format format, std::int64_t time_ms, Level level, std::string_view event, Fields fields) {
    const std::time_t seconds = time_ms / 1000;
    const auto time = fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z", fmt::gmtime(seconds), time_ms % 1000);
    std::string line;
    line.reserve(192);
    if (format == Format::key_value) {
        fmt::format_to(std::back_inserter(line), "{} {:<7} {}", time, name_of(level), event);
        for (const auto& field : fields) {
            line += ' ';
            line += field.key();
            line += '=';
            append_value(line, field.value(), format);
        }
        return line;
    }
    fmt::format_to(std::back_inserter(line), R"({{"time":"{}","level":"{}","event":)", time, name_of(level));
    append_string(line, event, true);
    for (const auto& field : fields) {
        line += ',';
        append_string(line, field.key(), true);
        line += ':';
        append_value(line, field.value(), format);
    }
    line += '}';
    return line;
}

bool enabled(Level level) {
    return level >= target().level.load(std::memory_order_relaxed);
}

void write(Level level, std::string_view event, Fields fields) {
    if (!enabled(level)) return;
    auto& to = target();
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto time_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
    const auto line = format_line(to.format.load(std::memory_order_relaxed), time_ms, level, event, fields);
    std::shared_ptr<spdlog::logger> logger;
    std::shared_ptr<std::function<void(std::string_view)>> receiver;
    {
        const std::scoped_lock lock(to.mutex);
        logger = to.logger;
        receiver = to.receiver;
    }
    if (receiver) {
        (*receiver)(line);
    } else if (logger) {
        logger->log(to_spdlog(level), spdlog::string_view_t(line.data(), line.size()));
    } else {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
}

void start(const Options& options) {
    auto& to = target();
    const std::scoped_lock lock(to.mutex);
    if (to.logger) return;
    to.pool = std::make_shared<spdlog::details::thread_pool>(kQueueLines, 1);
    to.logger = std::make_shared<spdlog::async_logger>("muster", std::make_shared<spdlog::sinks::stderr_sink_mt>(),
                                                       to.pool, spdlog::async_overflow_policy::overrun_oldest);
    to.logger->set_pattern("%v");
    to.logger->set_level(spdlog::level::debug);
    to.normal = options;
    to.use(options);
}

void stop() {
    auto& to = target();
    std::shared_ptr<spdlog::details::thread_pool> pool;
    std::shared_ptr<spdlog::logger> logger;
    {
        const std::scoped_lock lock(to.mutex);
        pool = std::exchange(to.pool, nullptr);
        logger = std::exchange(to.logger, nullptr);
        to.normal = {Level::warning, Format::key_value};
        to.use(to.normal);
    }
    pool.reset();  // works off its queue and joins its thread, which must be done with the logger before that is
                   // destroyed
}

void capture(const Options& options, std::function<void(std::string_view line)> receiver) {
    auto& to = target();
    const std::scoped_lock lock(to.mutex);
    to.receiver = receiver ? std::make_shared<std::function<void(std::string_view)>>(std::move(receiver)) : nullptr;
    to.use(to.receiver ? options : to.normal);
}

}  // namespace muster::log
