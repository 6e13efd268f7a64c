// What the server takes from a request's header, and the rules by which it refuses one before reading its body.
#pragma once

#include "extender/http/server.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace muster {

struct RequestHead {
    std::string method;
    std::string target;
    bool keep_alive = false;  // HTTP/1.1, and the client does not want to close
    bool has_transfer_encoding = false;
    std::string content_encoding;
    std::optional<std::uint64_t> content_length;
    bool expects_continue = false;
};

// nullopt: the body can be read.
[[nodiscard]] std::optional<HttpResponse> refusal(const RequestHead& head, const HttpLimits& limits);

// Method, path and query; the body stays empty.
[[nodiscard]] HttpRequest without_body(const RequestHead& head);

}  // namespace muster
