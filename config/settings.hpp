// All settings, their defaults and every limit of the product, each with its reason. Plain structs; the file format is
// documented in config/settings.example.yaml, which a test loads.
#pragma once

#include "placement/model/level.hpp"
#include "placement/model/plan.hpp"
#include "placement/model/score_rules.hpp"
#include "policies/params.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace muster {

enum class Mode { enforce, advise, shadow };
enum class LeadershipMode { follow_scheduler, none };
enum class Pin { nomination, none };

struct Address {
    std::string host = "127.0.0.1";
    std::uint16_t port = 0;  // 0: any free one (tests)
    bool operator==(const Address&) const = default;
};

struct ServerSettings {
    Address scheduling{"127.0.0.1", 8861};
    Address binding{"127.0.0.1", 8862};
    Address admin{"127.0.0.1", 8863};
};

struct LeadershipSettings {
    LeadershipMode mode = LeadershipMode::follow_scheduler;
    std::string lease_namespace = "kube-system";
    std::string lease_name = "muster-scheduler";
};

struct GangSettings {
    std::chrono::milliseconds bind_timeout{30'000};
    std::chrono::milliseconds repair_timeout{4'000};
    Pin pin = Pin::nomination;
};

struct Settings {
    std::vector<std::string> scheduler_names{"muster"};
    Mode mode = Mode::enforce;
    ServerSettings server;
    LeadershipSettings leadership;
    std::optional<std::vector<LevelSpec>> levels;  // absent: auto, chosen from the labels that nodes carry
    // For levels that are chosen: what the links out of each domain carry, MB/s, by the level's name or label key.
    std::map<std::string, std::int64_t> uplinks;
    std::optional<std::string> machines;        // folder of machine dumps, by the names that nodes give; absent: none
    std::string gpu_picker{kDefaultGpuPicker};  // one of kGpuPickers
    GangSettings gang;
    // What plans are ranked by after level and numbers of domains, in this order; known to policies/registry.
    std::vector<std::string> policies{kDefaultPolicies.begin(), kDefaultPolicies.end()};
    PolicyParams policy_params;
    ScoreRules scores;  // what the nodes for pods that are not planned are scored by
};

// Not settings: bounds that nobody needs to change. Anything unbounded is a defect.
namespace limits {
inline constexpr std::size_t kServerThreads = 2;           // 4,000 parked binds need no more (dependencies §1.3)
inline constexpr std::size_t kHeaderBytes = 16UL << 10;    // kube-scheduler sends under 1 KiB
inline constexpr std::size_t kBodyBytes = 8UL << 20;       // nodeCacheCapable: 215 KB at 5,000 long names
inline constexpr std::size_t kConnections = 16'384;        // parked binds + idle keep-alives
inline constexpr std::size_t kParkedBinds = 8'192;         // beyond it a retryable error at once
inline constexpr std::size_t kGangMembers = kParkedBinds;  // a larger gang could never open its barrier
inline constexpr std::chrono::seconds kHeaderTimeout{10};
inline constexpr std::chrono::seconds kBodyTimeout{30};
inline constexpr std::chrono::seconds kIdleTimeout{120};  // longer than Go's 90 s, so that the client closes first
inline constexpr std::size_t kWriters = 32;         // Bindings in flight; best between 16 and 64 (kubernetes-e2e §2)
inline constexpr std::size_t kWriteQueue = 65'536;  // a full gang's writes several times over
inline constexpr std::size_t kEventQueue = 1'024;   // Kubernetes Events may be dropped
inline constexpr std::size_t kRefusedPods = 8'192;  // remembered to be woken
inline constexpr std::chrono::seconds kWakeInterval{5};  // per pod
inline constexpr std::size_t kListPage =
    500;  // objects per list page, as client-go asks; one page is in memory as a tree
inline constexpr std::size_t kMachineFiles = 1'024;  // types of machines in one cluster; a ConfigMap holds 1 MiB anyway
inline constexpr std::size_t kAnswerBytes = 512UL << 20;  // largest answer of the API server that is read
}  // namespace limits

}  // namespace muster
