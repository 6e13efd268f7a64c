#include "extender/kube/credentials.hpp"

#include "extender/kube/exec_plugin.hpp"
#include "extender/obs/log.hpp"

#include <algorithm>

namespace muster::kube {

namespace {
constexpr std::chrono::seconds kTokenFileAge{60};
}

Result<std::string> Credentials::token() {
    const std::lock_guard lock(mutex_);
    const bool old = use_until_ && std::chrono::system_clock::now() >= *use_until_;
    if (!valid_ || old) {
        if (auto renewed = renew(); !renewed) {
            if (token_.empty()) return std::unexpected(renewed.error());
            log::warning("token-not-renewed", {{"error", to_string(renewed.error())}});
            use_until_ = std::chrono::system_clock::now() + kTokenFileAge;
        }
        valid_ = true;
    }
    return token_;
}

void Credentials::refused(const std::string& token) {
    const std::lock_guard lock(mutex_);
    if (token == token_) valid_ = false;
}

Result<void> Credentials::renew() {
    if (!access_.token_file.empty()) {
        MUSTER_TRY(std::string text, read_small_file(access_.token_file));
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.pop_back();
        if (text.empty())
            return std::unexpected(Error{ErrorCode::bad_input, access_.token_file.string(), "is empty", ""});
        token_ = std::move(text);
        use_until_ = std::chrono::system_clock::now() + kTokenFileAge;
    } else if (access_.exec) {
        MUSTER_TRY(ExecCredential credential, run_exec_plugin(*access_.exec, access_.endpoint, access_.server_url));
        token_ = std::move(credential.token);
        use_until_ = credential.expires;
    } else {
        token_ = access_.token;
        use_until_.reset();
    }
    return {};
}

}  // namespace muster::kube
