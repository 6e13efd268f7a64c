#include "extender/kube/lease.hpp"

#include "dialects/object.hpp"
#include "extender/obs/log.hpp"

#include <algorithm>
#include <utility>

#include <sys/utsname.h>

namespace muster::kube {

namespace {

constexpr Millis kSafety{5'000};  // design §4 step 7
constexpr Millis kShortestPause{50};
constexpr Millis kLongestPause{500};
// Every look costs both sides a third of a millisecond of CPU, the whole day.
constexpr Millis kLongestPauseLeading{2'000};
constexpr std::size_t kFormerHolders = 16;

std::string host_of(const std::string& holder) {
    return holder.substr(0, holder.rfind('_'));
}

// How long a renewal that was just seen lets us lead.
Millis term_of(Millis duration) {
    return duration >= 2 * kSafety ? duration - kSafety : duration / 2;
}

LeaseRecord read_lease(const Object& lease) {
    const Object& spec = lease["spec"];
    LeaseRecord record;
    record.holder = spec["holderIdentity"].string_or("");
    record.renew_time = spec["renewTime"].string_or("");
    record.resource_version = lease["metadata"]["resourceVersion"].string_or("");
    const std::int64_t seconds = spec["leaseDurationSeconds"].integer().value_or(0);
    record.duration = std::chrono::seconds(std::clamp<std::int64_t>(seconds, 0, 3'600));
    return record;
}

}  // namespace

Millis pause_between_looks(Millis duration, bool leading) {
    return leading ? std::clamp(duration * 2 / 15, kShortestPause, kLongestPauseLeading)
                   : std::clamp(duration / 30, kShortestPause, kLongestPause);
}

std::string host_name() {
    utsname names{};
    return uname(&names) == 0 ? names.nodename : "";
}

TimePoint LeadershipRule::observe(const LeaseRecord& record, TimePoint asked_at) {
    const bool first = !last_;
    const bool changed =
        !first && (record.resource_version != last_->resource_version || record.renew_time != last_->renew_time);
    const std::string former = first ? "" : last_->holder;
    const TimePoint renewed_after = std::exchange(last_asked_at_, asked_at);
    last_ = record;
    if (record.holder.empty() || host_of(record.holder) != host_) return until_ = asked_at - Millis(1);
    if (former != record.holder && !former.empty() && host_of(former) == host_) {
        shared_host_name_ =
            shared_host_name_ || std::find(former_.begin(), former_.end(), record.holder) != former_.end();
        former_.push_back(former);
        if (former_.size() > kFormerHolders) former_.pop_front();
    }
    if (changed) until_ = std::min(asked_at + term_of(record.duration), renewed_after + record.duration);
    return until_;
}

TimePoint LeadershipRule::lost(TimePoint asked_at) {
    // A Lease that appears later is known to be new.
    last_ = LeaseRecord{};
    last_asked_at_ = asked_at;
    return until_ = asked_at - Millis(1);
}

LeaseFollower::LeaseFollower(ApiClient& api, const LeadershipSettings& settings, const Clock& clock,
                             std::string host_name, std::function<void(TimePoint)> lead_until)
    : api_(api),
      settings_(settings),
      clock_(clock),
      path_("/apis/coordination.k8s.io/v1/namespaces/" + percent_encode(settings.lease_namespace) + "/leases/" +
            percent_encode(settings.lease_name)),
      lead_until_(std::move(lead_until)),
      rule_(std::move(host_name)) {}

LeaseFollower::~LeaseFollower() {
    stop();
}

Result<void> LeaseFollower::start() {
    if (settings_.mode == LeadershipMode::none) {
        lead_until_(TimePoint::max());
        return {};
    }
    // With the pause before it hardly longer than the safety margin: one look that hangs costs no time of the lead.
    MUSTER_TRY(client_, api_.connect({.connect = Millis(2'000), .read = Millis(3'000), .total = Millis(3'500)}));
    ended_ = false;
    thread_ = std::thread([this] {
        run();
        ended_ = true;
    });
    return {};
}

void LeaseFollower::stop() {
    if (!thread_.joinable()) return;
    stopping_.set();
    while (!ended_) {
        client_->stop();
        std::this_thread::sleep_for(Millis(5));
    }
    thread_.join();
}

void LeaseFollower::run() {
    Millis pause{0};
    while (!stopping_.wait_for(pause)) pause = look();
}

Millis LeaseFollower::look() {
    ApiRequest request;
    request.path = path_;
    request.headers.emplace_back("Accept", "application/json");
    const auto token = api_.authorize(request);
    const TimePoint asked_at = clock_.now();
    const auto answer = token ? client_->send(request) : Result<ApiAnswer>(std::unexpected(token.error()));
    if (!answer || !answer->ok()) {
        if (stopping_.is_set()) return kLongestPause;
        const bool absent = answer && answer->status == 404;
        if (absent) tell(rule_.lost(asked_at));
        if (answer && answer->status == 401) api_.refused(*token);
        if (!std::exchange(complained_, true)) {
            log::warning("lease-unread",
                         {{"path", path_}, {"error", answer ? describe_answer(*answer) : to_string(answer.error())}});
        }
        return kLongestPause;  // what was seen before runs out by itself
    }
    complained_ = false;
    const auto lease = parse_json(answer->body, path_);
    if (!lease) return kLongestPause;
    const LeaseRecord record = read_lease(*lease);
    const bool shared_before = rule_.shared_host_name();
    const TimePoint until = rule_.observe(record, asked_at);
    tell(until);
    if (rule_.shared_host_name() && !shared_before) {
        log::error("shared-host-name", {{"holder", record.holder},
                                        {"remedy", "give each scheduler and Muster pair a host name of its own"}});
    }
    return pause_between_looks(record.duration, asked_at < until);
}

void LeaseFollower::tell(TimePoint until) {
    // One moment in the past is as good as another.
    if (told_ == until || (told_ && *told_ < clock_.now() && until < clock_.now())) return;
    told_ = until;
    lead_until_(until);
}

}  // namespace muster::kube
