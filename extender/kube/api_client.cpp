#include "extender/kube/api_client.hpp"

#include "dialects/object.hpp"

#include <algorithm>

namespace muster::kube {

ApiClient::ApiClient(ApiAccess access, Timeouts timeouts, std::size_t keep)
    : endpoint_(access.endpoint), timeouts_(timeouts), keep_(keep), credentials_(std::move(access)) {}

Result<std::unique_ptr<ApiClient>> ApiClient::create(ApiAccess access, Timeouts timeouts, std::size_t keep) {
    std::unique_ptr<ApiClient> client(new ApiClient(std::move(access), timeouts, keep));
    MUSTER_TRY(auto first, client->connect(timeouts));
    client->put_back(std::move(first));
    return client;
}

Result<std::unique_ptr<HttpClient>> ApiClient::connect(Timeouts timeouts) const {
    return HttpClient::create(endpoint_, timeouts);
}

Result<std::string> ApiClient::authorize(ApiRequest& request) {
    MUSTER_TRY(std::string token, credentials_.token());
    std::erase_if(request.headers, [](const auto& header) { return header.first == "Authorization"; });
    if (!token.empty()) request.headers.emplace_back("Authorization", "Bearer " + token);
    return token;
}

Result<ApiAnswer> ApiClient::send(ApiRequest request) {
    const auto says_accept = [](const auto& header) { return header.first == "Accept"; };
    if (std::ranges::none_of(request.headers, says_accept)) request.headers.emplace_back("Accept", "application/json");
    MUSTER_TRY(const std::string token, authorize(request));
    auto answer = send_once(request);
    if (!answer && answer.error().code == ErrorCode::dependency && request.method == "GET") answer = send_once(request);
    if (!answer || answer->status != 401) return answer;
    credentials_.refused(token);
    MUSTER_TRY(const std::string renewed, authorize(request));
    return renewed == token ? answer : send_once(request);
}

Result<ApiAnswer> ApiClient::send_once(const ApiRequest& request) {
    MUSTER_TRY(auto client, take());
    auto answer = client->send(request);
    // After an error the state of the connection is unknown.
    if (answer) put_back(std::move(client));
    return answer;
}

Result<std::unique_ptr<HttpClient>> ApiClient::take() {
    {
        const std::lock_guard lock(mutex_);
        if (!idle_.empty()) {
            auto client = std::move(idle_.back());
            idle_.pop_back();
            return client;
        }
    }
    return connect(timeouts_);
}

void ApiClient::put_back(std::unique_ptr<HttpClient> client) {
    const std::lock_guard lock(mutex_);
    if (idle_.size() < keep_) idle_.push_back(std::move(client));
}

std::string describe_answer(const ApiAnswer& answer) {
    std::string text = "HTTP " + std::to_string(answer.status);
    if (const auto status = parse_json(answer.body, "answer")) {
        if (const auto message = (*status)["message"].string_or(""); !message.empty())
            return text + ": " + std::string(message);
    }
    if (!answer.body.empty()) text += ": " + answer.body.substr(0, 200);
    return text;
}

std::string percent_encode(std::string_view text) {
    constexpr std::string_view kHex = "0123456789ABCDEF";
    std::string out;
    for (const char c : text) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                           c == '.' || c == '_' || c == '~';
        if (plain) {
            out.push_back(c);
            continue;
        }
        const auto byte = static_cast<unsigned char>(c);
        out.push_back('%');
        out.push_back(kHex[byte >> 4]);
        out.push_back(kHex[byte & 15]);
    }
    return out;
}

}  // namespace muster::kube
