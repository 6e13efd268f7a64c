// Counts of members by role as one number each, so that tables over them need no map; and the budget of the search.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

namespace muster {

// Steps that a search may still make: pairs of table entries looked at, entries made. A budget in time would make
// answers depend on the machine.
class StepBudget {
  public:
    explicit StepBudget(std::int64_t steps) : left_(steps) {}
    // Whether that many were left. Once one was refused, all are.
    bool take(std::int64_t steps) {
        left_ = steps <= left_ ? left_ - steps : 0;
        return left_ > 0;
    }
    [[nodiscard]] bool out() const { return left_ <= 0; }

  private:
    std::int64_t left_;
};

// All vectors of counts from zero to `limits`, numbered 0…size−1 in lexicographic order. Codes of two vectors add up to
// the code of their sum when it is inside.
class CountBox {
  public:
    // Larger boxes are not made: their tables would not fit any budget.
    static constexpr std::int64_t kMostCodes = 200'000;
    // size() if that is at most kMostCodes, else more than kMostCodes.
    [[nodiscard]] static std::int64_t codes(std::span<const std::int32_t> limits) {
        std::int64_t size = 1;
        for (const auto limit : limits) {
            if (size <= kMostCodes) size *= std::int64_t{limit} + 1;
        }
        return size;
    }
    explicit CountBox(std::span<const std::int32_t> limits)
        : limits_(limits.begin(), limits.end()),
          strides_(limits.size(), 1),
          size_(static_cast<std::uint32_t>(codes(limits))) {
        for (std::size_t role = limits_.size(); role-- > 1;)
            strides_[role - 1] = strides_[role] * (static_cast<std::uint32_t>(limits_[role]) + 1);
        counts_.reserve(std::size_t{size_} * limits_.size());
        for (std::uint32_t code = 0; code < size_; ++code) {
            for (std::size_t role = 0; role < limits_.size(); ++role) {
                const std::uint32_t base = static_cast<std::uint32_t>(limits_[role]) + 1;
                counts_.push_back(static_cast<std::int32_t>(code / strides_[role] % base));
            }
        }
    }

    [[nodiscard]] std::uint32_t size() const { return size_; }
    [[nodiscard]] std::uint32_t all() const { return size_ - 1; }  // the code of `limits`
    [[nodiscard]] std::uint32_t stride(std::size_t role) const { return strides_[role]; }
    [[nodiscard]] std::uint32_t code(std::span<const std::int32_t> counts) const {
        std::uint32_t code = 0;
        for (std::size_t role = 0; role < counts.size(); ++role)
            code += static_cast<std::uint32_t>(counts[role]) * strides_[role];
        return code;
    }
    [[nodiscard]] std::span<const std::int32_t> counts(std::uint32_t code) const {
        return std::span(counts_).subspan(std::size_t{code} * limits_.size(), limits_.size());
    }
    // Whether the sum of both is inside.
    [[nodiscard]] bool holds_sum(std::uint32_t a, std::uint32_t b) const {
        const std::int32_t* left = &counts_[std::size_t{a} * limits_.size()];
        const std::int32_t* right = &counts_[std::size_t{b} * limits_.size()];
        for (std::size_t role = 0; role < limits_.size(); ++role) {
            if (left[role] + right[role] > limits_[role]) return false;
        }
        return true;
    }

  private:
    std::vector<std::int32_t> limits_;
    std::vector<std::uint32_t> strides_;
    std::uint32_t size_;
    std::vector<std::int32_t> counts_;
};

}  // namespace muster
