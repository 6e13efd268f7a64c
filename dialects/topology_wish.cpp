#include "dialects/topology_wish.hpp"

#include "config/nearest.hpp"
#include "config/scalar_text.hpp"
#include "config/settings.hpp"
#include "dialects/object.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <utility>

namespace muster {
namespace {

constexpr std::array<std::string_view, 8> kKeys{"required",  "preferred", "slices",  "spread",
                                                "exclusive", "wait",      "pattern", "roles"};
constexpr std::size_t kRoleKeys = 5;  // the first keys of the list; the others are of the whole gang
constexpr std::array<std::string_view, 2> kSliceKeys{"size", "level"};
constexpr std::array<std::string_view, 4> kSpreadKeys{"level", "max", "min", "balanced"};
// A wish is a few words; what is longer is a mistake, and is not worth parsing for every pod.
constexpr std::size_t kLongestWish = 4'096;
// Deeper hierarchies than any known.
constexpr std::size_t kMostEntries = 16;
constexpr std::array<std::pair<std::string_view, Pattern>, 3> kPatterns{
    {{"ring", Pattern::ring}, {"pipeline", Pattern::pipeline}, {"all-to-all", Pattern::all_to_all}}};
// Longer than any queue is worth waiting in for a better place; and far from where times overflow.
constexpr std::chrono::hours kLongestWait{24 * 7};
constexpr auto kMostMembers = static_cast<std::int64_t>(limits::kGangMembers);

std::string a_kind(const Object& value) {
    return "is a " + std::string(kind_name(value.kind()));
}

// Reads the map of a gang or of one role, and gathers every fault.
class WishReader {
  public:
    // `place`: of the map, in front of its keys; empty for the gang's own.
    WishReader(TopologyWish& wish, std::vector<Error>& errors, std::string place)
        : wish_(wish), errors_(errors), place_(std::move(place)) {}

    // `roles`: where those of a gang go; null: this is the map of a role.
    void read(const Object& map, std::vector<RoleWish>* roles) {
        const std::span keys = std::span(kKeys).first(roles == nullptr ? kRoleKeys : kKeys.size());
        for (const auto& [key, value] : map.fields()) {
            if (std::ranges::find(kKeys, key) == kKeys.end()) {
                fail(key, "is not a topology wish", suggest(key, keys));
            } else if (std::ranges::find(keys, key) == keys.end()) {
                fail(key, "is a wish of the whole gang", "write it beside roles, not inside");
            } else if (key == "roles") {
                read_roles(value, *roles);
            } else {
                read_key(key, value);
            }
        }
        check_sizes();
        check_levels();
        if (wish_.wait_s > 0 && !wish_.preferred)
            fail("wait", "is given without preferred",
                 "name the level that is worth waiting for, e.g. preferred: rack");
    }

  private:
    void fail(const std::string& where, std::string what, std::string remedy) {
        errors_.push_back({ErrorCode::bad_input, place_ + where, std::move(what), std::move(remedy)});
    }

    void read_key(const std::string& key, const Object& value) {
        if (key == "slices") return read_slices(value);
        if (key == "spread") return read_spread(value);
        if (key == "wait") return read_wait(value);
        if (key == "pattern") return read_pattern(value);
        auto& level = key == "required" ? wish_.required : key == "preferred" ? wish_.preferred : wish_.exclusive;
        level = read_level(key, value);
    }

    void read_wait(const Object& value) {
        const auto duration = value.kind() == ObjectKind::string ? parse_duration(value.text()) : std::nullopt;
        const bool sane = duration && *duration >= std::chrono::seconds(1) && *duration <= kLongestWait;
        if (sane) {
            wish_.wait_s = static_cast<std::int32_t>(std::chrono::ceil<std::chrono::seconds>(*duration).count());
            return;
        }
        const bool scalar = value.kind() == ObjectKind::string || value.kind() == ObjectKind::number;
        const std::string shown = scalar ? "\"" + std::string(value.text().substr(0, 40)) + "\"" : a_kind(value) + ",";
        fail("wait",
             shown + (duration ? " is out of range"
                      : scalar ? " is no duration"
                               : " not a duration"),
             "write 1s to " + format_duration(kLongestWait) + ", e.g. 5m or 1h30m");
    }

