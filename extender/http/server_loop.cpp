// One coroutine per connection on a strand of its own; a parked exchange is a coroutine that waits for its socket, 5-9
// KiB instead of a thread. The only file that knows Boost.
//
// A connection never has more than one operation under way. Deadlines and replies end that operation by cancelling it
// on the strand, so that no two things ever race for the socket.
#include "extender/http/server_loop.hpp"

#include "extender/http/exchange.hpp"
#include "extender/http/message.hpp"
#include "extender/http/request_head.hpp"
#include "extender/http/server_threads.hpp"
#include "extender/obs/log.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <exception>
#include <mutex>
#include <optional>
#include <thread>
#include <unordered_map>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>

namespace muster {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using asio::awaitable;
using asio::ip::tcp;
using boost::system::error_code;
using Context = asio::io_context;
using Strand = asio::strand<Context::executor_type>;
using Socket = asio::basic_stream_socket<tcp, Strand>;
using Descriptor = asio::posix::basic_stream_descriptor<Strand>;
using Timer =
    asio::basic_waitable_timer<std::chrono::steady_clock, asio::wait_traits<std::chrono::steady_clock>, Strand>;
using RequestParser = http::request_parser<http::empty_body>;

constexpr auto kTuple = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kHeaderBuffer = 4'096;      // a bind call fits
constexpr std::size_t kBodyStep = 65'536;         // smaller reads make a 64 MB body ten times as slow
constexpr std::size_t kReadAhead = 65'536;        // of pipelined requests behind an exchange that is still open
constexpr std::size_t kParserPadding = 64;        // promised by HttpRequest::body
constexpr std::size_t kLingerBytes = 16UL << 20;  // thrown away after the last answer
constexpr std::chrono::seconds kLingerTime{2};

class Connection : public std::enable_shared_from_this<Connection> {
  public:
    Connection(Socket socket, const Listener& listener, const std::atomic<bool>& last_answers)
        : listener_(listener),
          last_answers_(last_answers),
          socket_(std::move(socket)),
          timer_(socket_.get_executor()) {}

    static awaitable<void> run(std::shared_ptr<Connection> self) {
        self->buffer_.reserve(kHeaderBuffer);
        while (co_await self->exchange()) {
        }
        error_code ignored;
        self->socket_.close(ignored);
    }
    [[nodiscard]] Strand executor() { return socket_.get_executor(); }
    // From any thread: ends everything at once.
    void abort() {
        asio::post(socket_.get_executor(), [self = shared_from_this()] {
            self->stopping_ = true;
            error_code ignored;
            self->socket_.close(ignored);
            self->timer_.cancel();
        });
    }

  private:
    // One request and its answer; false: the connection ends.
    awaitable<bool> exchange();
    awaitable<bool> wait_for_first_byte();
    // The refusal to be sent, if the request cannot be read. With a closed socket nothing can be sent any more.
    awaitable<std::optional<HttpResponse>> read_request(HttpRequest& request);
    awaitable<std::optional<HttpResponse>> read_body(std::size_t length, std::string& body);
    // nullopt: the client has gone.
    awaitable<std::optional<HttpResponse>> handle(HttpRequest request);
    awaitable<bool> send(const HttpResponse& response, bool close);
    awaitable<void> linger();

    [[nodiscard]] HttpResponse read_failure(error_code error) const;
    void start_deadline(std::chrono::milliseconds time);
    void end_deadline();
    void wake() {
        if (watching_) socket_.cancel();
    }

