// A blocking HTTP client on a bare socket, for saying things that no library would say. Every wait has a deadline.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace muster::test {

inline constexpr std::chrono::seconds kPatience{20};

struct RawAnswer {
    int status = 0;
    std::map<std::string, std::string> headers;  // names in small letters
    std::string body;
    bool operator==(const RawAnswer&) const = default;
};

class RawClient {
  public:
    explicit RawClient(std::uint16_t port);
    RawClient(RawClient&& other) noexcept;
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient();

    // Gives false once the server has closed.
    bool send(std::string_view bytes);
    // nullopt: closed, or nothing within the time.
    std::optional<RawAnswer> receive(std::chrono::milliseconds patience = kPatience, bool head_only = false);
    // Reads until the server closes; false when it does not.
    bool closed_by_server(std::chrono::milliseconds patience = kPatience);
    void close();  // FIN
    void reset();  // RST
    [[nodiscard]] int fd() const { return fd_; }

    std::optional<RawAnswer> post(std::string_view path, std::string_view body) {
        return send(request(path, body)) ? receive() : std::nullopt;
    }
    std::optional<RawAnswer> get(std::string_view path) {
        return send("GET " + std::string(path) + " HTTP/1.1\r\nHost: muster\r\n\r\n") ? receive() : std::nullopt;
    }
    // As Go's client writes it.
    static std::string request(std::string_view path, std::string_view body);

  private:
    bool fill(std::chrono::steady_clock::time_point deadline);  // false: closed or late
    int fd_ = -1;
    std::string input_;
};

}  // namespace muster::test
