// One HTTP/1.1 connection to the API server, kept alive between requests. cpp-httplib lives in http_client.cpp alone.
// What it must not know: Kubernetes. Credentials that change (tokens) come with each request.
#pragma once

#include "config/settings.hpp"
#include "placement/model/result.hpp"
#include "placement/model/units.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster::kube {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Where a server is and how it is trusted. PEM texts, not files: nothing needs to be written to disk.
struct Endpoint {
    bool tls = true;
    std::string host;
    std::uint16_t port = 443;
    std::string path_prefix;      // of the server's URL, without a '/' at its end
    std::string server_name;      // name that the certificate must carry and that SNI sends; empty: host
    std::string ca_pem;           // empty: the system's authorities
    std::string client_cert_pem;  // with its chain; empty: none
    std::string client_key_pem;
    bool insecure_skip_verify = false;  // only where the kubeconfig says so
};

struct Timeouts {
    Millis connect{5'000};
    Millis read{30'000};   // between two pieces of an answer
    Millis total{60'000};  // of a whole answer; does not apply to stream()
};

struct ApiRequest {
    std::string method = "GET";
    std::string path;  // with query, percent-encoded
    Headers headers;
    std::string content_type;  // of the body
    std::string body;
};

struct ApiAnswer {
    int status = 0;
    std::string body;
    std::string retry_after;  // header Retry-After, empty without
    [[nodiscard]] bool ok() const { return status >= 200 && status < 300; }
};

// Serves one thread at a time; stop() may come from any. TLS ≥ 1.2, the server's certificate and name are always
// verified unless the endpoint says insecure. An answer beyond max_answer bytes is an error (limit); all other errors
// are `dependency`.
class HttpClient {
  public:
    // Errors: PEM texts that cannot be read, key and certificate that do not belong together.
    [[nodiscard]] static Result<std::unique_ptr<HttpClient>> create(const Endpoint& endpoint, Timeouts timeouts,
                                                                    std::size_t max_answer = limits::kAnswerBytes);
    ~HttpClient();
    HttpClient(const HttpClient&) = delete;
    HttpClient& operator=(const HttpClient&) = delete;

    // Sends nothing twice: after an error the server may or may not have acted.
    [[nodiscard]] Result<ApiAnswer> send(const ApiRequest& request);
    // A GET whose 200 answer is handed out in pieces as they arrive (boundaries mean nothing) until the server ends it
    // or `on_piece` returns false; the answer then has an empty body. Any other status: as send().
    [[nodiscard]] Result<ApiAnswer> stream(const ApiRequest& request,
                                           const std::function<bool(std::string_view)>& on_piece);
    // Breaks a request that is under way, and refuses later ones. One that is still connecting is not reached: whoever
    // waits for its end calls again.
    void stop();

  private:
    struct Connection;
    HttpClient(std::unique_ptr<Connection> connection, Endpoint endpoint, Timeouts timeouts, std::size_t max_answer);
    Result<ApiAnswer> perform(const ApiRequest& request, const std::function<bool(std::string_view)>* on_piece);
    void drop_stale_connection();

    std::unique_ptr<Connection> connection_;
    Endpoint endpoint_;
    Timeouts timeouts_;
    std::size_t max_answer_;
    std::chrono::steady_clock::time_point last_use_;
};

}  // namespace muster::kube
