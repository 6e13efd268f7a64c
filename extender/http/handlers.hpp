// The four verbs of kube-scheduler: decode → service → encode. Refusals of the protocol are HTTP 200; 4xx and 5xx say
// only that a message was not one of the protocol, or that Muster cannot answer yet.
#pragma once

#include "dialects/kubernetes.hpp"
#include "extender/http/server.hpp"
#include "extender/obs/metrics.hpp"
#include "extender/service/scheduler_service.hpp"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace muster {

// All outlive the handlers, which outlive the server.
struct HandlerContext {
    SchedulerService& service;
    const OwnerDefaults& owners;               // for pods that the watch has not shown yet
    std::vector<std::string> scheduler_names;  // Settings::scheduler_names
    obs::Metrics& metrics = obs::metrics();
};

class Handlers {
  public:
    explicit Handlers(HandlerContext context) : context_(std::move(context)) {}

    // POST /filter, /prioritize, /preempt.
    [[nodiscard]] HttpHandler scheduling();
    // POST /bind. Answers when the service does; a client that vanishes before is withdrawn.
    [[nodiscard]] HttpHandler binding();

  private:
    class Call;
    using Verb = void (Handlers::*)(Call call);
    [[nodiscard]] HttpHandler route(std::vector<std::pair<std::string_view, std::pair<obs::HttpVerb, Verb>>> verbs);
    void filter(Call call);
    void prioritize(Call call);
    void preempt(Call call);
    void bind(Call call);
    // The pod of the request if the watch has not shown it yet.
    [[nodiscard]] Result<std::optional<PodFacts>> unseen(const PodUid& uid, const PodKey& pod,
                                                         std::string_view json) const;
    [[nodiscard]] bool synced();

    HandlerContext context_;
    std::atomic<bool> synced_{false};  // once listed, the caches stay
};

}  // namespace muster
