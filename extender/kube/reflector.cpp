#include "extender/kube/reflector.hpp"

#include "extender/obs/log.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

namespace muster::kube {

namespace {

constexpr int kGone = 410;
constexpr int kTooManyRequests = 429;
constexpr int kInternalError = 500;
constexpr int kUnauthorized = 401;
// After so many watches in a row that could not be opened the version itself is suspected, e.g. one from before a
// restored backup.
constexpr int kFailuresBeforeList = 5;
// A watch that ends sooner than this without an event is a failure, not the server's way of sharing load.
constexpr Millis kShortWatch{1'000};
constexpr Millis kMaxRetryAfter{60'000};

Millis retry_after(const ApiAnswer& answer) {
    std::int64_t seconds = 0;
    const std::string& text = answer.retry_after;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), seconds);
    if (code != std::errc() || end == text.data() || seconds <= 0) return Millis(0);
    return std::min(Millis(std::chrono::seconds(std::min<std::int64_t>(seconds, 3'600))), kMaxRetryAfter);
}

}  // namespace

Reflector::Reflector(ApiClient& api, ReflectorOptions options, ObjectSink& sink)
    : api_(api), options_(std::move(options)), sink_(sink), backoff_(options_.backoff) {}

Reflector::~Reflector() {
    stop();
}

Result<void> Reflector::start() {
    MUSTER_TRY(list_client_, api_.connect(options_.list));
    Timeouts quiet = options_.list;
    quiet.read = options_.silence;
    MUSTER_TRY(watch_client_, api_.connect(quiet));
    ended_ = false;
    thread_ = std::thread([this] {
        run();
        ended_ = true;
    });
    return {};
}

void Reflector::stop() {
    if (!thread_.joinable()) return;
    stopping_.set();
    // A request that is still connecting is not reached by stop(), so it is said until the thread has heard it.
    while (!ended_) {
        list_client_->stop();
        watch_client_->stop();
        std::this_thread::sleep_for(Millis(5));
    }
    thread_.join();
}

void Reflector::run() {
    while (!stopping_.is_set()) {
        if (version_.empty()) {
            if (const auto listed = list(); !listed) {
                if (stopping_.is_set()) return;
                log::warning("list-failed", {{"path", options_.path}, {"error", to_string(listed.error())}});
                pause();
                continue;
            }
        }
        const Next next = watch();
        if (next == Next::list_again) version_.clear();
        // A server that forgets at once what it has listed must not be asked in a loop.
        const bool at_once = next == Next::list_again && std::chrono::steady_clock::now() - listed_at_ < kShortWatch;
        if ((next == Next::pause || at_once) && !stopping_.is_set()) pause();
    }
}

void Reflector::pause() {
    const Millis wait = std::max(backoff_.next(), wait_at_least_);
    wait_at_least_ = Millis(0);
    stopping_.wait_for(wait);
}

// Without a resourceVersion the list is as new as any write that was acknowledged before it.
Result<void> Reflector::list() {
    ++lists_;
    // A continued list of which the server has forgotten the beginning is begun again, the second time in one page.
    for (const bool paged : {true, true, false}) {
        sink_.list_begins();
        Page page;
        bool forgotten = false;
        do {
            auto read = list_page(page.next, paged);
            forgotten = !read && read.error().code == ErrorCode::conflict;
            if (forgotten) break;
            if (!read) return std::unexpected(read.error());
            page = std::move(*read);
        } while (!page.next.empty() && !stopping_.is_set());
        if (forgotten) continue;
        if (stopping_.is_set()) break;
        sink_.list_ends();
        version_ = page.version;
        listed_at_ = std::chrono::steady_clock::now();
        synced_ = true;
        failures_ = 0;
        return {};
    }
    return std::unexpected(Error{ErrorCode::dependency, "list " + options_.path, "was not finished", ""});
}

// One page into the sink. Error `conflict`: the server has forgotten the list.
Result<Reflector::Page> Reflector::list_page(const std::string& next_page, bool paged) {
    ApiRequest request;
    request.path = options_.path;
    if (paged) request.path += "?limit=" + std::to_string(options_.page);
    if (!next_page.empty()) request.path += "&continue=" + percent_encode(next_page);
    request.headers.emplace_back("Accept", "application/json");
    MUSTER_TRY(const std::string token, api_.authorize(request));
    MUSTER_TRY(ApiAnswer answer, list_client_->send(request));
    if (!answer.ok()) {
        if (answer.status == kUnauthorized) api_.refused(token);
        wait_at_least_ = retry_after(answer);
        const ErrorCode code = answer.status == kGone ? ErrorCode::conflict : ErrorCode::dependency;
        return std::unexpected(Error{code, "GET " + options_.path, describe_answer(answer), ""});
    }
    Result<Object> tree = parse_json(answer.body, options_.path);
    if (!tree) return std::unexpected(tree.error());
    answer = ApiAnswer{};
    const Object& metadata = (*tree)["metadata"];
    Page page{std::string(metadata["resourceVersion"].string_or("")), std::string(metadata["continue"].string_or(""))};
    if (page.version.empty())
        return std::unexpected(Error{ErrorCode::dependency, options_.path, "list without resourceVersion", ""});
    for (const Object& item : (*tree)["items"].items()) sink_.seen(item);
    return page;
}

Reflector::Next Reflector::watch() {
    ++watches_;
    ApiRequest request;
    const auto length_s = backoff_.random_between(options_.watch_min.count(), options_.watch_max.count());
    request.path = options_.path + "?watch=1&allowWatchBookmarks=true&resourceVersion=" + percent_encode(version_) +
                   "&timeoutSeconds=" + std::to_string(length_s);
    request.headers.emplace_back("Accept", "application/json");
    auto token = api_.authorize(request);
    if (!token) {
        log::warning("watch-failed", {{"path", options_.path}, {"error", to_string(token.error())}});
        return Next::pause;
    }
    WatchStream stream;
    Next next = Next::go_on;
    bool any = false;
    std::optional<Error> broken;
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = watch_client_->stream(request, [&](std::string_view piece) {
        any = true;
        auto fed = stream.feed(piece, [&](const WatchEvent& event) { return apply(event, next); });
        if (!fed) broken = std::move(fed.error());
        return next == Next::go_on && !broken;
    });
    if (broken) {
        log::warning("watch-unreadable", {{"path", options_.path}, {"error", to_string(*broken)}});
        return Next::list_again;
    }
    if (next != Next::go_on) return next;
    if (answer && !answer->ok()) {
        if (answer->status == kUnauthorized) api_.refused(*token);
        return judge_answer(*answer);
    }
    if (any) {
        failures_ = 0;
        return Next::go_on;
    }
    if (answer && std::chrono::steady_clock::now() - begun >= kShortWatch) return Next::go_on;
    if (!answer && !stopping_.is_set())
        log::info("watch-broke", {{"path", options_.path}, {"error", to_string(answer.error())}});
    return Next::pause;
}

Reflector::Next Reflector::judge_answer(const ApiAnswer& answer) {
    log::warning("watch-refused", {{"path", options_.path}, {"error", describe_answer(answer)}});
    wait_at_least_ = retry_after(answer);
    if (answer.status == kGone) return Next::list_again;
    if (answer.status != kTooManyRequests && ++failures_ >= kFailuresBeforeList) {
        failures_ = 0;
        version_.clear();
    }
    return Next::pause;
}

// false: the watch is over, with `next` saying how to go on.
bool Reflector::apply(const WatchEvent& event, Next& next) {
    if (stopping_.is_set()) return false;
    if (event.type == WatchEventType::error) {
        const auto code = event.object["code"].integer().value_or(0);
        log::info("watch-error",
                  {{"path", options_.path}, {"code", code}, {"message", event.object["message"].string_or("")}});
        const bool passing = code == kTooManyRequests || code == kInternalError;
        next = passing ? Next::pause : Next::list_again;
        return false;
    }
    if (event.type == WatchEventType::deleted) {
        sink_.gone(event.object);
    } else if (event.type != WatchEventType::bookmark) {
        sink_.seen(event.object);
    }
    // Only after the delivery: what was not delivered must come again.
    if (const auto version = event.object["metadata"]["resourceVersion"].string_or(""); !version.empty())
        version_ = version;
    return true;
}

}  // namespace muster::kube
