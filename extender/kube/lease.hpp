// Whether we may act: only the Muster beside the leading kube-scheduler does. That scheduler's Lease is read; its
// holder is called HOSTNAME_UUID, and both containers of a pod share the host name.
#pragma once

#include "config/settings.hpp"
#include "extender/kube/api_client.hpp"
#include "extender/kube/stop_flag.hpp"
#include "extender/service/cluster_api.hpp"
#include "placement/model/units.hpp"

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>

namespace muster::kube {

struct LeaseRecord {
    std::string holder;      // empty: released
    std::string renew_time;  // as written; compared, never computed with: no clock but our own is trusted
    std::string resource_version;
    Millis duration{15'000};
};

// The rule, without I/O: we lead while the holder has our host name and its last renewal was *seen* less than
// leaseDuration − 5 s ago (half of the duration when that is shorter than 10 s), and never longer than leaseDuration
// after the last look that did not show it yet: it may be as old as that look, however many failed since. The first
// record that is seen may be old and counts as no renewal.
class LeadershipRule {
  public:
    explicit LeadershipRule(std::string host_name) : host_(std::move(host_name)) {}

    // `asked_at`: before the request that gave the record. Gives the moment until which we lead; one in the past: we
    // follow.
    [[nodiscard]] TimePoint observe(const LeaseRecord& record, TimePoint asked_at);
    [[nodiscard]] TimePoint lost(TimePoint asked_at);  // there is no such Lease
    // A second scheduler with our host name holds the Lease in turn with another: it cannot be told whose leads.
    [[nodiscard]] bool shared_host_name() const { return shared_host_name_; }

  private:
    const std::string host_;
    std::optional<LeaseRecord> last_;
    TimePoint last_asked_at_;  // of the look that gave last_
    TimePoint until_;
    std::deque<std::string> former_;  // holders of our host name before the last one
    bool shared_host_name_ = false;
};

// From the end of one look at the Lease to the next: a thirtieth of its duration while we follow, so that a fail-over
// is noticed soon, and 2/15 of it while we lead: as often as kube-scheduler renews by default, and never so rarely that
// one look that fails costs the lead. 50…500 ms and 50…2,000 ms.
[[nodiscard]] Millis pause_between_looks(Millis duration, bool leading);

[[nodiscard]] std::string host_name();  // of this process' UTS namespace, as Go's os.Hostname gives it

class LeaseFollower {
  public:
    // `lead_until` is called on the follower's thread, with each change. mode none: called once, with the end of time.
    LeaseFollower(ApiClient& api, const LeadershipSettings& settings, const Clock& clock, std::string host_name,
                  std::function<void(TimePoint)> lead_until);
    ~LeaseFollower();
    LeaseFollower(const LeaseFollower&) = delete;
    LeaseFollower& operator=(const LeaseFollower&) = delete;
    [[nodiscard]] Result<void> start();
    void stop();

  private:
    void run();
    // One look at the Lease; gives the pause until the next.
    Millis look();
    void tell(TimePoint until);

    ApiClient& api_;
    const LeadershipSettings settings_;
    const Clock& clock_;
    const std::string path_;
    const std::function<void(TimePoint)> lead_until_;
    LeadershipRule rule_;
    std::unique_ptr<HttpClient> client_;
    StopFlag stopping_;
    std::optional<TimePoint> told_;
    bool complained_ = false;
    std::atomic<bool> ended_ = true;
    std::thread thread_;
};

}  // namespace muster::kube
