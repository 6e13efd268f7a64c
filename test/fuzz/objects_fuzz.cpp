// Any bytes as JSON and as YAML: refused with words, or read to a tree within the limits, twice the same.
#include "dialects/object.hpp"
#include "placement/model/check.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace muster {
namespace {

// An alias may hang a tree of full depth below another one.
constexpr std::size_t kDeepest = 2 * kMaxObjectDepth + 1;

std::size_t depth_of(const Object& object) {
    std::size_t depth = 0;
    for (const auto& item : object.items()) depth = std::max(depth, depth_of(item));
    for (const auto& field : object.fields()) depth = std::max(depth, depth_of(field.second));
    return depth + 1;
}

void check(std::string_view bytes) {
    const auto json = parse_json(bytes, "fuzz");
    if (!json) MUSTER_CHECK(!json.error().what.empty());
    if (json) MUSTER_CHECK(depth_of(*json) <= kMaxObjectDepth + 1);
    const auto documents = parse_any(bytes, "fuzz");
    const bool structured = json && (json->kind() == ObjectKind::map || json->kind() == ObjectKind::list);
    if (structured) MUSTER_CHECK(documents && documents->size() == 1 && documents->front() == *json);
    if (!documents) return MUSTER_CHECK(!documents.error().what.empty());
    for (const auto& document : *documents) MUSTER_CHECK(depth_of(document) <= kDeepest);
    MUSTER_CHECK(parse_any(bytes, "fuzz") == documents);
}

}  // namespace
}  // namespace muster

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    muster::check({reinterpret_cast<const char*>(data), size});
    return 0;
}