    const Listener& listener_;
    const std::atomic<bool>& last_answers_;
    Socket socket_;
    Timer timer_;
    boost::beast::flat_buffer buffer_;
    std::uint64_t deadline_ = 0;  // number of the current one
    bool timed_out_ = false;
    bool watching_ = false;  // waiting for the client or an answer, whichever comes first
    bool keep_alive_ = false;
    bool head_only_ = false;
    bool stopping_ = false;
};

void Connection::start_deadline(std::chrono::milliseconds time) {
    timed_out_ = false;
    timer_.expires_after(time);
    timer_.async_wait([self = shared_from_this(), number = ++deadline_](error_code error) {
        if (error || number != self->deadline_) return;
        self->timed_out_ = true;
        self->socket_.cancel();
    });
}

void Connection::end_deadline() {
    ++deadline_;
    timer_.cancel();
}

awaitable<bool> Connection::exchange() {
    const bool arrived = co_await wait_for_first_byte();
    if (!arrived) co_return false;
    head_only_ = false;
    HttpRequest request;
    auto response = co_await read_request(request);
    if (response) {
        keep_alive_ = false;  // the rest of the request is in the way
    } else {
        response = co_await handle(std::move(request));
    }
    if (!response || stopping_) co_return false;
    const bool close = !keep_alive_ || last_answers_.load(std::memory_order_relaxed);
    const bool sent = co_await send(*response, close);
    if (sent && close) co_await linger();
    co_return sent && !close;
}

awaitable<bool> Connection::wait_for_first_byte() {
    if (buffer_.size() > 0) co_return true;
    start_deadline(listener_.limits.idle_timeout);
    const auto [error, count] = co_await socket_.async_read_some(buffer_.prepare(kHeaderBuffer), kTuple);
    end_deadline();
    if (!error) buffer_.commit(count);
    co_return !error;
}

HttpResponse Connection::read_failure(error_code error) const {
    if (timed_out_) return error_response(408, "the request did not arrive in time", "send it without pauses");
    if (error == http::error::header_limit || error == http::error::buffer_overflow) {
        return error_response(
            431, "the request header is larger than " + std::to_string(listener_.limits.header_bytes) + " bytes",
            "send fewer or shorter fields");
    }
    return error_response(400, "not an HTTP/1.1 request: " + error.message(), "");
}

RequestHead head_of(const RequestParser& parser) {
    const auto& fields = parser.get();
    RequestHead head;
    head.method = std::string(fields.method_string());
    head.target = std::string(fields.target());
    head.keep_alive = parser.keep_alive() && fields.version() == 11;
    head.has_transfer_encoding = fields.find(http::field::transfer_encoding) != fields.end();
    head.content_encoding = std::string(fields[http::field::content_encoding]);
    if (const auto length = parser.content_length()) head.content_length = *length;
    head.expects_continue = fields.find(http::field::expect) != fields.end();
    return head;
}

awaitable<std::optional<HttpResponse>> Connection::read_request(HttpRequest& request) {
    RequestParser parser;
    parser.header_limit(static_cast<std::uint32_t>(listener_.limits.header_bytes));
    parser.body_limit(boost::none);  // checked by refusal(), for an answer with a remedy
    start_deadline(listener_.limits.header_timeout);
    const auto [error, count] = co_await http::async_read_header(socket_, buffer_, parser, kTuple);
    end_deadline();
    if (error) co_return read_failure(error);
    const RequestHead head = head_of(parser);
    auto refused = refusal(head, listener_.limits);
    if (refused) co_return refused;
    keep_alive_ = head.keep_alive;
    head_only_ = head.method == "HEAD";
    request = without_body(head);
    const std::size_t length = head.content_length.value_or(0);
    if (head.expects_continue && length > buffer_.size()) {
        constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
        const auto [failed, sent] = co_await asio::async_write(socket_, asio::buffer(kContinue), kTuple);
        if (failed) co_return read_failure(failed);
    }
    co_return co_await read_body(length, request.body);
}

// Memory follows what has really come, not what Content-Length promises.
awaitable<std::optional<HttpResponse>> Connection::read_body(std::size_t length, std::string& body) {
    const auto here = std::min(length, buffer_.size());
    body.reserve(std::min(length, kBodyStep) + kParserPadding);
    body.assign(static_cast<const char*>(buffer_.data().data()), here);
    buffer_.consume(here);
    if (body.size() == length) co_return std::nullopt;
    start_deadline(listener_.limits.body_timeout);
    error_code error;
    while (!error && body.size() < length) {
        const auto have = body.size();
        const auto next = std::min(length, std::max(kBodyStep, 2 * have));
        body.reserve(next + kParserPadding);
        body.resize(next);
        const auto [failed, count] =
            co_await asio::async_read(socket_, asio::buffer(body.data() + have, next - have), kTuple);
        error = failed;
    }
    end_deadline();
    if (error) co_return read_failure(error);
    co_return std::nullopt;
}

awaitable<std::optional<HttpResponse>> Connection::handle(HttpRequest request) {
    const VanishAtEnd exchange(std::make_shared<PendingAnswer>());
    try {
        listener_.handler(std::move(request), make_exchange(exchange.answer));
    } catch (const std::exception& caught) {  // the exchange, dropped on the way, has answered 500
        log::error("handler-failed", {{"listener", listener_.name}, {"what", caught.what()}});
    }
    while (!stopping_) {
        auto response = exchange.answer->take_or_wait(
            [self = shared_from_this()] { asio::post(self->socket_.get_executor(), [self] { self->wake(); }); });
        if (response) co_return response;
        if (buffer_.size() >= kReadAhead) break;  // no longer able to see whether the client is there
        watching_ = true;
        const auto [error, count] = co_await socket_.async_read_some(buffer_.prepare(kHeaderBuffer), kTuple);
        watching_ = false;
        if (!error) buffer_.commit(count);
        if (error && error != asio::error::operation_aborted) break;
    }
    co_return std::nullopt;
}

awaitable<bool> Connection::send(const HttpResponse& response, bool close) {
    const std::string head = response_head(response, close);
    const std::array<asio::const_buffer, 2> parts{
        asio::buffer(head), asio::buffer(response.body.data(), head_only_ ? 0 : response.body.size())};
    start_deadline(listener_.limits.body_timeout);
    const auto [error, count] = co_await asio::async_write(socket_, parts, kTuple);
    end_deadline();
    co_return !error;
}

// Closing with unread bytes makes the kernel send a reset, which can overtake the answer: read on for a moment.
awaitable<void> Connection::linger() {
    error_code error;
    socket_.shutdown(tcp::socket::shutdown_send, error);
    start_deadline(kLingerTime);
    buffer_.clear();
    buffer_.reserve(kBodyStep);
    for (std::size_t total = 0; !error && total < kLingerBytes;) {
        const auto [failed, count] = co_await socket_.async_read_some(buffer_.prepare(kBodyStep), kTuple);
        error = failed;
        total += count;
    }
    end_deadline();
}

class AsioLoop final : public ServerLoop {
  public:
    explicit AsioLoop(std::size_t threads) : threads_(start_server_threads(threads, [this] { work(); })) {}
    void watch(int descriptor, std::function<std::chrono::milliseconds()> accept) override;
    void unwatch() override;
    void serve(int descriptor, const Listener& listener, std::function<void()> ended) override;
    [[nodiscard]] std::size_t connections() const override;
    void close_after_answers() override { last_answers_ = true; }
    void stop() override;

