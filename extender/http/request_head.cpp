#include "extender/http/request_head.hpp"

#include "extender/http/message.hpp"

namespace muster {

std::optional<HttpResponse> refusal(const RequestHead& head, const HttpLimits& limits) {
    if (head.has_transfer_encoding)
        return error_response(411, "chunked bodies are not accepted", "send Content-Length");
    if (!head.content_encoding.empty() && head.content_encoding != "identity") {
        return error_response(415, "compressed bodies are not accepted", "send the body as it is");
    }
    if (!head.content_length && head.method == "POST") {
        return error_response(411, "the length of the body is not given", "send Content-Length");
    }
    if (head.content_length.value_or(0) > limits.body_bytes) {
        return error_response(413, "the body is larger than " + std::to_string(limits.body_bytes) + " bytes",
                              "set nodeCacheCapable: true in kube-scheduler's extender entry, so that it sends names "
                              "instead of whole nodes");
    }
    return std::nullopt;
}

HttpRequest without_body(const RequestHead& head) {
    HttpRequest request;
    request.method = head.method;
    const auto question = head.target.find('?');
    request.path = head.target.substr(0, question);
    if (question != std::string::npos) request.query = head.target.substr(question + 1);
    return request;
}

}  // namespace muster
