#include "test/extender/kube/fake_api_server.hpp"

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {

namespace {

std::string query_value(const std::string& query, const std::string& name) {
    std::size_t at = 0;
    while (at < query.size()) {
        const std::size_t end = std::min(query.find('&', at), query.size());
        const std::string part = query.substr(at, end - at);
        if (part.starts_with(name + "=")) return part.substr(name.size() + 1);
        at = end + 1;
    }
    return "";
}

std::string unescape(const std::string& text) {
    std::string out;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '%' && i + 2 < text.size()) {
            out.push_back(static_cast<char>(std::stoi(text.substr(i + 1, 2), nullptr, 16)));
            i += 2;
        } else {
            out.push_back(text[i]);
        }
    }
    return out;
}

bool send_all(int socket, const std::string& text) {
    std::size_t sent = 0;
    while (sent < text.size()) {
        const ssize_t count = send(socket, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
        if (count <= 0) return false;
        sent += static_cast<std::size_t>(count);
    }
    return true;
}

bool send_answer(int socket, int status, const std::string& body, int retry_after_s = 0) {
    std::string head = "HTTP/1.1 " + std::to_string(status) +
                       " X\r\nContent-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) +
                       "\r\n";
    if (retry_after_s > 0) head += "Retry-After: " + std::to_string(retry_after_s) + "\r\n";
    return send_all(socket, head + "\r\n" + body);
}

bool send_chunk(int socket, const std::string& text) {
    char size[20] = {};
    std::snprintf(size, sizeof size, "%zx\r\n", text.size());
    return send_all(socket, size + text + "\r\n");
}

std::string header(const std::string& head, const std::string& name) {
    const std::size_t at = head.find("\r\n" + name + ": ");
    if (at == std::string::npos) return "";
    const std::size_t begin = at + name.size() + 4;
    return head.substr(begin, head.find("\r\n", begin) - begin);
}

}  // namespace

FakeApiServer::FakeApiServer() {
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (bind(listener_, generic, size) != 0 || listen(listener_, 1024) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        throw std::runtime_error("fake API server cannot listen");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_loop(); });
}

FakeApiServer::~FakeApiServer() {
    stopping_ = true;
    shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    close(listener_);
    store_.wake();
    for (Connection& connection : connections_) shutdown(connection.socket, SHUT_RDWR);
    for (Connection& connection : connections_) {
        connection.thread.join();
        close(connection.socket);
    }
}

kube::ApiAccess FakeApiServer::access() const {
    kube::ApiAccess access;
    access.server_url = url();
    access.endpoint.tls = false;
    access.endpoint.host = "127.0.0.1";
    access.endpoint.port = port_;
    return access;
}

void FakeApiServer::accept_loop() {
    for (;;) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket < 0) return;
        const int on = 1;
        setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        Connection& connection = connections_.emplace_back();
        connection.socket = socket;
        connection.thread = std::thread([this, socket, number = ++accepted_] {
            serve(socket, number);
            shutdown(socket, SHUT_RDWR);
        });
    }
}

void FakeApiServer::serve(int socket, std::uint64_t number) {
    std::string buffer;
    char piece[16384];
    const auto more = [&] {
        const ssize_t count = recv(socket, piece, sizeof piece, 0);
        if (count > 0) buffer.append(piece, static_cast<std::size_t>(count));
        return count > 0;
    };
    while (!stopping_) {
        std::size_t end = 0;
        while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
            if (!more()) return;
        }
        const std::string head = buffer.substr(0, end + 2);
        const std::string length = header(head, "Content-Length");
        const std::size_t size = length.empty() ? 0 : std::stoul(length);
        while (buffer.size() < end + 4 + size) {
            if (!more()) return;
        }
        Request request;
        const std::size_t space = head.find(' '), second = head.find(' ', space + 1);
        const std::string target = head.substr(space + 1, second - space - 1);
        request.method = head.substr(0, space);
        request.path = unescape(target.substr(0, target.find('?')));
        request.query = target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
        request.authorization = header(head, "Authorization");
        request.content_type = header(head, "Content-Type");
        request.body = buffer.substr(end + 4, size);
        request.connection = number;
        buffer.erase(0, end + 4 + size);
        if (!answer(socket, request)) return;
    }
}

std::optional<FakeApiServer::Fault> FakeApiServer::take_fault(const Request& request) {
    const std::lock_guard lock(mutex_);
    const std::string target = request.path + "?" + request.query;
    seen_.push_back({request.method, target, request.body, request.content_type, request.connection});
    if (!token_.empty() && request.authorization != "Bearer " + token_) return Fault{request.method, request.path, 401};
    for (auto fault = faults_.begin(); fault != faults_.end(); ++fault) {
        if (request.method != fault->method || target.find(fault->path_part) == std::string::npos) continue;
        const Fault taken = *fault;
        if (--fault->count <= 0) faults_.erase(fault);
        return taken;
    }
    return std::nullopt;
}

bool FakeApiServer::answer(int socket, const Request& request) {
    const auto fault = take_fault(request);
    if (delay_ms_ > 0) std::this_thread::sleep_for(std::chrono::milliseconds(delay_ms_));
    if (fault && fault->after) perform(request);
    if (fault && fault->status == 0) return false;
    if (fault) {
        const auto body = FakeApiStore::status(fault->status, "Injected", "injected fault").body.dump();
        return send_answer(socket, fault->status, body, fault->retry_after_s);
    }
    const auto path = parse_api_path(request.path);
    if (path && request.method == "GET" && query_value(request.query, "watch") == "1")
        return watch(socket, request, path->resource);
    const StoreAnswer result = perform(request);
    return send_answer(socket, result.status, result.body.dump());
}

