#include "extender/kube/http_client.hpp"

#include <atomic>
#include <csignal>
#include <mutex>
#include <optional>

#include <arpa/inet.h>
#include <httplib.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <poll.h>
#include <sys/socket.h>

namespace muster::kube {

namespace {

// kube-apiserver closes a connection that was idle for 90 s; one that is older than this is opened anew instead of
// raced.
constexpr std::chrono::seconds kReuse{60};

// Why the last handshake of this thread failed; OpenSSL's error queue says only "certificate verify failed".
thread_local std::string verify_error;

int note_verify_error(int ok, X509_STORE_CTX* context) {
    if (ok == 0) verify_error = X509_verify_cert_error_string(X509_STORE_CTX_get_error(context));
    return ok;
}

template <class T, void (*release)(T*)>
struct Release {
    void operator()(T* value) const { release(value); }
};
void free_bio(BIO* bio) {
    BIO_free_all(bio);
}
using BioPtr = std::unique_ptr<BIO, Release<BIO, free_bio>>;
using CertPtr = std::unique_ptr<X509, Release<X509, X509_free>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY, EVP_PKEY_free>>;
using StorePtr = std::unique_ptr<X509_STORE, Release<X509_STORE, X509_STORE_free>>;

Error tls_error(std::string where, std::string what) {
    ERR_clear_error();
    return {ErrorCode::bad_input, std::move(where), std::move(what),
            "give a PEM text as kubeconfig files and service accounts have it"};
}

BioPtr reader(const std::string& pem) {
    return BioPtr(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
}

Result<void> trust(SSL_CTX* context, const Endpoint& endpoint) {
    if (endpoint.insecure_skip_verify) {
        SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr);
        return {};
    }
    if (endpoint.ca_pem.empty()) {
        SSL_CTX_set_default_verify_paths(context);
    } else {
        const BioPtr bio = reader(endpoint.ca_pem);
        StorePtr store(X509_STORE_new());
        std::size_t count = 0;
        while (const CertPtr cert{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)}) {
            X509_STORE_add_cert(store.get(), cert.get());
            ++count;
        }
        ERR_clear_error();
        if (count == 0) return std::unexpected(tls_error("certificate authority", "no certificate in it"));
        SSL_CTX_set_cert_store(context, store.release());
    }
    X509_VERIFY_PARAM* rules = SSL_CTX_get0_param(context);
    // As Go: a trusted certificate is an anchor even when it is not self-signed.
    X509_VERIFY_PARAM_set_flags(rules, X509_V_FLAG_PARTIAL_CHAIN);
    X509_VERIFY_PARAM_set_hostflags(rules, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    const std::string& name = endpoint.server_name.empty() ? endpoint.host : endpoint.server_name;
    if (X509_VERIFY_PARAM_set1_ip_asc(rules, name.c_str()) != 1 &&
        X509_VERIFY_PARAM_set1_host(rules, name.data(), name.size()) != 1) {
        return std::unexpected(tls_error("server name " + name, "is neither a host name nor an address"));
    }
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, note_verify_error);
    return {};
}

Result<void> identify(SSL_CTX* context, const Endpoint& endpoint) {
    if (endpoint.client_cert_pem.empty()) return {};
    const BioPtr certs = reader(endpoint.client_cert_pem);
    const CertPtr leaf{PEM_read_bio_X509(certs.get(), nullptr, nullptr, nullptr)};
    if (leaf == nullptr || SSL_CTX_use_certificate(context, leaf.get()) != 1) {
        return std::unexpected(tls_error("client certificate", "cannot be read"));
    }
    while (const CertPtr link{PEM_read_bio_X509(certs.get(), nullptr, nullptr, nullptr)}) {
        SSL_CTX_add1_chain_cert(context, link.get());
    }
    ERR_clear_error();
    const BioPtr bio = reader(endpoint.client_key_pem);
    const KeyPtr key{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)};
    if (key == nullptr || SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
        return std::unexpected(tls_error("client key", "cannot be read, or does not belong to the client certificate"));
    }
    return {};
}

// The first address of a host, in digits; cpp-httplib takes no names beside another name for SNI.
std::string resolve(const std::string& host) {
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo* found = nullptr;
    if (getaddrinfo(host.c_str(), nullptr, &hints, &found) != 0 || found == nullptr) return host;
    char digits[NI_MAXHOST] = {};
    const int failed =
        getnameinfo(found->ai_addr, found->ai_addrlen, digits, sizeof digits, nullptr, 0, NI_NUMERICHOST);
    freeaddrinfo(found);
    return failed != 0 ? host : digits;
}

// A peer that vanished without a word is noticed after 15 + 4 × 5 s, on quiet watches too.
void detect_dead_peers(int socket) {
    const int on = 1, idle_s = 15, interval_s = 5, probes = 4, unacknowledged_ms = 35'000;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle_s, sizeof idle_s);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval_s, sizeof interval_s);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &unacknowledged_ms, sizeof unacknowledged_ms);
}

std::string describe(httplib::Error error) {
    switch (error) {
        case httplib::Error::Connection:
            return "cannot connect";
        case httplib::Error::ConnectionTimeout:
            return "cannot connect in time";
        case httplib::Error::Read:
            return "connection broke, or no answer in time";
        case httplib::Error::Write:
            return "connection broke while sending";
        case httplib::Error::SSLConnection:
            return verify_error.empty() ? "TLS handshake failed" : "server certificate refused: " + verify_error;
        default:
            return "request failed: " + httplib::to_string(error);
    }
}

}  // namespace

struct HttpClient::Connection {
    std::unique_ptr<httplib::ClientImpl> http;
    std::atomic<bool> stopped = false;
    std::mutex closing;  // stop() may close the socket that drop_stale_connection looks at
};

