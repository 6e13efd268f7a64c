#include "dialects/topology_wish.hpp"

#include "config/nearest.hpp"
#include "config/settings.hpp"
#include "dialects/object.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace muster {
namespace {

constexpr std::array<std::string_view, 8> kKeys{"required",  "preferred", "slices",  "spread",
                                                "exclusive", "wait",      "pattern", "roles"};
constexpr std::size_t kHonoured = 5;  // the first keys of the list
constexpr std::array<std::string_view, 2> kSliceKeys{"size", "level"};
constexpr std::array<std::string_view, 2> kSpreadKeys{"level", "max"};
// Of the design, not honoured yet.
constexpr std::array<std::string_view, 2> kLaterSpreadKeys{"min", "balanced"};
// A wish is a few words; what is longer is a mistake, and is not worth parsing for every pod.
constexpr std::size_t kLongestWish = 4'096;
// Deeper hierarchies than any known.
constexpr std::size_t kMostEntries = 16;
constexpr auto kMostMembers = static_cast<std::int64_t>(limits::kGangMembers);

std::string a_kind(const Object& value) {
    return "is a " + std::string(kind_name(value.kind()));
}

// Reads one map and gathers every fault.
class WishReader {
  public:
    explicit WishReader(WishRead& read) : read_(read) {}

    void read(const Object& map) {
        for (const auto& [key, value] : map.fields()) {
            const auto known = std::ranges::find(kKeys, key);
            if (known == kKeys.end()) {
                fail(key, "is not a topology wish", suggest(key, kKeys));
            } else if (known - kKeys.begin() >= static_cast<std::ptrdiff_t>(kHonoured)) {
                fail(key, "is not honoured by this version",
                     "remove it; honoured: required, preferred, slices, spread, exclusive");
            } else if (key == "slices") {
                read_slices(value);
            } else if (key == "spread") {
                read_spread(value);
            } else {
                auto& wish = read_.wish;
                (key == "required"    ? wish.required
                 : key == "preferred" ? wish.preferred
                                      : wish.exclusive) = read_level(key, value);
            }
        }
        check_sizes();
        check_levels();
    }

  private:
    void fail(std::string where, std::string what, std::string remedy) {
        read_.errors.push_back({ErrorCode::bad_input, std::move(where), std::move(what), std::move(remedy)});
    }

    std::optional<std::string> read_level(const std::string& where, const Object& value) {
        if (value.kind() == ObjectKind::string && !value.text().empty()) return std::string(value.text());
        fail(where, a_kind(value) + ", not the name of a level", "write a level's name or its node label, e.g. rack");
        return std::nullopt;
    }

    std::optional<std::int32_t> read_count(const std::string& where, const Object& value) {
        const auto number = value.kind() == ObjectKind::number ? value.integer() : std::nullopt;
        if (number && *number >= 1 && *number <= kMostMembers) return static_cast<std::int32_t>(*number);
        const bool written = value.kind() == ObjectKind::number;
        const std::string shown = written ? std::string(value.text()) : a_kind(value);
        const std::string what = number ? " is out of range" : written ? " is no whole number" : ", not a whole number";
        fail(where, shown + what, "write a whole number from 1 to " + std::to_string(kMostMembers));
        return std::nullopt;
    }

    // Calls `entry` with the place and the map of every item.
    template <class Entry>
    void read_list(const std::string& key, const Object& list, std::span<const std::string_view> keys,
                   std::string_view example, Entry entry) {
        const std::string remedy = "write a list of maps, e.g. " + std::string(example);
        if (list.kind() != ObjectKind::list) return fail(key, a_kind(list) + ", not a list", remedy);
        if (list.items().size() > kMostEntries) {
            return fail(key, "has " + std::to_string(list.items().size()) + " entries",
                        "write at most " + std::to_string(kMostEntries));
        }
        for (std::size_t i = 0; i < list.items().size(); ++i) {
            const Object& item = list.items()[i];
            const std::string where = key + "[" + std::to_string(i) + "]";
            if (item.kind() != ObjectKind::map) {
                fail(where, a_kind(item) + ", not a map", remedy);
                continue;
            }
            for (const auto& field : item.fields()) {
                if (std::ranges::find(keys, field.first) != keys.end()) continue;
                const bool later =
                    key == "spread" && std::ranges::find(kLaterSpreadKeys, field.first) != kLaterSpreadKeys.end();
                fail(where + "." + field.first, later ? "is not honoured by this version" : "is not known here",
                     later ? "remove it; honoured: level, max" : suggest(field.first, keys));
            }
            entry(where, item);
        }
    }