    void read_pattern(const Object& value) {
        const auto* known =
            std::ranges::find(kPatterns, value.text(), [](const auto& pattern) { return pattern.first; });
        if (value.kind() == ObjectKind::string && known != kPatterns.end()) {
            wish_.pattern = known->second;
            return;
        }
        std::array<std::string_view, kPatterns.size()> names;
        std::ranges::transform(kPatterns, names.begin(), [](const auto& pattern) { return pattern.first; });
        const bool word = value.kind() == ObjectKind::string;
        const std::string text(value.text().substr(0, 40));
        fail("pattern", word ? "\"" + text + "\" is not a pattern" : a_kind(value) + ", not the name of a pattern",
             suggest(text, names));
    }

    void read_roles(const Object& value, std::vector<RoleWish>& roles) {
        const std::string remedy = "write a map, e.g. {leader: {required: host}, worker: {required: rack}}";
        if (value.kind() != ObjectKind::map) return fail("roles", a_kind(value) + ", not a map", remedy);
        if (value.fields().size() > kMostEntries) {
            return fail("roles", "has " + std::to_string(value.fields().size()) + " entries",
                        "write at most " + std::to_string(kMostEntries));
        }
        for (const auto& [name, wish] : value.fields()) {
            const std::string where = "roles." + name;
            if (name.empty()) {
                fail("roles", "has an entry without a name", "name it as the members' annotation role does");
            } else if (wish.kind() != ObjectKind::map) {
                fail(where, a_kind(wish) + ", not a map", "write a map, e.g. {required: rack}");
            } else {
                roles.push_back({name, {}});
                WishReader(roles.back().wish, errors_, where + ".").read(wish, nullptr);
            }
        }
        std::ranges::sort(roles, {}, &RoleWish::role);
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
                fail(where + "." + field.first, "is not known here", suggest(field.first, keys));
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

    // 0: not given. nullopt: wrong, and reported.
    std::optional<std::int32_t> optional_count(const std::string& where, const Object& item, const std::string& key) {
        return item.has(key) ? read_count(where + "." + key, item[key]) : std::optional<std::int32_t>(0);
    }

    std::optional<bool> read_flag(const std::string& where, const Object& item, const std::string& key) {
        if (!item.has(key)) return false;
        if (item[key].kind() == ObjectKind::boolean) return item[key].bool_or(false);
        fail(where + "." + key, a_kind(item[key]) + ", not true or false", "write true or false");
        return std::nullopt;
    }

    void read_slices(const Object& list) {
        read_list("slices", list, kSliceKeys, "[{size: 8, level: rack}]",
                  [&](const std::string& where, const Object& item) {
                      const auto size = count_of(where, item, "size");
                      const auto level = level_of(where, item);
                      if (size && level) wish_.slices.push_back({*size, *level});
                  });
    }

    void read_spread(const Object& list) {
        read_list("spread", list, kSpreadKeys, "[{level: rack, max: 4}]",
                  [&](const std::string& where, const Object& item) {
                      const auto level = level_of(where, item);
                      const auto max = optional_count(where, item, "max");
                      const auto min = optional_count(where, item, "min");
                      const auto balanced = read_flag(where, item, "balanced");
                      if (!level || !max || !min || !balanced) return;
                      if (*max == 0 && *min == 0 && !*balanced)
                          return fail(where, "says nothing of its level", "add max, min or balanced: true");
                      wish_.spread.push_back({*level, *max, *min, *balanced});
                  });
    }

    // Which of two levels is the finer is judged on the cluster's levels.
    void check_sizes() {
        const auto& slices = wish_.slices;
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
        const auto& wish = wish_;
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

    TopologyWish& wish_;
    std::vector<Error>& errors_;
    const std::string place_;
};

}  // namespace

WishRead read_topology_wish(std::string_view text) {
    WishRead read;
    if (text.size() > kLongestWish) {
        read.errors.push_back(
            {ErrorCode::limit, "", "is longer than " + std::to_string(kLongestWish) + " bytes", "shorten it"});
        return read;
    }
    const auto documents = parse_any(text, "", RepeatedKey::refused);
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
    WishReader(read.wish, read.errors, "").read(documents->front(), &read.roles);
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
