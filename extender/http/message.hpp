// Text of HTTP/1.1 answers. Knows no socket and no library.
#pragma once

#include "extender/http/server.hpp"

#include <string>
#include <string_view>

namespace muster {

// {"error":"what; remedy"}
[[nodiscard]] HttpResponse error_response(int status, std::string_view what, std::string_view remedy);

// Status line and header fields with the empty line. Content-Length is always there and nothing is chunked: Go's client
// reuses a connection only after reading the body to its end.
[[nodiscard]] std::string response_head(const HttpResponse& response, bool close);

}  // namespace muster
