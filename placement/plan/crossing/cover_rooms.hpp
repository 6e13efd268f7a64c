// The numbers behind a cover (crossing_cover.hpp): what domains hold of each value, what a growing set still lacks.
#pragma once

#include "placement/plan/crossing/crossing_cover.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace muster {

// The room of each domain by value, each cut at the most of its value.
class ValueRooms {
  public:
    struct Part {
        std::uint32_t value = 0;
        std::int64_t room = 0;  // ≥ 1
    };

    // Domains coarser than problem.depth have none. O(nodes × depth).
    explicit ValueRooms(const CoverProblem& problem);

    [[nodiscard]] std::span<const Part> of(std::uint32_t domain) const {
        return std::span(parts_).subspan(first_[domain], first_[domain + 1] - first_[domain]);
    }

  private:
    void add(const CoverProblem& problem, const Domain& domain, std::vector<std::int64_t>& sums);

    std::vector<Part> parts_;
    std::vector<std::size_t> first_;  // by domain, and one more
};

// What a growing set of domains still lacks. Each call O(values of the domain).
class Lack {
  public:
    // Both outlive the object.
    Lack(const CoverProblem& problem, const ValueRooms& rooms)
        : rooms_(rooms), left_(problem.most.begin(), problem.most.end()), members_(problem.members) {}

    [[nodiscard]] std::int64_t members() const { return members_; }
    // Of the lack, what the domain would take away.
    [[nodiscard]] std::int64_t gain(std::uint32_t domain) const;
    void add(std::uint32_t domain);

  private:
    const ValueRooms& rooms_;
    std::vector<std::int64_t> left_;  // by value
    std::int64_t members_;
};

struct Gain {
    std::int64_t gain = 0;
    std::uint32_t domain = 0;
    // The largest first, then in path order.
    bool operator<(const Gain& other) const { return gain != other.gain ? gain > other.gain : domain < other.domain; }
};

}  // namespace muster
