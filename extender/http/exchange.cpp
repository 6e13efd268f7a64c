#include "extender/http/exchange.hpp"

#include "extender/http/message.hpp"

#include <utility>

namespace muster {
namespace {

class HandlersEnd final : public Exchange {
  public:
    explicit HandlersEnd(std::shared_ptr<PendingAnswer> answer) : answer_(std::move(answer)) {}
    HandlersEnd(const HandlersEnd&) = delete;
    HandlersEnd& operator=(const HandlersEnd&) = delete;
    ~HandlersEnd() override {
        answer_->reply(error_response(500, "the request was dropped", "look for an error in Muster's log"));
    }

    void reply(HttpResponse response) override { answer_->reply(std::move(response)); }
    void on_gone(std::function<void()> gone) override { answer_->on_gone(std::move(gone)); }

  private:
    std::shared_ptr<PendingAnswer> answer_;
};

}  // namespace

void PendingAnswer::reply(HttpResponse response) {
    std::function<void()> unused;  // destroyed outside the lock: it may own the last reference to anything
    {
        const std::scoped_lock lock(mutex_);
        if (state_ != State::open) return;
        state_ = State::replied;
        response_ = std::move(response);
        unused = std::exchange(gone_, nullptr);
        if (wake_) std::exchange(wake_, nullptr)();
    }
}

void PendingAnswer::on_gone(std::function<void()> gone) {
    {
        const std::scoped_lock lock(mutex_);
        if (state_ == State::replied) return;
        if (state_ == State::open) {
            gone_ = std::move(gone);
            return;
        }
    }
    gone();
}

std::optional<HttpResponse> PendingAnswer::take_or_wait(std::function<void()> wake) {
    const std::scoped_lock lock(mutex_);
    if (state_ == State::replied) return std::exchange(response_, std::nullopt);
    wake_ = std::move(wake);
    return std::nullopt;
}

void PendingAnswer::vanish() {
    std::function<void()> gone;
    std::function<void()> unused;
    {
        const std::scoped_lock lock(mutex_);
        unused = std::exchange(wake_, nullptr);
        if (state_ != State::open) return;
        state_ = State::gone;
        gone = std::exchange(gone_, nullptr);
    }
    if (gone) gone();
}

std::shared_ptr<Exchange> make_exchange(std::shared_ptr<PendingAnswer> answer) {
    return std::make_shared<HandlersEnd>(std::move(answer));
}

}  // namespace muster
