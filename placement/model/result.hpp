// Errors are values. A request that does not fit is an answer (placement/model/plan.hpp), never an Error.
#pragma once

#include <expected>
#include <string>
#include <utility>

namespace muster {

enum class ErrorCode {
    bad_input,  // somebody's file, object or request is wrong; the remedy tells what to write
    conflict,   // the world has moved on; read again
    not_found,
    limit,       // a stated maximum was reached
    dependency,  // API server, file system or network failed; retry may help
};

struct Error {
    ErrorCode code = ErrorCode::bad_input;
    std::string where;   // object and field, e.g. "pod ml/llama-3: metadata.annotations[muster.scheduler/members]"
    std::string what;    // what is wrong, with the offending value
    std::string remedy;  // what to do about it; may be empty when obvious
    auto operator<=>(const Error&) const = default;
};

template <class T>
using Result = std::expected<T, Error>;

// "where: what; remedy", the form in which people see an error.
[[nodiscard]] inline std::string to_string(const Error& error) {
    std::string text = error.where.empty() ? error.what : error.where + ": " + error.what;
    if (!error.remedy.empty()) text += "; " + error.remedy;
    return text;
}

}  // namespace muster

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration cannot stand in parentheses.
// Declares DECL from the value of EXPR (a Result), or returns its error from the enclosing function.
#define MUSTER_TRY_CAT_(a, b) a##b
#define MUSTER_TRY_CAT(a, b) MUSTER_TRY_CAT_(a, b)
#define MUSTER_TRY(decl, expr)                                                            \
    auto MUSTER_TRY_CAT(muster_try_, __LINE__) = (expr);                                  \
    if (!MUSTER_TRY_CAT(muster_try_, __LINE__))                                           \
        return std::unexpected(std::move(MUSTER_TRY_CAT(muster_try_, __LINE__)).error()); \
    decl = std::move(*MUSTER_TRY_CAT(muster_try_, __LINE__))
// NOLINTEND(bugprone-macro-parentheses)
