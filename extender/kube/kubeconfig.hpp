// Who the API server is and who we are: from a kubeconfig file, or from what a pod finds in its container.
#pragma once

#include "extender/kube/http_client.hpp"
#include "placement/model/result.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace muster::kube {

// A program that prints credentials (client.authentication.k8s.io/v1 and v1beta1).
struct ExecPlugin {
    std::string api_version;
    std::string command;  // with '/': relative to the kubeconfig's folder; else found in PATH
    std::vector<std::string> args;
    std::vector<std::pair<std::string, std::string>> env;  // added to ours
    bool provide_cluster_info = false;
    std::string install_hint;
};

struct ApiAccess {
    Endpoint endpoint;
    std::string server_url;            // as written, for messages
    std::string token;                 // fixed
    std::filesystem::path token_file;  // wins over `token`; read again each minute and when refused
    std::optional<ExecPlugin> exec;
};

// `context` empty: the current one. Errors name the file and the field. Refused with a reason: proxy-url, user name and
// password, auth-provider, impersonation.
[[nodiscard]] Result<ApiAccess> load_kubeconfig(const std::filesystem::path& file, const std::string& context = "");

// The same from the text; relative paths in it are relative to `folder`.
[[nodiscard]] Result<ApiAccess> parse_kubeconfig(std::string_view text, const std::string& source,
                                                 const std::filesystem::path& folder, const std::string& context = "");

// In a pod: KUBERNETES_SERVICE_HOST and _PORT, and the service account's files.
[[nodiscard]] Result<ApiAccess> in_cluster_access(
    const std::filesystem::path& account = "/var/run/secrets/kubernetes.io/serviceaccount");

// Whole text of a file of at most 1 MiB.
[[nodiscard]] Result<std::string> read_small_file(const std::filesystem::path& file);
// "https://host:port/prefix" into the endpoint's fields.
[[nodiscard]] Result<void> read_server_url(const std::string& url, const std::string& where, Endpoint& endpoint);
// RFC 4648, white space ignored. nullopt: not base64.
[[nodiscard]] std::optional<std::string> decode_base64(std::string_view text);

}  // namespace muster::kube
