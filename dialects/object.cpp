#include "dialects/object.hpp"

#include <algorithm>
#include <charconv>
#include <unordered_map>

namespace muster {
namespace {

// Maps up to this size are searched for equal keys pair by pair, which is faster than hashing.
constexpr std::size_t kSmallMap = 24;

void drop_repeated_keys(std::vector<Object::Field>& fields) {
    std::vector<Object::Field> kept;
    std::unordered_map<std::string, std::size_t> at;
    kept.reserve(fields.size());
    for (auto& field : fields) {
        const auto [found, fresh] = at.try_emplace(field.first, kept.size());
        if (fresh) {
            kept.push_back(std::move(field));
        } else {
            kept[found->second].second = std::move(field.second);
        }
    }
    fields = std::move(kept);
}

bool small_map_has_repeated_key(const std::vector<Object::Field>& fields) {
    for (std::size_t i = 1; i < fields.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            if (fields[i].first == fields[j].first) return true;
        }
    }
    return false;
}

}  // namespace

Object Object::boolean(bool value) {
    Object object;
    object.kind_ = ObjectKind::boolean;
    object.value_ = std::string(value ? "true" : "false");
    return object;
}

Object Object::number(std::string text) {
    Object object;
    object.kind_ = ObjectKind::number;
    object.value_ = std::move(text);
    return object;
}

Object Object::string(std::string text) {
    Object object;
    object.kind_ = ObjectKind::string;
    object.value_ = std::move(text);
    return object;
}

Object Object::list(std::vector<Object> items) {
    Object object;
    object.kind_ = ObjectKind::list;
    object.value_ = std::move(items);
    return object;
}

Object Object::map(std::vector<Field> fields) {
    if (fields.size() > kSmallMap || small_map_has_repeated_key(fields)) drop_repeated_keys(fields);
    Object object;
    object.kind_ = ObjectKind::map;
    object.value_ = std::move(fields);
    return object;
}

std::span<const Object> Object::items() const {
    const auto* items = std::get_if<std::vector<Object>>(&value_);
    return items == nullptr ? std::span<const Object>() : std::span<const Object>(*items);
}

std::span<const Object::Field> Object::fields() const {
    const auto* fields = std::get_if<std::vector<Field>>(&value_);
    return fields == nullptr ? std::span<const Field>() : std::span<const Field>(*fields);
}

std::string_view Object::text() const {
    const auto* text = std::get_if<std::string>(&value_);
    return text == nullptr ? std::string_view() : std::string_view(*text);
}

const Object& Object::operator[](std::string_view key) const {
    static const Object kNull;
    for (const auto& [name, value] : fields()) {
        if (name == key) return value;
    }
    return kNull;
}

bool Object::has(std::string_view key) const {
    return std::ranges::any_of(fields(), [&](const Field& field) { return field.first == key; });
}

std::string_view Object::string_or(std::string_view fallback) const {
    return kind_ == ObjectKind::string ? text() : fallback;
}

bool Object::bool_or(bool fallback) const {
    return kind_ == ObjectKind::boolean ? text() == "true" : fallback;
}

std::optional<std::int64_t> Object::integer() const {
    if (kind_ != ObjectKind::number && kind_ != ObjectKind::string) return std::nullopt;
    const std::string_view digits = text();
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
    return value;
}

bool Object::operator==(const Object& other) const {
    return kind_ == other.kind_ && value_ == other.value_;
}

std::string_view kind_name(ObjectKind kind) {
    switch (kind) {
        case ObjectKind::null:
            return "null";
        case ObjectKind::boolean:
            return "boolean";
        case ObjectKind::number:
            return "number";
        case ObjectKind::string:
            return "string";
        case ObjectKind::list:
            return "list";
        case ObjectKind::map:
            return "map";
    }
    return "value";
}

Object with_field(const Object& map, std::string_view key, Object value) {
    std::vector<Object::Field> fields(map.fields().begin(), map.fields().end());
    const auto at = std::ranges::find(fields, key, &Object::Field::first);
    if (at != fields.end()) {
        at->second = std::move(value);
    } else {
        fields.emplace_back(std::string(key), std::move(value));
    }
    Object copy = Object::map(std::move(fields));
    copy.set_line(map.line());
    return copy;
}

Result<std::vector<Object>> parse_any(std::string_view text, std::string_view source, RepeatedKey repeated) {
    const auto next = [&](std::size_t from) { return std::min(text.find_first_not_of(" \t\r\n", from), text.size()); };
    const std::size_t first = next(0);
    if (first == text.size() || (text[first] != '{' && text[first] != '[')) return parse_yaml(text, source);
    auto json = parse_json(text, source, repeated);
    if (json) {
        std::vector<Object> documents;
        documents.push_back(*std::move(json));
        return documents;
    }
    auto yaml = parse_yaml(text, source);
    // Neither: what begins like JSON ({" or [{ …) is told what is wrong with it as JSON.
    const std::size_t second = next(first + 1);
    if (!yaml && second < text.size() && std::string_view("\"{[").find(text[second]) != std::string_view::npos) {
        return std::unexpected(std::move(json).error());
    }
    return yaml;
}

}  // namespace muster
