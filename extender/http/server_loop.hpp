// Private to the server: connected sockets and the threads that serve them. Boost stays behind this interface.
#pragma once

#include "extender/http/server.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

namespace muster {

class ServerLoop {
  public:
    // Threads begin at once; they take no signals.
    [[nodiscard]] static std::unique_ptr<ServerLoop> start(std::size_t threads);
    virtual ~ServerLoop() = default;  // stop() has been called

    // Takes over a listening socket and calls `accept` on a server thread each time it is readable, never twice at
    // once; `accept` gives the time to wait before the next look.
    virtual void watch(int descriptor, std::function<std::chrono::milliseconds()> accept) = 0;
    // Closes all watched sockets.
    virtual void unwatch() = 0;
    // Takes over a connected socket and serves it by the listener's handler and limits; `ended` is called when it is
    // over.
    virtual void serve(int descriptor, const Listener& listener, std::function<void()> ended) = 0;
    [[nodiscard]] virtual std::size_t connections() const = 0;
    // From now on every answer is the last one of its connection.
    virtual void close_after_answers() = 0;
    // Closes everything and joins the threads. Not from one of them.
    virtual void stop() = 0;
};

}  // namespace muster