    // Whether a field that has to be there is.
    bool has(const std::string& where, const Object& item, const std::string& key) {
        if (item.has(key)) return true;
        fail(where + "." + key, "is missing", "write it");
        return false;
    }

    std::optional<std::string> level_of(const std::string& where, const Object& item) {
        return has(where, item, "level") ? read_level(where + ".level", item["level"]) : std::nullopt;
    }

    std::optional<std::int32_t> count_of(const std::string& where, const Object& item, const std::string& key) {
        return has(where, item, key) ? read_count(where + "." + key, item[key]) : std::nullopt;
    }

    void read_slices(const Object& list) {
        read_list("slices", list, kSliceKeys, "[{size: 8, level: rack}]",
                  [&](const std::string& where, const Object& item) {
                      const auto size = count_of(where, item, "size");
                      const auto level = level_of(where, item);
                      if (size && level) read_.wish.slices.push_back({*size, *level});
                  });
    }

    void read_spread(const Object& list) {
        read_list("spread", list, kSpreadKeys, "[{level: rack, max: 4}]",
                  [&](const std::string& where, const Object& item) {
                      const auto level = level_of(where, item);
                      const auto max = count_of(where, item, "max");
                      if (level && max) read_.wish.spread.push_back({*level, *max});
                  });
    }

    // Which of two levels is the finer is judged on the cluster's levels.
    void check_sizes() {
        const auto& slices = read_.wish.slices;
        for (const auto& large : slices) {
            for (const auto& small : slices) {
                if (small.size < large.size && large.size % small.size != 0) {
                    return fail("slices",
                                "size " + std::to_string(small.size) + " does not divide " + std::to_string(large.size),
                                "let every size be a multiple of the next smaller one");
                }
                if (&small != &large && small.size == large.size) {
                    return fail("slices", "size " + std::to_string(small.size) + " is given twice",
                                "keep the one on the finer level");
                }
            }
        }
    }

    void check_levels() {
        const auto& wish = read_.wish;
        const auto twice = [](const auto& list, const auto& item) {
            return std::ranges::count_if(list, [&](const auto& other) { return other.level == item.level; }) > 1;
        };
        for (const auto& slice : wish.slices) {
            if (twice(wish.slices, slice))
                return fail("slices", "level " + slice.level + " is given twice", "keep one of them");
        }
        for (const auto& spread : wish.spread) {
            if (twice(wish.spread, spread))
                return fail("spread", "level " + spread.level + " is given twice", "keep one of them");
        }
    }

    WishRead& read_;
};

}  // namespace

WishRead read_topology_wish(std::string_view text) {
    WishRead read;
    if (text.size() > kLongestWish) {
        read.errors.push_back(
            {ErrorCode::limit, "", "is longer than " + std::to_string(kLongestWish) + " bytes", "shorten it"});
        return read;
    }
    const auto documents = parse_any(text, "");
    if (!documents) {
        read.errors.push_back(
            {documents.error().code, "", documents.error().what, "write a map, e.g. {required: rack}"});
        return read;
    }
    if (documents->size() != 1 || documents->front().kind() != ObjectKind::map) {
        read.errors.push_back({ErrorCode::bad_input, "", "\"" + std::string(text.substr(0, 40)) + "\" is not a map",
                               "write a map, e.g. {required: rack}"});
        return read;
    }
    WishReader(read).read(documents->front());
    return read;
}

std::optional<Error> uneven_slices(const TopologyWish& wish, std::int32_t members) {
    for (const auto& slice : wish.slices) {
        if (slice.size < 1 || members % slice.size == 0) continue;
        return Error{ErrorCode::bad_input, "slices",
                     "size " + std::to_string(slice.size) + " does not divide the " + std::to_string(members) +
                         " members needed",
                     "choose a size that does, or another number of members"};
    }
    return std::nullopt;
}

}  // namespace muster
