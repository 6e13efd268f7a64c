// Our own small immutable object tree: what a Kubernetes object, a settings file or an annotation is once read.
// Two builders make it (JSON by simdjson, YAML by yaml-cpp); everything above sees only this.
#pragma once

#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace muster {

// Numbers keep their text: quantities like 1e3 or 10^30 must not lose digits.
enum class ObjectKind : std::uint8_t { null, boolean, number, string, list, map };

class Object {
  public:
    using Field = std::pair<std::string, Object>;
    Object() = default;  // null
    [[nodiscard]] static Object boolean(bool value);
    [[nodiscard]] static Object number(std::string text);
    [[nodiscard]] static Object string(std::string text);
    [[nodiscard]] static Object list(std::vector<Object> items);
    [[nodiscard]] static Object map(std::vector<Field> fields);  // order kept; the last of equal keys wins

    [[nodiscard]] ObjectKind kind() const { return kind_; }
    [[nodiscard]] bool is_null() const { return kind_ == ObjectKind::null; }
    // Field of a map, or a null object: chains never fail, e.g. pod["metadata"]["name"]. O(fields).
    [[nodiscard]] const Object& operator[](std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const;
    [[nodiscard]] std::span<const Object> items() const;  // empty unless a list
    [[nodiscard]] std::span<const Field> fields() const;  // empty unless a map
    [[nodiscard]] std::string_view text() const;          // string or number as written; "true"/"false"; else empty
    [[nodiscard]] std::string_view string_or(std::string_view fallback) const;  // fallback unless a string
    [[nodiscard]] bool bool_or(bool fallback) const;
    [[nodiscard]] std::optional<std::int64_t> integer() const;  // a number or numeric string that is a whole int64
    // Where the value began in its source, for messages; 0: unknown (JSON).
    [[nodiscard]] std::uint32_t line() const { return line_; }
    void set_line(std::uint32_t line) { line_ = line; }
    bool operator==(const Object& other) const;  // lines do not count

  private:
    ObjectKind kind_ = ObjectKind::null;
    std::uint32_t line_ = 0;
    std::variant<std::string, std::vector<Object>, std::vector<Field>> value_;
};

[[nodiscard]] std::string_view kind_name(ObjectKind kind);

// A copy of `map` with one field set (added at the end when absent). A null object counts as an empty map. O(size).
[[nodiscard]] Object with_field(const Object& map, std::string_view key, Object value);

// Limits for both builders: deeper or larger input is refused with the place.
inline constexpr std::size_t kMaxObjectDepth = 100;
inline constexpr std::size_t kMaxDocuments = 200'000;
// Values that the aliases of one YAML document may expand to: generous for people, fatal for "billion laughs".
inline constexpr std::size_t kMaxAliasValues = 1'000'000;

// What becomes of a key that stands twice in one JSON map. The API server's own objects are read as every client of it
// reads them; what people write for Muster says which of the two counts, or is refused with the key and its place.
enum class RepeatedKey { last_wins, refused };

// One JSON value, nothing after it. `source` names the input in errors.
[[nodiscard]] Result<Object> parse_json(std::string_view text, std::string_view source,
                                        RepeatedKey repeated = RepeatedKey::last_wins);
// Every document of a YAML stream (JSON is YAML too, but use parse_json for it: 100 times faster). Empty documents are
// left out. A key that stands twice in one map is refused, as kubectl does. Plain scalars are typed as kubectl types
// them (yaml_scalar.hpp). Anchors, aliases and merge keys work, within limits.
[[nodiscard]] Result<std::vector<Object>> parse_yaml(std::string_view text, std::string_view source);
// JSON if the first character that is not white space is '{' or '[' and the text parses as such, else YAML (whose flow
// style begins alike).
[[nodiscard]] Result<std::vector<Object>> parse_any(std::string_view text, std::string_view source,
                                                    RepeatedKey repeated = RepeatedKey::last_wins);

}  // namespace muster
