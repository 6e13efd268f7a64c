#include "dialects/timestamp.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>

namespace muster {
namespace {

// A fixed number of digits at the front of `text`, which is shortened; −1 when they are not there.
int take_digits(std::string_view& text, std::size_t count) {
    if (text.size() < count) return -1;
    int value = 0;
    for (std::size_t i = 0; i < count; ++i) {
        if (text[i] < '0' || text[i] > '9') return -1;
        value = value * 10 + (text[i] - '0');
    }
    text.remove_prefix(count);
    return value;
}

bool take(std::string_view& text, char wanted) {
    if (text.empty() || text.front() != wanted) return false;
    text.remove_prefix(1);
    return true;
}

// "Z", "+02:00" or "-0700" without colon is not RFC 3339. Seconds east of Greenwich.
std::optional<int> take_offset(std::string_view& text) {
    if (take(text, 'Z')) return 0;
    const bool west = !text.empty() && text.front() == '-';
    if (!take(text, '-') && !take(text, '+')) return std::nullopt;
    const int hours = take_digits(text, 2);
    if (!take(text, ':')) return std::nullopt;
    const int minutes = take_digits(text, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return std::nullopt;
    return (west ? -1 : 1) * (hours * 3600 + minutes * 60);
}

}  // namespace

std::optional<std::int64_t> parse_timestamp(std::string_view text) {
    using namespace std::chrono;
    const int y = take_digits(text, 4);
    if (y < 0 || !take(text, '-')) return std::nullopt;
    const int m = take_digits(text, 2);
    if (m < 0 || !take(text, '-')) return std::nullopt;
    const int d = take_digits(text, 2);
    if (d < 0 || !take(text, 'T')) return std::nullopt;
    const year_month_day date{year(y), month(static_cast<unsigned>(m)), day(static_cast<unsigned>(d))};
    const int hour = take_digits(text, 2);
    if (!take(text, ':')) return std::nullopt;
    const int minute = take_digits(text, 2);
    if (!take(text, ':')) return std::nullopt;
    const int second = take_digits(text, 2);
    if (!date.ok() || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60)
        return std::nullopt;
    if (take(text, '.')) {
        if (take_digits(text, 1) < 0) return std::nullopt;
        while (take_digits(text, 1) >= 0) {
        }
    }
    const auto offset = take_offset(text);
    if (!offset || !text.empty()) return std::nullopt;
    const std::int64_t days = sys_days(date).time_since_epoch().count();
    return days * 86'400 + std::int64_t{hour} * 3'600 + std::int64_t{minute} * 60 + second - *offset;
}

std::string format_timestamp(std::int64_t seconds) {
    using namespace std::chrono;
    // 0000-01-01T00:00:00Z, 9999-12-31T23:59:59Z
    seconds = std::clamp<std::int64_t>(seconds, -62'167'219'200, 253'402'300'799);
    const sys_seconds time{std::chrono::seconds(seconds)};
    const auto day = floor<days>(time);
    const year_month_day date(day);
    const hh_mm_ss clock(time - day);
    const auto two = [](auto value) { return (value < 10 ? "0" : "") + std::to_string(value); };
    std::string year = std::to_string(static_cast<int>(date.year()));
    year.insert(0, 4 - year.size(), '0');
    return year + "-" + two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) + "T" +
           two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" + two(clock.seconds().count()) + "Z";
}

}  // namespace muster
