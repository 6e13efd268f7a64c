#include "extender/kube/kubeconfig.hpp"

#include <cstdlib>
#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace muster::kube {
namespace {

class KubeconfigTest : public ::testing::Test {
  protected:
    KubeconfigTest() {
        std::string name = std::filesystem::temp_directory_path() / "kubeconfig-test-XXXXXX";
        folder = mkdtemp(name.data());
    }
    ~KubeconfigTest() override { std::filesystem::remove_all(folder); }
    void file(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
    [[nodiscard]] Result<ApiAccess> parse(const std::string& cluster, const std::string& user,
                                          const std::string& context = "") const {
        return parse_kubeconfig(
            "apiVersion: v1\nkind: Config\ncurrent-context: main\ncontexts:\n- name: main\n  context: {cluster: c, "
            "user: u}\n"
            "- name: other\n  context: {cluster: d, user: u}\nclusters:\n- name: c\n  cluster: {" +
                cluster + "}\n- name: d\n  cluster: {server: 'http://d'}\nusers:\n- name: u\n  user: {" + user + "}\n",
            "kubeconfig", folder, context);
    }
    [[nodiscard]] std::string error(const std::string& cluster, const std::string& user) const {
        const auto access = parse(cluster, user);
        return access ? "accepted" : to_string(access.error());
    }
    std::filesystem::path folder;
};

const std::string kServer = "server: 'https://10.0.0.1:6443'";

TEST_F(KubeconfigTest, ReadsServerAuthorityAndToken) {
    const auto access = parse(kServer + ", certificate-authority-data: QUJD", "token: secret");
    ASSERT_TRUE(access);
    EXPECT_TRUE(access->endpoint.tls);
    EXPECT_EQ(access->endpoint.host, "10.0.0.1");
    EXPECT_EQ(access->endpoint.port, 6443);
    EXPECT_EQ(access->endpoint.ca_pem, "ABC");
    EXPECT_EQ(access->token, "secret");
    EXPECT_FALSE(access->endpoint.insecure_skip_verify);
}

TEST_F(KubeconfigTest, ReadsFilesBesideTheKubeconfig) {
    file("ca.crt", "the authority");
    file("me.crt", "my certificate");
    file("me.key", "my key");
    const auto access = parse(kServer + ", certificate-authority: ca.crt",
                              "client-certificate: me.crt, client-key: me.key, tokenFile: token");
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_EQ(access->endpoint.ca_pem, "the authority");
    EXPECT_EQ(access->endpoint.client_cert_pem, "my certificate");
    EXPECT_EQ(access->endpoint.client_key_pem, "my key");
    EXPECT_EQ(access->token_file, folder / "token");
}

TEST_F(KubeconfigTest, AnotherContextCanBeNamed) {
    EXPECT_EQ(parse(kServer, "token: t", "other")->endpoint.host, "d");
    EXPECT_EQ(parse(kServer, "token: t", "missing").error().where, "kubeconfig: contexts");
}

TEST_F(KubeconfigTest, NamesWhatIsNotSupported) {
    EXPECT_NE(error(kServer + ", proxy-url: 'http://p'", "").find("clusters[c].cluster.proxy-url"), std::string::npos);
    EXPECT_NE(error(kServer, "username: a, password: b").find("users[u].user.username"), std::string::npos);
    EXPECT_NE(error(kServer, "as: somebody").find("users[u].user.as"), std::string::npos);
    EXPECT_NE(error(kServer, "auth-provider: {name: gcp}").find("exec plugin"), std::string::npos);
    EXPECT_NE(error(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}").find("v1alpha1"),
              std::string::npos);
    EXPECT_NE(error(kServer, "exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}")
                  .find("terminal"),
              std::string::npos);
}

TEST_F(KubeconfigTest, NamesWhatIsWrong) {
    EXPECT_NE(error("", "").find("clusters[c].cluster.server: is missing"), std::string::npos);
    EXPECT_NE(error("server: '10.0.0.1'", "").find("no http(s) URL"), std::string::npos);
    EXPECT_NE(error("server: 'https://h:0'", "").find("no valid port"), std::string::npos);
    EXPECT_NE(error("server: 'https://h:99999'", "").find("no valid port"), std::string::npos);
    EXPECT_NE(error("server: 'https://me@h'", "").find("no plain host"), std::string::npos);
    EXPECT_NE(error(kServer + ", certificate-authority-data: '*'", "").find("is not base64"), std::string::npos);
    EXPECT_NE(error(kServer + ", certificate-authority: missing.crt", "").find("cannot be opened"), std::string::npos);
    EXPECT_NE(
        error(kServer + ", insecure-skip-tls-verify: true, certificate-authority-data: QUJD", "").find("contradicts"),
        std::string::npos);
    EXPECT_NE(error(kServer, "client-certificate-data: QUJD").find("belong together"), std::string::npos);
}

TEST_F(KubeconfigTest, ReadsServerUrls) {
    struct Row {
        const char *url, *host, *prefix;
        int port;
    };
    for (const Row& row :
         {Row{"https://h", "h", "", 443}, Row{"http://h/", "h", "", 80},
          Row{"https://[::1]:8443/k8s/x/", "::1", "/k8s/x", 8443}, Row{"https://[::1]", "::1", "", 443}}) {
        Endpoint endpoint;
        ASSERT_TRUE(read_server_url(row.url, "server", endpoint)) << row.url;
        EXPECT_EQ(endpoint.host, row.host);
        EXPECT_EQ(endpoint.path_prefix, row.prefix);
        EXPECT_EQ(endpoint.port, row.port);
    }
}

TEST_F(KubeconfigTest, DecodesBase64) {
    EXPECT_EQ(decode_base64("").value(), "");
    EXPECT_EQ(decode_base64("Zg==").value(), "f");
    EXPECT_EQ(decode_base64("Zm8=").value(), "fo");
    EXPECT_EQ(decode_base64("Zm9v\nYmFy ").value(), "foobar");
    EXPECT_EQ(decode_base64("/+8A").value(), std::string("\xFF\xEF\0", 3));
    for (const char* bad : {"Z", "Zg=", "Zg==Zg==", "Z-8=", "===="}) EXPECT_FALSE(decode_base64(bad)) << bad;
}

TEST_F(KubeconfigTest, InAPodEnvironmentAndServiceAccountSayAll) {
    file("ca.crt", "authority");
    file("token", "t");
    unsetenv("KUBERNETES_SERVICE_HOST");
    EXPECT_NE(to_string(in_cluster_access(folder).error()).find("--kubeconfig"), std::string::npos);
    setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
    setenv("KUBERNETES_SERVICE_PORT", "443", 1);
    const auto access = in_cluster_access(folder);
    unsetenv("KUBERNETES_SERVICE_HOST");
    unsetenv("KUBERNETES_SERVICE_PORT");
    ASSERT_TRUE(access) << to_string(access.error());
    EXPECT_EQ(access->endpoint.host, "fd00::1");
    EXPECT_EQ(access->endpoint.ca_pem, "authority");
    EXPECT_EQ(access->token_file, folder / "token");
}

}  // namespace
}  // namespace muster::kube
