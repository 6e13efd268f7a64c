// What a reader says where it refuses.
#pragma once

#include "placement/model/result.hpp"

#include <string>

namespace muster::test {

// "accepted" where it does not.
template <class T>
std::string refusal_of(const Result<T>& read) {
    return read ? "accepted" : to_string(read.error());
}

}  // namespace muster::test
