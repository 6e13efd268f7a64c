// Amounts of named resources, as Kubernetes counts them: cpu in millicores, memory and storage in bytes,
// everything else (pods, nvidia.com/gpu, …) in units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {

inline constexpr std::string_view kCpu = "cpu";
inline constexpr std::string_view kMemory = "memory";
// Every pod takes one of its node's pod slots; pod_sums adds it like any other resource.
inline constexpr std::string_view kPodSlots = "pods";

// What counts of any amount: 0…2^48 (281 TB, or 281 billion cores in millicores), so that sums over every pod a node
// can hold stay exact in 64 bits. A larger allocatable counts as this, and no larger request ever fits.
inline constexpr std::int64_t kMaxAmount = std::int64_t{1} << 48;

// Sorted by name, no zero and no duplicate entries, so equal amounts are equal bytes. All operations O(size).
class ResourceAmounts {
  public:
    using Entry = std::pair<std::string, std::int64_t>;
    ResourceAmounts() = default;
    ResourceAmounts(std::initializer_list<Entry> entries);

    [[nodiscard]] std::int64_t get(std::string_view name) const;  // 0 when absent
    void set(std::string_view name, std::int64_t amount);         // 0 removes
    void add(const ResourceAmounts& other);                       // saturates at the ends of int64
    void subtract(const ResourceAmounts& other);
    void raise_to(const ResourceAmounts& other);  // per-name maximum
    [[nodiscard]] const std::vector<Entry>& entries() const { return entries_; }
    [[nodiscard]] bool empty() const { return entries_.empty(); }
    auto operator<=>(const ResourceAmounts&) const = default;

  private:
    std::vector<Entry> entries_;
};

}  // namespace muster
