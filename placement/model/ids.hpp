// Strong index and name types. An index is dense and valid for one Fabric only; a name is stable.
// No implicit conversion in either direction, so that a node can never be passed for a domain.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace muster {

template <class Tag>
class Index {
  public:
    constexpr Index() = default;
    constexpr explicit Index(std::uint32_t value) : value_(value) {}
    [[nodiscard]] constexpr std::uint32_t value() const { return value_; }
    constexpr auto operator<=>(const Index&) const = default;

  private:
    std::uint32_t value_ = 0;
};

template <class Tag>
class Name {
  public:
    Name() = default;
    explicit Name(std::string value) : value_(std::move(value)) {}
    [[nodiscard]] const std::string& str() const { return value_; }
    [[nodiscard]] bool empty() const { return value_.empty(); }
    auto operator<=>(const Name&) const = default;

  private:
    std::string value_;
};

// Position of a node among the leaves of one Fabric, in path order.
using NodeIdx = Index<struct NodeTag>;
// Position of a domain in one Fabric; the root is 0 and a parent comes before its children.
using DomainIdx = Index<struct DomainTag>;
// Position of a level, coarse to fine; the last level is always the host.
using LevelIdx = Index<struct LevelTag>;
// Column of a resource in one ClusterState and all snapshots of it.
using ResourceIdx = Index<struct ResourceTag>;

using NodeName = Name<struct NodeNameTag>;
using PodUid = Name<struct PodUidTag>;

// Kubernetes object name inside a namespace.
struct PodKey {
    std::string ns;
    std::string name;
    auto operator<=>(const PodKey&) const = default;
};

// A gang is known by namespace + name, or namespace + UID of its controller (design §1).
struct GangKey {
    std::string ns;
    std::string name;
    auto operator<=>(const GangKey&) const = default;
};

// One name for both parts, which no other gang has: no namespace contains a slash.
[[nodiscard]] inline std::string gang_name(const GangKey& key) {
    return key.ns + "/" + key.name;
}

}  // namespace muster

template <class Tag>
struct std::hash<muster::Index<Tag>> {
    std::size_t operator()(muster::Index<Tag> index) const noexcept { return index.value(); }
};

template <class Tag>
struct std::hash<muster::Name<Tag>> {
    std::size_t operator()(const muster::Name<Tag>& name) const noexcept {
        return std::hash<std::string>{}(name.str());
    }
};

template <>
struct std::hash<muster::GangKey> {
    std::size_t operator()(const muster::GangKey& key) const noexcept {
        return std::hash<std::string>{}(key.ns) * 31U + std::hash<std::string>{}(key.name);
    }
};
