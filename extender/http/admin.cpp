#include "extender/http/admin.hpp"

#include "extender/http/message.hpp"
#include "extender/wire/codec.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

namespace muster {
namespace {

constexpr std::string_view kApiVersion = "muster.scheduler/v1alpha1";

// Writes one flat JSON object, field by field.
class JsonObject {
  public:
    explicit JsonObject(std::string& out) : out_(out) { out_ += '{'; }
    JsonObject(const JsonObject&) = delete;
    JsonObject& operator=(const JsonObject&) = delete;
    ~JsonObject() { out_ += '}'; }

    void text(std::string_view key, std::string_view value) {
        name(key);
        wire::append_json_string(out_, value);
    }
    void flag(std::string_view key, bool value) {
        name(key);
        out_ += value ? "true" : "false";
    }
    template <class Integer>
    void number(std::string_view key, Integer value) {
        name(key);
        out_ += std::to_string(value);
    }
    void numbers(std::string_view key, const ObjectiveVector& values) {
        name(key);
        for (std::size_t i = 0; i < values.size(); ++i) out_ += (i == 0 ? "[" : ",") + std::to_string(values[i]);
        out_ += values.empty() ? "[]" : "]";
    }
    // What follows is written by the caller.
    void name(std::string_view key) {
        if (!first_) out_ += ',';
        first_ = false;
        wire::append_json_string(out_, key);
        out_ += ':';
    }

  private:
    std::string& out_;
    bool first_ = true;
};

void append_gang(std::string& out, const GangView& gang) {
    JsonObject item(out);
    item.text("namespace", gang.key.ns);
    item.text("gang", gang.key.name);
    item.text("state", gang.state);
    item.number("epoch", gang.epoch);
    item.number("incarnation", gang.incarnation);
    item.number("needed", gang.needed);
    item.number("members", gang.members);
    item.number("served", gang.served);
    item.number("parked", gang.parked);
    item.text("level", gang.level);
    item.text("domain", gang.domain);
    if (!gang.proof.empty()) {
        item.text("proof", gang.proof);
        item.numbers("objective", gang.objective);
        if (!gang.bound.empty()) item.numbers("bound", gang.bound);
    }
    if (gang.waits_for) item.number("waitsForMs", gang.waits_for->count());
    item.name("reason");
    if (gang.reason.empty() && gang.reason_code.empty()) {
        out += "null";
        return;
    }
    JsonObject reason(out);
    reason.text("code", gang.reason_code);
    reason.text("text", gang.reason);
}

// Value of `key` in a query; names of Kubernetes objects need no percent-encoding.
std::string_view query_value(std::string_view query, std::string_view key) {
    while (!query.empty()) {
        const auto end = query.find('&');
        const auto part = query.substr(0, end);
        query.remove_prefix(end == std::string_view::npos ? query.size() : end + 1);
        const auto equals = part.find('=');
        if (equals != std::string_view::npos && part.substr(0, equals) == key) return part.substr(equals + 1);
    }
    return {};
}

bool is_ready(const ServiceStatus& status) {
    return status.synced && !status.draining;
}

obs::ServiceGauges gauges(const SchedulerService& service, std::size_t connections) {
    const auto status = service.status();
    obs::ServiceGauges out{.ready = is_ready(status),
                           .leading = status.leading,
                           .nodes = status.nodes,
                           .pods = status.pods,
                           .reservations = status.reservations,
                           .parked_binds = status.parked_binds,
                           .write_queue = status.write_queue,
                           .connections = connections,
                           .gangs = {}};
    for (const auto& gang : service.gangs()) {
        const auto* state = std::ranges::find(kGangStateNames, gang.state);
        if (state != kGangStateNames.end()) ++out.gangs[static_cast<std::size_t>(state - kGangStateNames.begin())];
    }
    return out;
}

HttpResponse json(int status, std::string body) {
    HttpResponse response;
    response.status = status;
    response.body = std::move(body);
    return response;
}

HttpResponse ready_response(const ServiceStatus& status) {
    return json(is_ready(status) ? 200 : 503, encode_status(status));
}

HttpResponse gangs_response(const SchedulerService& service, std::string_view query) {
    auto gangs = service.gangs();
    const auto ns = query_value(query, "namespace");
    const auto name = query_value(query, "gang");
    std::erase_if(gangs, [&](const GangView& gang) {
        return (!ns.empty() && gang.key.ns != ns) || (!name.empty() && gang.key.name != name);
    });
    return json(200, encode_gangs(std::move(gangs)));
}

HttpResponse metrics_response(const SchedulerService& service, obs::Metrics& metrics, std::size_t connections) {
    metrics.set_gauges(gauges(service, connections));
    HttpResponse response;
    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
    response.body = metrics.text();
    return response;
}

}  // namespace

std::string encode_status(const ServiceStatus& status) {
    std::string out;
    {
        JsonObject object(out);
        object.text("apiVersion", kApiVersion);
        object.text("kind", "Status");
        object.flag("ready", is_ready(status));
        object.flag("synced", status.synced);
        object.flag("leading", status.leading);
        object.flag("draining", status.draining);
        object.number("nodes", status.nodes);
        object.number("pods", status.pods);
        object.number("gangs", status.gangs);
        object.number("reservations", status.reservations);
        object.number("parkedBinds", status.parked_binds);
        object.number("writeQueue", status.write_queue);
        object.name("complaints");
        out += '[';
        for (std::size_t i = 0; i < status.complaints.size(); ++i) {
            if (i > 0) out += ',';
            wire::append_json_string(out, status.complaints[i]);
        }
        out += ']';
    }
    return out;
}

std::string encode_gangs(std::vector<GangView> gangs) {
    std::ranges::sort(gangs, {}, &GangView::key);
    std::string out;
    out.reserve(64 + 256 * gangs.size());
    {
        JsonObject list(out);
        list.text("apiVersion", kApiVersion);
        list.text("kind", "GangList");
        list.name("items");
        out += '[';
        for (std::size_t i = 0; i < gangs.size(); ++i) {
            if (i > 0) out += ',';
            append_gang(out, gangs[i]);
        }
        out += ']';
    }
    return out;
}

HttpHandler admin_handler(const SchedulerService& service, obs::Metrics& metrics,
                          std::function<std::size_t()> connections) {
    return [&service, &metrics, connections = std::move(connections)](const HttpRequest& request,
                                                                      const std::shared_ptr<Exchange>& exchange) {
        constexpr std::array<std::string_view, 5> kPaths{"/livez", "/readyz", "/metrics", "/v1/status", "/v1/gangs"};
        if (std::ranges::find(kPaths, request.path) == kPaths.end()) {
            return exchange->reply(error_response(
                404, "no such path", "this listener has /livez, /readyz, /metrics, /v1/status, /v1/gangs"));
        }
        if (request.method != "GET" && request.method != "HEAD") {
            auto response = error_response(405, "this path takes GET", "");
            response.allow = "GET, HEAD";
            return exchange->reply(std::move(response));
        }
        if (request.path == "/livez") return exchange->reply(json(200, R"({"alive":true})"));
        if (request.path == "/readyz") return exchange->reply(ready_response(service.status()));
        if (request.path == "/v1/status") return exchange->reply(json(200, encode_status(service.status())));
        if (request.path == "/v1/gangs") return exchange->reply(gangs_response(service, request.query));
        exchange->reply(metrics_response(service, metrics, connections ? connections() : 0));
    };
}

}  // namespace muster
