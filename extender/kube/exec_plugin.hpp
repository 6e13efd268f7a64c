// Credentials from a program that the kubeconfig names, as EKS, GKE and AKS have them.
#pragma once

#include "extender/kube/kubeconfig.hpp"
#include "placement/model/result.hpp"
#include "placement/model/units.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace muster::kube {

struct ExecCredential {
    std::string token;
    std::optional<std::chrono::system_clock::time_point> expires;  // absent: valid until refused
};

// Starts the program without a shell, waits for its end (it is killed after `timeout`), reads at most 1 MiB of its
// standard output. Standard error goes to ours. Errors: cannot start, failed, no valid ExecCredential, a client
// certificate instead of a token (not supported).
[[nodiscard]] Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const Endpoint& endpoint,
                                                     const std::string& server_url, Millis timeout = Millis(30'000));

// "2030-01-02T03:04:05Z", fractions and offsets allowed. nullopt: not a time.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text);

}  // namespace muster::kube