HttpClient::HttpClient(std::unique_ptr<Connection> connection, Endpoint endpoint, Timeouts timeouts,
                       std::size_t max_answer)
    : connection_(std::move(connection)),
      endpoint_(std::move(endpoint)),
      timeouts_(timeouts),
      max_answer_(max_answer) {}

HttpClient::~HttpClient() = default;

Result<std::unique_ptr<HttpClient>> HttpClient::create(const Endpoint& endpoint, Timeouts timeouts,
                                                       std::size_t max_answer) {
    static std::once_flag ignored;
    // TLS writes to a socket that the server has closed raise it, and the default is to end the process.
    std::call_once(ignored, [] { std::signal(SIGPIPE, SIG_IGN); });
    auto connection = std::make_unique<Connection>();
    if (endpoint.tls) {
        const bool renamed = !endpoint.server_name.empty() && endpoint.server_name != endpoint.host;
        auto client =
            std::make_unique<httplib::SSLClient>(renamed ? endpoint.server_name : endpoint.host, endpoint.port);
        if (renamed) client->set_hostname_addr_map({{endpoint.server_name, resolve(endpoint.host)}});
        SSL_CTX* context = client->ssl_context();
        SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
        // OpenSSL checks chain and name itself; cpp-httplib's own check would trust the system's authorities beside the
        // given one.
        client->enable_server_certificate_verification(false);
        if (auto done = trust(context, endpoint); !done) return std::unexpected(done.error());
        if (auto done = identify(context, endpoint); !done) return std::unexpected(done.error());
        connection->http = std::move(client);
    } else {
        connection->http = std::make_unique<httplib::ClientImpl>(endpoint.host, endpoint.port);
    }
    ERR_clear_error();
    httplib::ClientImpl& http = *connection->http;
    http.set_keep_alive(true);
    http.set_tcp_nodelay(true);  // head and body are two writes
    http.set_url_encode(false);
    http.set_follow_location(false);
    http.set_connection_timeout(timeouts.connect);
    http.set_read_timeout(timeouts.read);
    http.set_write_timeout(timeouts.read);
    http.set_socket_options([](int socket) { detect_dead_peers(socket); });
    return std::unique_ptr<HttpClient>(new HttpClient(std::move(connection), endpoint, timeouts, max_answer));
}

// Nobody speaks on an idle connection except to end it. Over TLS that is a close_notify record, which cpp-httplib would
// take for a living peer, so that the next request fails.
void HttpClient::drop_stale_connection() {
    const std::lock_guard lock(connection_->closing);
    httplib::ClientImpl& http = *connection_->http;
    if (http.is_socket_open() == 0) return;
    pollfd probe{.fd = http.socket(), .events = POLLIN, .revents = 0};
    const bool spoke = poll(&probe, 1, 0) != 0;
    if (spoke || std::chrono::steady_clock::now() - last_use_ > kReuse) http.stop();
}

Result<ApiAnswer> HttpClient::send(const ApiRequest& request) {
    return perform(request, nullptr);
}

Result<ApiAnswer> HttpClient::stream(const ApiRequest& request, const std::function<bool(std::string_view)>& on_piece) {
    return perform(request, &on_piece);
}

Result<ApiAnswer> HttpClient::perform(const ApiRequest& request,
                                      const std::function<bool(std::string_view)>* on_piece) {
    const std::string where = request.method + " " + request.path.substr(0, request.path.find('?'));
    const auto fail = [&](ErrorCode code, std::string what) {
        return std::unexpected(Error{code, where, std::move(what), ""});
    };
    if (connection_->stopped) return fail(ErrorCode::dependency, "client was stopped");
    drop_stale_connection();

    ApiAnswer answer;
    bool too_large = false, ended_by_receiver = false;
    const auto deadline = std::chrono::steady_clock::now() + timeouts_.total;
    httplib::Request out;
    out.method = request.method;
    out.path = endpoint_.path_prefix + request.path;
    for (const auto& [name, value] : request.headers) out.headers.emplace(name, value);
    if (!request.content_type.empty()) out.headers.emplace("Content-Type", request.content_type);
    out.headers.emplace("User-Agent", "muster");
    out.body = request.body;
    out.response_handler = [&](const httplib::Response& head) {
        answer.status = head.status;
        answer.retry_after = head.get_header_value("Retry-After");
        return !connection_->stopped;
    };
    out.content_receiver = [&](const char* data, std::size_t size, std::uint64_t, std::uint64_t) {
        if (connection_->stopped) return false;
        if (on_piece != nullptr && answer.status == 200) {
            ended_by_receiver = !(*on_piece)(std::string_view(data, size));
            return !ended_by_receiver;
        }
        too_large = size > max_answer_ - answer.body.size();
        if (too_large || std::chrono::steady_clock::now() > deadline) return false;
        answer.body.append(data, size);
        return true;
    };

    verify_error.clear();
    httplib::Response head;
    httplib::Error error = httplib::Error::Success;
    const bool received = connection_->http->send(out, head, error);
    ERR_clear_error();
    last_use_ = std::chrono::steady_clock::now();
    if (connection_->stopped) return fail(ErrorCode::dependency, "client was stopped");
    if (ended_by_receiver) return answer;
    if (too_large) return fail(ErrorCode::limit, "answer is larger than " + std::to_string(max_answer_) + " bytes");
    if (!received && error == httplib::Error::Canceled) return fail(ErrorCode::dependency, "answer took too long");
    if (!received) return fail(ErrorCode::dependency, describe(error));
    answer.status = head.status;
    return answer;
}

void HttpClient::stop() {
    connection_->stopped = true;
    const std::lock_guard lock(connection_->closing);
    connection_->http->stop();
}

}  // namespace muster::kube
