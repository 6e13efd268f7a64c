#include "dialects/topology_wish.hpp"

#include "config/nearest.hpp"
#include "dialects/object.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>

namespace muster {
namespace {

constexpr std::array<std::string_view, 8> kKeys{"required",  "preferred", "slices",  "spread",
                                                "exclusive", "wait",      "pattern", "roles"};
constexpr std::size_t kHonoured = 2;  // the first keys of the list
// A wish is a few words; what is longer is a mistake, and is not worth parsing for every pod.
constexpr std::size_t kLongestWish = 4'096;

void read_level(const std::string& key, const Object& value, std::optional<std::string>& into,
                std::vector<Error>& errors) {
    if (value.kind() == ObjectKind::string && !value.text().empty()) {
        into = value.text();
        return;
    }
    errors.push_back({ErrorCode::bad_input, key,
                      "is a " + std::string(kind_name(value.kind())) + ", not the name of a level",
                      "write a level's name or its node label, e.g. rack"});
}

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
    for (const auto& [key, value] : documents->front().fields()) {
        const auto known = std::ranges::find(kKeys, key);
        if (known == kKeys.end()) {
            read.errors.push_back({ErrorCode::bad_input, key, "is not a topology wish", suggest(key, kKeys)});
        } else if (known - kKeys.begin() >= static_cast<std::ptrdiff_t>(kHonoured)) {
            read.errors.push_back({ErrorCode::bad_input, key, "is not honoured by this version",
                                   "remove it; honoured: required, preferred"});
        } else {
            read_level(key, value, key == "required" ? read.wish.required : read.wish.preferred, read.errors);
        }
    }
    return read;
}

}  // namespace muster
