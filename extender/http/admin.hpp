// The admin listener: health, metrics and what the service tells about itself. Read only.
#pragma once

#include "extender/http/server.hpp"
#include "extender/obs/metrics.hpp"
#include "extender/service/scheduler_service.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// GET and HEAD of:
//   /livez      200 while the server threads turn
//   /readyz     200 once the caches are listed and until a drain begins, else 503; a follower is ready as well
//   /metrics    Prometheus text
//   /v1/status  {"apiVersion","kind":"Status",…,"complaints":[…]}
//   /v1/gangs   {"apiVersion","kind":"GangList","items":[…]}, by namespace and name; ?namespace=NS and ?gang=NAME
//   narrow it
// `connections` may be empty. All outlive the server.
[[nodiscard]] HttpHandler admin_handler(const SchedulerService& service, obs::Metrics& metrics,
                                        std::function<std::size_t()> connections);

[[nodiscard]] std::string encode_status(const ServiceStatus& status);
[[nodiscard]] std::string encode_gangs(std::vector<GangView> gangs);

}  // namespace muster
