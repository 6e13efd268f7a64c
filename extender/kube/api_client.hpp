// Requests to the Kubernetes API: a pool of kept-alive connections, the token on each request, and what an answer
// means.
#pragma once

#include "extender/kube/credentials.hpp"
#include "extender/kube/http_client.hpp"
#include "extender/kube/kubeconfig.hpp"
#include "placement/model/result.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace muster::kube {

// Thread-safe: each call has a connection for itself. At most `keep` idle connections are kept.
class ApiClient {
  public:
    // Errors: certificates or keys that cannot be used.
    [[nodiscard]] static Result<std::unique_ptr<ApiClient>> create(ApiAccess access, Timeouts timeouts = {},
                                                                   std::size_t keep = limits::kWriters);

    // Asks for JSON unless the request says otherwise. Any status is an answer. Renews the token and asks once more
    // after 401 (nothing was done then); a GET is sent once more when its connection broke. Nothing else is sent twice.
    [[nodiscard]] Result<ApiAnswer> send(ApiRequest request);

    // A connection of the caller's own, for a watch; requests on it get their token from authorize().
    [[nodiscard]] Result<std::unique_ptr<HttpClient>> connect(Timeouts timeouts) const;
    // Adds the token; gives it, for refused().
    [[nodiscard]] Result<std::string> authorize(ApiRequest& request);
    void refused(const std::string& token) { credentials_.refused(token); }

  private:
    ApiClient(ApiAccess access, Timeouts timeouts, std::size_t keep);
    Result<ApiAnswer> send_once(const ApiRequest& request);
    Result<std::unique_ptr<HttpClient>> take();
    void put_back(std::unique_ptr<HttpClient> client);

    const Endpoint endpoint_;
    const Timeouts timeouts_;
    const std::size_t keep_;
    Credentials credentials_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<HttpClient>>
        idle_;  // the last one used is taken first, so that few connections stay warm
};

// One sentence about an answer that is not 2xx: the message of its Status object, else the beginning of its body.
[[nodiscard]] std::string describe_answer(const ApiAnswer& answer);
// For a path or query: everything but letters, digits and -._~ is percent-encoded.
[[nodiscard]] std::string percent_encode(std::string_view text);

}  // namespace muster::kube
