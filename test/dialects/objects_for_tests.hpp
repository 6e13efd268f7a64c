// Objects written as YAML in tests of readers.
#pragma once

#include "dialects/kubernetes.hpp"
#include "dialects/object.hpp"

#include <map>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace muster::testing {

// The only document of the text; a failure of the test when it is not one.
inline Object yaml(std::string_view text) {
    auto documents = parse_yaml(text, "test");
    EXPECT_TRUE(documents.has_value()) << (documents ? "" : to_string(documents.error()));
    if (!documents || documents->size() != 1) return {};
    return documents->front();
}

// A pod with this spec, given with two spaces of indentation.
inline Object pod_with_spec(const std::string& spec) {
    return yaml("apiVersion: v1\nkind: Pod\nmetadata: {name: p, namespace: ml}\nspec:\n" + spec);
}

class NoOwners final : public OwnerDefaults {
  public:
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view) const override { return std::nullopt; }
};

class FixedOwners final : public OwnerDefaults {
  public:
    explicit FixedOwners(std::map<std::string, std::int32_t, std::less<>> by_uid) : by_uid_(std::move(by_uid)) {}
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view uid) const override {
        const auto at = by_uid_.find(uid);
        return at == by_uid_.end() ? std::nullopt : std::optional(at->second);
    }

  private:
    std::map<std::string, std::int32_t, std::less<>> by_uid_;
};

inline Result<PodFacts> read(const Object& pod) {
    return read_pod(pod, {"muster"}, NoOwners());
}

}  // namespace muster::testing
