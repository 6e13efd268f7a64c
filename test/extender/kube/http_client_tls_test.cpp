#include "extender/kube/http_client.hpp"
#include "test/extender/kube/test_certificates.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>
#include <httplib.h>

namespace muster::kube {
namespace {

using test::Certificate;

// A TLS server on a free loopback port that answers with the name in the client's certificate.
class TlsServer {
  public:
    TlsServer(const Certificate& own, X509_STORE* client_authorities)
        : server_(own.cert.get(), own.key.get(), client_authorities) {
        server_.Get("/who", [](const httplib::Request& request, httplib::Response& response) {
            X509* client = SSL_get1_peer_certificate(request.ssl);
            char name[64] = "nobody";
            if (client != nullptr)
                X509_NAME_get_text_by_NID(X509_get_subject_name(client), NID_commonName, name, sizeof name);
            X509_free(client);
            response.set_content(name, "text/plain");
        });
        port_ = server_.bind_to_any_port("127.0.0.1");
        thread_ = std::thread([this] { server_.listen_after_bind(); });
        while (!server_.is_running()) std::this_thread::yield();
    }
    ~TlsServer() {
        server_.stop();
        thread_.join();
    }
    [[nodiscard]] std::uint16_t port() const { return static_cast<std::uint16_t>(port_); }

  private:
    httplib::SSLServer server_;
    int port_ = 0;
    std::thread thread_;
};

class HttpClientTls : public ::testing::Test {
  protected:
    [[nodiscard]] Endpoint endpoint(std::uint16_t port) const {
        Endpoint out;
        out.host = "127.0.0.1";
        out.port = port;
        out.ca_pem = authority.cert_pem();
        return out;
    }
    static Result<ApiAnswer> ask(const Endpoint& endpoint) {
        auto client = HttpClient::create(endpoint, {});
        if (!client) return std::unexpected(client.error());
        ApiRequest request;
        request.path = "/who";
        return (*client)->send(request);
    }
    static std::string refusal(const Result<ApiAnswer>& answer) {
        return answer ? "accepted" : to_string(answer.error());
    }

    const Certificate authority = test::make_authority("authority");
    const Certificate stranger = test::make_authority("stranger");
};

TEST_F(HttpClientTls, AcceptsAServerOfItsAuthorityByAddress) {
    const TlsServer server(test::make_certificate(authority, "api", "IP:127.0.0.1"), nullptr);
    const auto answer = ask(endpoint(server.port()));
    ASSERT_TRUE(answer) << refusal(answer);
    EXPECT_EQ(answer->body, "nobody");
}

TEST_F(HttpClientTls, RefusesAServerOfAnotherAuthority) {
    const TlsServer server(test::make_certificate(stranger, "api", "IP:127.0.0.1"), nullptr);
    EXPECT_NE(refusal(ask(endpoint(server.port()))).find("server certificate refused"), std::string::npos);
}

TEST_F(HttpClientTls, RefusesACertificateForAnotherAddress) {
    const TlsServer server(test::make_certificate(authority, "127.0.0.1", "IP:127.0.0.2,DNS:api.test"), nullptr);
    EXPECT_NE(refusal(ask(endpoint(server.port()))).find("server certificate refused"), std::string::npos);
}

TEST_F(HttpClientTls, ChecksTheServerNameThatTheKubeconfigGives) {
    const TlsServer server(test::make_certificate(authority, "api", "DNS:api.test"), nullptr);
    Endpoint renamed = endpoint(server.port());
    renamed.server_name = "api.test";
    EXPECT_TRUE(ask(renamed)) << refusal(ask(renamed));
    renamed.server_name = "other.test";
    EXPECT_FALSE(ask(renamed));
}

TEST_F(HttpClientTls, RefusesTheSystemsAuthoritiesBesideAGivenOneAndTheGivenOneWithoutIt) {
    const TlsServer server(test::make_certificate(authority, "api", "IP:127.0.0.1"), nullptr);
    Endpoint without = endpoint(server.port());
    without.ca_pem.clear();
    EXPECT_FALSE(ask(without));
    without.insecure_skip_verify = true;
    EXPECT_TRUE(ask(without)) << "only where the kubeconfig says so";
}

TEST_F(HttpClientTls, ShowsItsOwnCertificate) {
    X509_STORE* trusted = X509_STORE_new();
    X509_STORE_add_cert(trusted, authority.cert.get());
    const TlsServer server(test::make_certificate(authority, "api", "IP:127.0.0.1"), trusted);
    EXPECT_FALSE(ask(endpoint(server.port()))) << "the server wants a client certificate";
    const Certificate mine = test::make_certificate(authority, "muster", "");
    Endpoint with = endpoint(server.port());
    with.client_cert_pem = mine.cert_pem();
    with.client_key_pem = mine.key_pem();
    const auto answer = ask(with);
    ASSERT_TRUE(answer) << refusal(answer);
    EXPECT_EQ(answer->body, "muster");
}

TEST_F(HttpClientTls, SaysWhichTextCannotBeRead) {
    Endpoint bad = endpoint(1);
    bad.ca_pem = "no certificate";
    EXPECT_EQ(refusal(ask(bad)).substr(0, 21), "certificate authority");
    bad = endpoint(1);
    bad.client_cert_pem = test::make_certificate(authority, "one", "").cert_pem();
    bad.client_key_pem = test::make_certificate(authority, "two", "").key_pem();
    EXPECT_EQ(refusal(ask(bad)).substr(0, 10), "client key");
}

}  // namespace
}  // namespace muster::kube
