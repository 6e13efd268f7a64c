// Listening sockets, and how their connections get to the loop. Plain POSIX: Boost is in server_loop.cpp.
#include "extender/http/server.hpp"

#include "extender/http/message.hpp"
#include "extender/http/server_loop.hpp"
#include "extender/obs/log.hpp"

#include <atomic>
#include <cerrno>
#include <cstring>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster {
namespace {

constexpr int kBacklog = 4'096;
constexpr int kAcceptsAtOnce = 64;  // then others get their turn
constexpr std::chrono::milliseconds kNoPause{0};
constexpr std::chrono::milliseconds kAcceptPause{50};  // when no descriptor is left

struct ListenerState {
    Listener config;
    int descriptor = -1;  // until the loop takes it over
    std::atomic<std::size_t> open{0};
    bool full = false;  // the refusal has been logged; of the accepting thread
};

class Server final : public HttpServer {
  public:
    explicit Server(std::size_t threads) : threads_(threads) {}
    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;
    ~Server() override { stop(); }

    Result<void> listen(Listener listener);
    void run();

    [[nodiscard]] std::uint16_t port(std::size_t listener) const override {
        return listeners_.at(listener)->config.address.port;
    }
    [[nodiscard]] std::size_t connections() const override { return loop_ ? loop_->connections() : 0; }
    void drain() override;
    void stop() override;

  private:
    std::chrono::milliseconds accept(int descriptor, ListenerState& listener);
    void admit(int descriptor, ListenerState& listener);

    const std::size_t threads_;
    std::vector<std::unique_ptr<ListenerState>> listeners_;
    std::unique_ptr<ServerLoop> loop_;  // ends before the listeners that it uses
};

Result<void> Server::listen(Listener listener) {
    auto state = std::make_unique<ListenerState>();
    state->config = std::move(listener);
    auto& [host, port] = state->config.address;
    const auto place = "listener " + state->config.name + " at " + host + ":" + std::to_string(port);

    addrinfo hints{};
    hints.ai_flags = AI_NUMERICHOST | AI_PASSIVE;
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    const std::string numeric = host == "localhost" ? "127.0.0.1" : host;
    if (numeric.empty() || getaddrinfo(numeric.c_str(), std::to_string(port).c_str(), &hints, &found) != 0) {
        return std::unexpected(
            Error{ErrorCode::bad_input, place, "not an IP address", "write an address such as 127.0.0.1 or 0.0.0.0"});
    }
    const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> address(found, &freeaddrinfo);
    const int one = 1;
    state->descriptor = socket(found->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    listeners_.push_back(std::move(state));
    const int descriptor = listeners_.back()->descriptor;
    sockaddr_storage bound{};
    socklen_t length = sizeof bound;
    const bool listening = descriptor >= 0 && setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one) == 0 &&
                           bind(descriptor, found->ai_addr, found->ai_addrlen) == 0 &&
                           ::listen(descriptor, kBacklog) == 0 &&
                           getsockname(descriptor, reinterpret_cast<sockaddr*>(&bound), &length) == 0;
    if (!listening) {
        return std::unexpected(Error{ErrorCode::dependency, place,
                                     "cannot listen: " + std::string(std::strerror(errno)),
                                     "free the port, or set another one under `server` in the configuration"});
    }
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(&bound);
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(&bound);
    listeners_.back()->config.address.port = ntohs(bound.ss_family == AF_INET6 ? v6->sin6_port : v4->sin_port);
    return {};
}

void Server::run() {
    loop_ = ServerLoop::start(threads_);
    for (auto& listener : listeners_) {
        const int descriptor = std::exchange(listener->descriptor, -1);
        loop_->watch(descriptor, [this, descriptor, &state = *listener] { return accept(descriptor, state); });
    }
}

std::chrono::milliseconds Server::accept(int descriptor, ListenerState& listener) {
    for (int i = 0; i < kAcceptsAtOnce; ++i) {
        const int accepted = accept4(descriptor, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (accepted >= 0) {
            admit(accepted, listener);
            continue;
        }
        if (errno == EAGAIN) break;
        if (errno == EINTR || errno == ECONNABORTED) continue;
        log::warning("accept-failed", {{"listener", listener.config.name}, {"what", std::strerror(errno)}});
        return kAcceptPause;
    }
    return kNoPause;
}

void Server::admit(int descriptor, ListenerState& listener) {
    const int one = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    const bool full = listener.open.load() >= listener.config.limits.connections;
    if (!std::exchange(listener.full, full) && full) {
        log::warning("connection-limit",
                     {{"listener", listener.config.name}, {"limit", listener.config.limits.connections}});
    }
    if (full) {  // best effort, without waiting
        const auto refusal = error_response(503, "too many connections", "retry later");
        const auto text = response_head(refusal, true) + refusal.body;
        [[maybe_unused]] const auto sent = send(descriptor, text.data(), text.size(), MSG_NOSIGNAL);
        shutdown(descriptor, SHUT_WR);
        close(descriptor);
        return;
    }
    ++listener.open;
    loop_->serve(descriptor, listener.config, [&listener] { --listener.open; });
}

void Server::drain() {
    if (!loop_) return;
    loop_->close_after_answers();
    loop_->unwatch();
}

void Server::stop() {
    if (loop_) loop_->stop();
    for (auto& listener : listeners_) {
        if (listener->descriptor >= 0) close(std::exchange(listener->descriptor, -1));
    }
}

// A parked bind is a descriptor; the usual soft limit of 1,024 is for programs that use select().
void raise_descriptor_limit() {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max) return;
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_NOFILE, &limit) != 0) log::warning("descriptor-limit", {{"what", "cannot be raised"}});
}

}  // namespace

Result<std::unique_ptr<HttpServer>> HttpServer::start(std::vector<Listener> listeners, std::size_t threads) {
    raise_descriptor_limit();
    auto server = std::make_unique<Server>(threads);
    for (auto& listener : listeners) {
        if (auto listening = server->listen(std::move(listener)); !listening)
            return std::unexpected(std::move(listening).error());
    }
    server->run();
    return server;
}

}  // namespace muster
