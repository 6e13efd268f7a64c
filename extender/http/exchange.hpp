// Where an answer and a connection meet: whichever comes first, the reply or the client's going, wins. Knows no socket.
#pragma once

#include "extender/http/server.hpp"

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

namespace muster {

// Shared by one connection and the handler's Exchange for one request. Thread-safe.
class PendingAnswer {
  public:
    // ---- the handler's side
    void reply(HttpResponse response);
    void on_gone(std::function<void()> gone);

    // ---- the connection's side, on its own strand
    // The answer, if it is there. Otherwise `wake` will be called once when it comes, on the replying thread and inside
    // the lock: it must only post.
    [[nodiscard]] std::optional<HttpResponse> take_or_wait(std::function<void()> wake);
    // The client has gone: calls what on_gone was given, unless there has been a reply.
    void vanish();

  private:
    enum class State { open, replied, gone };
    std::mutex mutex_;
    State state_ = State::open;
    std::optional<HttpResponse> response_;
    std::function<void()> wake_;
    std::function<void()> gone_;
};

// Whatever way a connection ends, its exchange without an answer is over.
struct VanishAtEnd {
    std::shared_ptr<PendingAnswer> answer;
    explicit VanishAtEnd(std::shared_ptr<PendingAnswer> pending) : answer(std::move(pending)) {}
    VanishAtEnd(const VanishAtEnd&) = delete;
    VanishAtEnd& operator=(const VanishAtEnd&) = delete;
    ~VanishAtEnd() { answer->vanish(); }
};

// The handler's end. Dropped without a reply, it answers 500: a request is never left without an answer.
[[nodiscard]] std::shared_ptr<Exchange> make_exchange(std::shared_ptr<PendingAnswer> answer);

}  // namespace muster