StoreAnswer FakeApiServer::perform(const Request& request) {
    const auto path = parse_api_path(request.path);
    if (!path) return FakeApiStore::status(404, "NotFound", "unknown path");
    const Json body = request.body.empty() ? Json() : Json::parse(request.body, nullptr, false);
    if (body.is_discarded()) return FakeApiStore::status(400, "BadRequest", "body is no JSON");
    if (request.method == "POST") return store_.create(*path, body);
    if (request.method == "PUT") return store_.replace(*path, body);
    if (request.method == "PATCH") return store_.patch(*path, body);
    if (request.method == "DELETE") return store_.remove(*path, body);
    if (path->name.empty()) return list(request, path->resource);
    const auto object = store_.get(path->resource, path->key());
    return object ? StoreAnswer{200, *object} : FakeApiStore::status(404, "NotFound", path->name + " not found");
}

StoreAnswer FakeApiServer::list(const Request& request, const std::string& resource) {
    const std::string limit = query_value(request.query, "limit");
    std::string after = unescape(query_value(request.query, "continue"));
    if (!after.empty()) {
        const std::string round = after.substr(0, after.find('|'));
        if (round != std::to_string(page_round_))
            return FakeApiStore::status(410, "Expired", "the provided continue parameter is too old");
        after = after.substr(after.find('|') + 1);
    }
    auto listed = store_.list(resource, after, limit.empty() ? 0 : std::stoul(limit));
    Json metadata{{"resourceVersion", std::to_string(listed.version)}};
    if (!listed.next.empty()) metadata["continue"] = std::to_string(page_round_) + "|" + listed.next;
    return {200, {{"kind", "List"}, {"metadata", metadata}, {"items", listed.items}}};
}

bool FakeApiServer::watch(int socket, const Request& request, const std::string& resource) {
    const std::uint64_t version = std::stoull(query_value(request.query, "resourceVersion"));
    if (!store_.changes(resource, version, std::chrono::milliseconds(0))) {
        return send_answer(socket, 410, FakeApiStore::status(410, "Expired", "too old resource version").body.dump());
    }
    if (!send_all(socket, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"))
        return false;
    Watch watch;
    watch.resource = resource;
    std::list<Watch*>::iterator place;
    {
        const std::lock_guard lock(mutex_);
        place = watches_.insert(watches_.end(), &watch);
    }
    const bool keep = follow(socket, watch, version);
    const std::lock_guard lock(mutex_);
    watches_.erase(place);
    return keep;
}

bool FakeApiServer::follow(int socket, Watch& watch, std::uint64_t version) {
    const auto event = [&](const std::string& type, const Json& object) {
        return send_chunk(socket, Json{{"type", type}, {"object", object}}.dump() + "\n");
    };
    while (!stopping_) {
        // Commands first: what they promise covers all that happened before them.
        const int end = watch.end.exchange(none);
        const bool bookmark = watch.bookmark.exchange(false);
        const std::uint64_t complete = store_.version();
        const auto changes = store_.changes(watch.resource, version, std::chrono::milliseconds(5));
        if (held_ && end == none) continue;
        if (changes) {
            for (const auto& change : *changes) {
                if (!event(change.type, change.object)) return false;
                version = change.version;
            }
        }
        version = std::max(version, complete);
        if (bookmark && !event("BOOKMARK", {{"metadata", {{"resourceVersion", std::to_string(version)}}}}))
            return false;
        if (end == break_it) return false;
        if (end == error_it && !event("ERROR", FakeApiStore::status(watch.code, "Expired", "injected").body))
            return false;
        if (end != none) return send_all(socket, "0\r\n\r\n");
        char byte = 0;
        if (recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT) == 0) return false;
    }
    return false;
}

void FakeApiServer::fail_next(Fault fault) {
    const std::lock_guard lock(mutex_);
    faults_.push_back(std::move(fault));
}

void FakeApiServer::require_token(std::string token) {
    const std::lock_guard lock(mutex_);
    token_ = std::move(token);
}

void FakeApiServer::end_watches(WatchEnd end, int code) {
    const std::lock_guard lock(mutex_);
    for (Watch* watch : watches_) {
        watch->code = code;
        watch->end = end;
    }
}

void FakeApiServer::close_watches() {
    end_watches(close_it);
}
void FakeApiServer::break_watches() {
    end_watches(break_it);
}
void FakeApiServer::error_watches(int code) {
    end_watches(error_it, code);
}

void FakeApiServer::send_bookmarks() {
    const std::lock_guard lock(mutex_);
    for (Watch* watch : watches_) watch->bookmark = true;
}

std::vector<FakeApiServer::Seen> FakeApiServer::requests(const std::string& method,
                                                         const std::string& target_part) const {
    const std::lock_guard lock(mutex_);
    std::vector<Seen> out;
    for (const Seen& seen : seen_) {
        if (seen.method == method && seen.target.find(target_part) != std::string::npos) out.push_back(seen);
    }
    return out;
}

int FakeApiServer::open_watches(const std::string& resource) const {
    const std::lock_guard lock(mutex_);
    return static_cast<int>(std::count_if(watches_.begin(), watches_.end(),
                                          [&](const Watch* watch) { return watch->resource == resource; }));
}

}  // namespace muster::test
