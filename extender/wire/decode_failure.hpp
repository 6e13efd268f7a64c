// What is wrong with a message and where: the reader gives false up through its calls, and each of them puts the name
// of its field in front, so that a path costs nothing while all is well.
#pragma once

#include "placement/model/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

namespace muster::wire {

class DecodeFailure {
  public:
    // All give false, but `at` only where `ok` is false.
    bool fail(std::string what, std::string remedy = {});
    bool missing(std::string_view field);
    bool at(std::string_view field, bool ok);
    bool at(std::size_t item, bool ok);

    [[nodiscard]] bool has_place() const { return !error_.where.empty(); }
    [[nodiscard]] Error take_error() { return std::move(error_); }

  private:
    void put_in_front(std::string where);
    Error error_;
};

}  // namespace muster::wire
