#include "dialects/field_reader.hpp"

namespace muster {
namespace {

const Object& null_object() {
    static const Object kNull;
    return kNull;
}

}  // namespace

std::string object_name(std::string_view kind, const Object& object) {
    const Object& metadata = object["metadata"];
    const std::string_view name = metadata["name"].string_or("");
    const std::string_view ns = metadata["namespace"].string_or("");
    std::string text(kind);
    if (name.empty()) return text + " without a name";
    text += ' ';
    if (kind != "node") text += std::string(ns.empty() ? "default" : ns) + "/";
    return text + std::string(name);
}

FieldReader::Step FieldReader::enter(std::string_view field) {
    path_.push_back({field, 0, false});
    return Step(*this);
}

FieldReader::Step FieldReader::enter(std::size_t index) {
    path_.push_back({{}, index, false});
    return Step(*this);
}

FieldReader::Step FieldReader::enter_entry(std::string_view key) {
    path_.push_back({key, 0, true});
    return Step(*this);
}

std::string FieldReader::where() const {
    std::string text = object_name(kind_, *object_);
    std::string path;
    for (const auto& part : path_) {
        if (part.entry) {
            path += "[" + std::string(part.field) + "]";
        } else if (part.field.empty()) {
            path += "[" + std::to_string(part.index) + "]";
        } else {
            path += (path.empty() ? "" : ".") + std::string(part.field);
        }
    }
    return path.empty() ? text : text + ": " + path;
}

void FieldReader::fail(std::string what, std::string remedy) {
    if (error_) return;
    error_ = Error{ErrorCode::bad_input, where(), std::move(what), std::move(remedy)};
}

void FieldReader::wrong_kind(const Object& value, std::string_view field, std::string_view wanted) {
    const auto step = enter(field);
    std::string what = "is a " + std::string(kind_name(value.kind()));
    const bool scalar =
        value.kind() == ObjectKind::number || value.kind() == ObjectKind::boolean || value.kind() == ObjectKind::string;
    if (scalar) what += " (" + std::string(value.text().substr(0, 40)) + ")";
    std::string remedy = "write a " + std::string(wanted);
    if (scalar && wanted == "string") remedy += ", in quotes";
    fail(std::move(what), std::move(remedy));
}

std::string_view FieldReader::text(const Object& map, std::string_view field) {
    const Object& value = map[field];
    if (value.kind() == ObjectKind::string) return value.text();
    if (!value.is_null()) wrong_kind(value, field, "string");
    return {};
}

bool FieldReader::flag(const Object& map, std::string_view field) {
    const Object& value = map[field];
    if (!value.is_null() && value.kind() != ObjectKind::boolean) wrong_kind(value, field, "boolean");
    return value.bool_or(false);
}

std::optional<std::int64_t> FieldReader::integer(const Object& map, std::string_view field) {
    const Object& value = map[field];
    if (value.is_null()) return std::nullopt;
    const auto number = value.kind() == ObjectKind::number ? value.integer() : std::nullopt;
    if (!number) wrong_kind(value, field, "whole number");
    return number;
}

const Object& FieldReader::map(const Object& parent, std::string_view field) {
    const Object& value = parent[field];
    if (value.kind() == ObjectKind::map) return value;
    if (!value.is_null()) wrong_kind(value, field, "map");
    return null_object();
}

std::span<const Object> FieldReader::list(const Object& parent, std::string_view field) {
    const Object& value = parent[field];
    if (!value.is_null() && value.kind() != ObjectKind::list) wrong_kind(value, field, "list");
    return value.items();
}

const Object& FieldReader::item_map(const Object& item) {
    if (item.kind() == ObjectKind::map) return item;
    fail("is a " + std::string(kind_name(item.kind())), "write a map");
    return null_object();
}

Labels FieldReader::labels(const Object& parent, std::string_view field) {
    Labels labels;
    const auto fields = map(parent, field).fields();
    const auto step = enter(field);
    for (const auto& [key, value] : fields) {
        if (value.kind() == ObjectKind::string) {
            labels.emplace_back(key, value.text());
        } else if (value.is_null()) {
            labels.emplace_back(key, "");
        } else {
            const auto entry = enter_entry(key);
            fail("is a " + std::string(kind_name(value.kind())) + " (" + std::string(value.text().substr(0, 40)) + ")",
                 "write a string, in quotes");
        }
    }
    normalize(labels);
    return labels;
}

std::vector<std::string> FieldReader::texts(const Object& parent, std::string_view field) {
    std::vector<std::string> texts;
    const auto items = list(parent, field);
    const auto step = enter(field);
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].kind() != ObjectKind::string) {
            const auto at = enter(i);
            fail("is a " + std::string(kind_name(items[i].kind())), "write a string, in quotes");
            continue;
        }
        texts.emplace_back(items[i].text());
    }
    return texts;
}

}  // namespace muster
