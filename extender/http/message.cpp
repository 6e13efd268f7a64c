#include "extender/http/message.hpp"

#include "extender/wire/codec.hpp"

namespace muster {
namespace {

constexpr std::string_view phrase_of(int status) {
    switch (status) {
        case 200:
            return "OK";
        case 400:
            return "Bad Request";
        case 404:
            return "Not Found";
        case 405:
            return "Method Not Allowed";
        case 408:
            return "Request Timeout";
        case 411:
            return "Length Required";
        case 413:
            return "Content Too Large";
        case 415:
            return "Unsupported Media Type";
        case 417:
            return "Expectation Failed";
        case 431:
            return "Request Header Fields Too Large";
        case 500:
            return "Internal Server Error";
        case 503:
            return "Service Unavailable";
        default:
            return "Status";
    }
}

}  // namespace

HttpResponse error_response(int status, std::string_view what, std::string_view remedy) {
    std::string text(what);
    if (!remedy.empty()) {
        text += "; ";
        text += remedy;
    }
    HttpResponse response;
    response.status = status;
    response.body = R"({"error":)";
    wire::append_json_string(response.body, text);
    response.body += '}';
    return response;
}

std::string response_head(const HttpResponse& response, bool close) {
    std::string head;
    head.reserve(160);
    head += "HTTP/1.1 ";
    head += std::to_string(response.status);
    head += ' ';
    head += phrase_of(response.status);
    head += "\r\nContent-Type: ";
    head += response.content_type;
    head += "\r\nContent-Length: ";
    head += std::to_string(response.body.size());
    if (!response.allow.empty()) {
        head += "\r\nAllow: ";
        head += response.allow;
    }
    if (close) head += "\r\nConnection: close";
    head += "\r\n\r\n";
    return head;
}

}  // namespace muster
