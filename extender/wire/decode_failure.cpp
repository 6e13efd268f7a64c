#include "extender/wire/decode_failure.hpp"

#include <utility>

namespace muster::wire {
namespace {

constexpr std::size_t kShownKeyBytes = 64;  // the sender chooses a key's length

}  // namespace

bool DecodeFailure::fail(std::string what, std::string remedy) {
    error_ = Error{ErrorCode::bad_input, {}, std::move(what), std::move(remedy)};
    return false;
}

bool DecodeFailure::missing(std::string_view field) {
    fail("is missing or empty", "send kube-scheduler's own message (extender/v1)");
    return at(field, false);
}

bool DecodeFailure::at(std::string_view field, bool ok) {
    if (!ok) put_in_front(std::string(field.substr(0, kShownKeyBytes)));
    return ok;
}

bool DecodeFailure::at(std::size_t item, bool ok) {
    if (!ok) put_in_front("[" + std::to_string(item) + "]");
    return ok;
}

void DecodeFailure::put_in_front(std::string where) {
    if (!error_.where.empty() && error_.where.front() != '[') where += '.';
    error_.where.insert(0, where);
}

}  // namespace muster::wire
