#include "test/extender/http/raw_client.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <stdexcept>
#include <utility>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace muster::test {

using Clock = std::chrono::steady_clock;

RawClient::RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (fd_ < 0 || ::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
        throw std::runtime_error("cannot connect");
}

RawClient::RawClient(RawClient&& other) noexcept : fd_(std::exchange(other.fd_, -1)), input_(std::move(other.input_)) {}

RawClient::~RawClient() {
    close();
}

void RawClient::close() {
    if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

void RawClient::reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    close();
}

bool RawClient::send(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

bool RawClient::fill(Clock::time_point deadline) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd wait{.fd = fd_, .events = POLLIN, .revents = 0};
    if (left.count() <= 0 || ::poll(&wait, 1, static_cast<int>(left.count())) <= 0) return false;
    std::array<char, 65'536> bytes{};
    const auto got = ::recv(fd_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    input_.append(bytes.data(), static_cast<std::size_t>(got));
    return true;
}

std::optional<RawAnswer> RawClient::receive(std::chrono::milliseconds patience, bool head_only) {
    const auto deadline = Clock::now() + patience;
    std::size_t end = 0;
    while ((end = input_.find("\r\n\r\n")) == std::string::npos) {
        if (!fill(deadline)) return std::nullopt;
    }
    RawAnswer answer;
    answer.status = std::stoi(input_.substr(9, 3));
    for (std::size_t at = input_.find("\r\n") + 2; at < end;) {
        const auto line_end = input_.find("\r\n", at);
        const auto colon = input_.find(": ", at);
        std::string name = input_.substr(at, colon - at);
        std::ranges::transform(name, name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = input_.substr(colon + 2, line_end - colon - 2);
        at = line_end + 2;
    }
    input_.erase(0, end + 4);
    const auto length =
        answer.headers.contains("content-length") && !head_only ? std::stoul(answer.headers["content-length"]) : 0;
    while (input_.size() < length) {
        if (!fill(deadline)) return std::nullopt;
    }
    answer.body = input_.substr(0, length);
    input_.erase(0, length);
    return answer;
}

bool RawClient::closed_by_server(std::chrono::milliseconds patience) {
    const auto deadline = Clock::now() + patience;
    while (fill(deadline)) input_.clear();
    return Clock::now() < deadline;
}

std::string RawClient::request(std::string_view path, std::string_view body) {
    std::string text = "POST ";
    text.append(path).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: Go-http-client/1.1\r\nContent-Length: ");
    text.append(std::to_string(body.size()))
        .append("\r\nContent-Type: application/json\r\nAccept-Encoding: gzip\r\n\r\n")
        .append(body);
    return text;
}

}  // namespace muster::test
