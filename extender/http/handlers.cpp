#include "extender/http/handlers.hpp"

#include "dialects/object.hpp"
#include "extender/http/message.hpp"
#include "extender/obs/log.hpp"
#include "extender/wire/codec.hpp"

#include <chrono>
#include <utility>

namespace muster {
namespace {

double milliseconds(std::chrono::nanoseconds duration) {
    return std::chrono::duration<double, std::milli>(duration).count();
}

std::string text_of(const PodKey& pod) {
    return pod.ns + "/" + pod.name;
}

HttpResponse ok(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

HttpResponse bad_request(const Error& error) {
    return error_response(400, to_string(error), "");
}

}  // namespace

// One request on its way: answers once, counted and timed.
class Handlers::Call {
  public:
    Call(obs::HttpVerb verb, HttpRequest request, std::shared_ptr<Exchange> exchange, obs::Metrics& metrics)
        : body(std::move(request.body)), verb_(verb), exchange_(std::move(exchange)), metrics_(&metrics) {}

    void answer(HttpResponse response) const {
        metrics_->http_request(verb_, response.status, elapsed());
        exchange_->reply(std::move(response));
    }
    void refuse(const Error& error) const {
        log::warning("bad-request",
                     {{"verb", obs::kHttpVerbNames[static_cast<std::size_t>(verb_)]}, {"error", to_string(error)}});
        answer(bad_request(error));
    }
    [[nodiscard]] std::chrono::nanoseconds elapsed() const { return std::chrono::steady_clock::now() - start_; }
    [[nodiscard]] double elapsed_ms() const { return milliseconds(elapsed()); }
    [[nodiscard]] Exchange& exchange() const { return *exchange_; }

    std::string body;

