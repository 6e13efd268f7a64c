// Reads typed fields out of an object and keeps the first fault with its full path, so that readers are straight lines:
// read everything, then ask ok() once.
#pragma once

#include "dialects/object.hpp"
#include "placement/model/node.hpp"
#include "placement/model/result.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

// "pod ml/llama-0", "node n1"; "pod without a name" when it has none. `kind` in lower case.
[[nodiscard]] std::string object_name(std::string_view kind, const Object& object);

class FieldReader {
  public:
    // The object outlives the reader. `kind` is written in errors: "pod", "node", "job".
    FieldReader(std::string_view kind, const Object& object) : kind_(kind), object_(&object) {}
    FieldReader(const FieldReader&) = delete;
    FieldReader& operator=(const FieldReader&) = delete;

    // While it lives, paths of faults go through this step.
    class Step {
      public:
        explicit Step(FieldReader& reader) : reader_(reader) {}
        ~Step() { reader_.path_.pop_back(); }
        Step(const Step&) = delete;
        Step& operator=(const Step&) = delete;

      private:
        FieldReader& reader_;
    };
    [[nodiscard]] Step enter(std::string_view field);      // .field
    [[nodiscard]] Step enter(std::size_t index);           // [3]
    [[nodiscard]] Step enter_entry(std::string_view key);  // [nvidia.com/gpu]

    // Each takes the map that holds the field, on the current path. Absent and null give the empty or fallback value,
    // as in Kubernetes; a value of another kind is a fault.
    [[nodiscard]] std::string_view text(const Object& map, std::string_view field);
    [[nodiscard]] bool flag(const Object& map, std::string_view field);
    [[nodiscard]] std::optional<std::int64_t> integer(const Object& map, std::string_view field);
    [[nodiscard]] const Object& map(const Object& parent, std::string_view field);
    [[nodiscard]] std::span<const Object> list(const Object& parent, std::string_view field);
    [[nodiscard]] Labels labels(const Object& parent, std::string_view field);
    [[nodiscard]] std::vector<std::string> texts(const Object& parent, std::string_view field);
    // The item of a list as a map; anything else is a fault.
    [[nodiscard]] const Object& item_map(const Object& item);

    // Records a fault at the current path; the first one is kept.
    void fail(std::string what, std::string remedy = {});
    void fail(const Error& error) { fail(error.what, error.remedy); }
    [[nodiscard]] bool ok() const { return !error_; }
    // Only when not ok().
    [[nodiscard]] Error error() const { return *error_; }

  private:
    struct Part {
        std::string_view field;  // empty for a list index
        std::size_t index = 0;
        bool entry = false;
    };
    [[nodiscard]] std::string where() const;
    void wrong_kind(const Object& value, std::string_view field, std::string_view wanted);

    std::string_view kind_;
    const Object* object_;
    std::vector<Part> path_;
    std::optional<Error> error_;
};

}  // namespace muster
