// The bearer token of requests, from wherever it comes, fresh: service account tokens rotate about hourly.
#pragma once

#include "extender/kube/kubeconfig.hpp"
#include "placement/model/result.hpp"

#include <chrono>
#include <mutex>
#include <optional>
#include <string>

namespace muster::kube {

// Thread-safe.
class Credentials {
  public:
    explicit Credentials(ApiAccess access) : access_(std::move(access)) {}

    // Empty: requests carry none (client certificate, or an open server). A token that cannot be renewed is used on, as
    // long as there is one: the server is the judge. Blocks while a plugin runs.
    [[nodiscard]] Result<std::string> token();
    // The server answered 401 to `token`: the next call renews it, unless somebody has.
    void refused(const std::string& token);

  private:
    Result<void> renew();

    const ApiAccess access_;
    std::mutex mutex_;
    std::string token_;
    std::optional<std::chrono::system_clock::time_point> use_until_;
    bool valid_ = false;
};

}  // namespace muster::kube