  private:
    static awaitable<void> look(std::shared_ptr<Descriptor> listening,
                                std::function<std::chrono::milliseconds()> accept);
    void work();

    Context context_;
    asio::executor_work_guard<Context::executor_type> guard_{context_.get_executor()};
    std::atomic<bool> last_answers_{false};
    mutable std::mutex mutex_;  // guards the three below
    std::vector<std::shared_ptr<Descriptor>> watched_;
    std::unordered_map<const Connection*, std::weak_ptr<Connection>> connections_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

void AsioLoop::work() {
    for (;;) {
        try {
            context_.run();
            return;
        } catch (const std::exception& caught) {
            log::error("server-thread", {{"what", caught.what()}});
        }
    }
}

void AsioLoop::watch(int descriptor, std::function<std::chrono::milliseconds()> accept) {
    auto listening = std::make_shared<Descriptor>(asio::make_strand(context_), descriptor);
    {
        const std::scoped_lock lock(mutex_);
        watched_.push_back(listening);
    }
    const auto strand = listening->get_executor();
    asio::co_spawn(strand, look(std::move(listening), std::move(accept)), [](const std::exception_ptr& thrown) {
        if (thrown) log::error("accept-loop-ended");
    });
}

awaitable<void> AsioLoop::look(std::shared_ptr<Descriptor> listening,
                               std::function<std::chrono::milliseconds()> accept) {
    Timer pause(listening->get_executor());
    while (listening->is_open()) {
        const auto [error] = co_await listening->async_wait(Descriptor::wait_read, kTuple);
        if (error || !listening->is_open()) break;
        pause.expires_after(accept());
        co_await pause.async_wait(kTuple);
    }
}

void AsioLoop::unwatch() {
    const std::scoped_lock lock(mutex_);
    for (auto& listening : std::exchange(watched_, {})) {
        const auto strand = listening->get_executor();
        asio::post(strand, [listening = std::move(listening)] {
            error_code ignored;
            listening->close(ignored);
        });
    }
}

void AsioLoop::serve(int descriptor, const Listener& listener, std::function<void()> ended) {
    Socket socket(asio::make_strand(context_));
    error_code ignored;
    socket.assign(tcp::v4(), descriptor, ignored);  // the family is used only for addresses, which nobody asks for
    auto connection = std::make_shared<Connection>(std::move(socket), listener, last_answers_);
    const auto* key = connection.get();
    {
        const std::scoped_lock lock(mutex_);
        if (stopping_) return ended();
        connections_.emplace(key, connection);
    }
    const auto strand = connection->executor();
    asio::co_spawn(strand, Connection::run(std::move(connection)),
                   [this, key, &listener, ended = std::move(ended)](const std::exception_ptr& thrown) {
                       if (thrown) log::error("connection-failed", {{"listener", listener.name}});
                       ended();
                       const std::scoped_lock lock(mutex_);
                       connections_.erase(key);
                   });
}

std::size_t AsioLoop::connections() const {
    const std::scoped_lock lock(mutex_);
    return connections_.size();
}

void AsioLoop::stop() {
    std::vector<std::shared_ptr<Connection>> open;
    {
        const std::scoped_lock lock(mutex_);
        if (std::exchange(stopping_, true)) return;
        for (const auto& [key, weak] : connections_) {
            if (auto connection = weak.lock()) open.push_back(std::move(connection));
        }
    }
    unwatch();
    for (const auto& connection : open) connection->abort();
    open.clear();
    guard_.reset();
    for (auto& thread : threads_) thread.join();
}

}  // namespace

std::unique_ptr<ServerLoop> ServerLoop::start(std::size_t threads) {
    return std::make_unique<AsioLoop>(threads);
}

}  // namespace muster
