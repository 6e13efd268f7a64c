// The HTTP server behind a plain interface: Beast and Asio live in server_loop.cpp alone. Several listeners share few
// threads; an exchange may stay open for minutes (a parked bind) without holding one.
#pragma once

#include "config/settings.hpp"
#include "placement/model/result.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct HttpRequest {
    std::string method;
    std::string path;  // without query
    std::string query;
    std::string body;  // capacity leaves room for a JSON parser's padding of 64 bytes
};

struct HttpResponse {
    int status = 200;
    std::string body;
    std::string content_type = "application/json";
    std::string allow;  // header Allow, for 405
};

// One request in progress. Thread-safe; outlives its connection.
class Exchange {
  public:
    virtual ~Exchange() = default;
    // Sends the answer. The first call wins; later ones, and any after the client has gone, do nothing.
    virtual void reply(HttpResponse response) = 0;
    // `gone` is called once, on a server thread, if the client vanishes before reply; at once if it has vanished
    // already.
    virtual void on_gone(std::function<void()> gone) = 0;
};

// Called on a server thread; must not block. The request is moved in.
using HttpHandler = std::function<void(HttpRequest request, std::shared_ptr<Exchange> exchange)>;

struct HttpLimits {
    std::size_t header_bytes = limits::kHeaderBytes;
    std::size_t body_bytes = limits::kBodyBytes;
    std::size_t connections = limits::kConnections;
    std::chrono::milliseconds header_timeout = limits::kHeaderTimeout;
    std::chrono::milliseconds body_timeout = limits::kBodyTimeout;
    std::chrono::milliseconds idle_timeout = limits::kIdleTimeout;
};

struct Listener {
    std::string name;  // for the log
    Address address;   // port 0: any free one
    HttpHandler handler;
    HttpLimits limits;
};

class HttpServer {
  public:
    virtual ~HttpServer() = default;
    // Listens (backlog 4,096) and serves on `threads` threads of its own. Errors name the address and the remedy.
    [[nodiscard]] static Result<std::unique_ptr<HttpServer>> start(std::vector<Listener> listeners,
                                                                   std::size_t threads = limits::kServerThreads);
    [[nodiscard]] virtual std::uint16_t port(std::size_t listener) const = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0;
    // Stops accepting; open exchanges go on; every answer from now on carries Connection: close.
    virtual void drain() = 0;
    // Closes everything and joins the threads. Also done by the destructor.
    virtual void stop() = 0;
};

}  // namespace muster