  private:
    obs::HttpVerb verb_;
    std::shared_ptr<Exchange> exchange_;
    obs::Metrics* metrics_;
    std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

HttpHandler Handlers::scheduling() {
    return route({{"/filter", {obs::HttpVerb::filter, &Handlers::filter}},
                  {"/prioritize", {obs::HttpVerb::prioritize, &Handlers::prioritize}},
                  {"/preempt", {obs::HttpVerb::preempt, &Handlers::preempt}}});
}

HttpHandler Handlers::binding() {
    return route({{"/bind", {obs::HttpVerb::bind, &Handlers::bind}}});
}

HttpHandler Handlers::route(std::vector<std::pair<std::string_view, std::pair<obs::HttpVerb, Verb>>> verbs) {
    return [this, verbs = std::move(verbs)](HttpRequest request, const std::shared_ptr<Exchange>& exchange) {
        for (const auto& [path, verb] : verbs) {
            if (request.path != path) continue;
            if (request.method != "POST") {
                auto response =
                    error_response(405, "this path takes POST", "set it as a verb of an extender of kube-scheduler");
                response.allow = "POST";
                return exchange->reply(std::move(response));
            }
            Call call(verb.first, std::move(request), exchange, context_.metrics);
            if (!synced())
                return call.answer(
                    error_response(503, "the cluster has not been listed yet", "retry; /readyz tells when"));
            return (this->*verb.second)(std::move(call));
        }
        std::string known;
        for (const auto& [path, verb] : verbs) known.append(known.empty() ? "this listener has " : ", ").append(path);
        exchange->reply(
            error_response(404, "no such path", known + "; check urlPrefix and the verbs of the extender entry"));
    };
}

bool Handlers::synced() {
    if (synced_.load(std::memory_order_relaxed)) return true;
    if (!context_.service.status().synced) return false;
    synced_.store(true, std::memory_order_relaxed);
    return true;
}

Result<std::optional<PodFacts>> Handlers::unseen(const PodUid& uid, const PodKey& pod, std::string_view json) const {
    if (context_.service.knows(uid)) return std::nullopt;
    MUSTER_TRY(const auto object, parse_json(json, "pod " + text_of(pod)));
    MUSTER_TRY(auto facts, read_pod(object, context_.scheduler_names, context_.owners));
    return facts;
}

void Handlers::filter(Call call) {
    const auto args = wire::decode_extender_args(call.body);
    if (!args) return call.refuse(args.error());
    wire::FilterResult result;
    auto pod = unseen(args->uid, args->pod, args->pod_json);
    if (pod) {
        result = context_.service.filter(*args, *pod);
    } else {
        result.error = to_string(pod.error());  // of this pod alone: the message is a valid one
    }
    const auto verdict = !result.error.empty() ? "error" : result.node_names.empty() ? "refused" : "passed";
    const std::string_view node = result.node_names.size() == 1 ? result.node_names.front() : std::string_view();
    const std::string_view reason = !result.error.empty()         ? std::string_view(result.error)
                                    : result.unresolvable.empty() ? std::string_view()
                                                                  : result.unresolvable.front().second;
    log::info("filter", {{"pod", text_of(args->pod)},
                         {"uid", args->uid.str()},
                         {"gang", result.gang},
                         {"epoch", result.epoch},
                         {"verdict", verdict},
                         {"offered", args->node_names.size()},
                         {"left", result.node_names.size()},
                         {"node", node},
                         {"reason", reason},
                         {"ms", call.elapsed_ms()}});
    call.answer(ok(wire::encode_filter_result(result, args->full_nodes)));
}

void Handlers::prioritize(Call call) {
    const auto args = wire::decode_extender_args(call.body);
    if (!args) return call.refuse(args.error());
    // This verb has no field for an error, and the scheduler only logs one: an unreadable pod gets the neutral answer.
    const auto pod = unseen(args->uid, args->pod, args->pod_json);
    const auto scores = context_.service.prioritize(*args, pod ? *pod : std::nullopt);
    std::string_view best;
    std::int64_t best_score = -1;
    for (const auto& [host, score] : scores) {
        if (score > best_score) {
            best = host;
            best_score = score;
        }
    }
    log::info("prioritize", {{"pod", text_of(args->pod)},
                             {"uid", args->uid.str()},
                             {"offered", args->node_names.size()},
                             {"best", best},
                             {"score", best_score},
                             {"ms", call.elapsed_ms()}});
    call.answer(ok(wire::encode_priorities(scores)));
}

void Handlers::preempt(Call call) {
    const auto args = wire::decode_preemption_args(call.body);
    if (!args) return call.refuse(args.error());
    const auto pod = unseen(args->uid, args->pod, args->pod_json);
    // Nobody is killed for a pod that cannot be read.
    const auto nodes = pod ? context_.service.preempt(*args, *pod) : std::vector<wire::MetaVictims>{};
    log::info("preempt", {{"pod", text_of(args->pod)},
                          {"uid", args->uid.str()},
                          {"offered", args->nodes.size()},
                          {"left", nodes.size()},
                          {"reason", pod ? std::string() : to_string(pod.error())},
                          {"ms", call.elapsed_ms()}});
    call.answer(ok(wire::encode_preemption_result(nodes)));
}

void Handlers::bind(Call call) {
    auto args = wire::decode_binding_args(call.body);
    if (!args) return call.refuse(args.error());
    const auto shared = std::make_shared<const Call>(std::move(call));
    const auto number = context_.service.bind(*args, [shared, args = *args](std::string_view error) {
        log::info("bind", {{"pod", text_of(args.pod)},
                           {"uid", args.uid.str()},
                           {"node", args.node.str()},
                           {"verdict", error.empty() ? "bound" : "refused"},
                           {"reason", error},
                           {"ms", shared->elapsed_ms()}});
        shared->answer(ok(wire::encode_binding_result(error)));
    });
    shared->exchange().on_gone([this, number, args = *std::move(args)] {
        log::info("bind-withdrawn", {{"pod", text_of(args.pod)}, {"uid", args.uid.str()}, {"call", number.value()}});
        context_.service.withdraw(args.uid, number);
    });
}

}  // namespace muster
