#include "extender/kube/credentials.hpp"

#include "extender/kube/exec_plugin.hpp"

#include <fstream>

#include <gtest/gtest.h>
#include <unistd.h>

namespace muster::kube {
namespace {

class CredentialsTest : public ::testing::Test {
  protected:
    CredentialsTest() {
        std::string name = std::filesystem::temp_directory_path() / "credentials-test-XXXXXX";
        folder = mkdtemp(name.data());
    }
    ~CredentialsTest() override { std::filesystem::remove_all(folder); }
    void file(const std::string& name, const std::string& text) const { std::ofstream(folder / name) << text; }
    [[nodiscard]] ExecPlugin plugin(const std::string& script) const {
        file("plugin", "#!/bin/sh\n" + script + "\n");
        std::filesystem::permissions(folder / "plugin", std::filesystem::perms::owner_all);
        ExecPlugin out;
        out.api_version = "client.authentication.k8s.io/v1";
        out.command = folder / "plugin";
        return out;
    }
    [[nodiscard]] std::string failure(const std::string& script) const {
        const auto credential = run_exec_plugin(plugin(script), {}, "https://s", Millis(5'000));
        return credential ? "accepted" : credential.error().what;
    }
    std::filesystem::path folder;
};

TEST_F(CredentialsTest, AFixedTokenStays) {
    ApiAccess access;
    access.token = "fixed";
    Credentials credentials(access);
    EXPECT_EQ(credentials.token().value(), "fixed");
    credentials.refused("fixed");
    EXPECT_EQ(credentials.token().value(), "fixed");
}

TEST_F(CredentialsTest, ATokenFileIsReadAgainWhenTheServerRefusesIt) {
    file("token", "first\n");
    ApiAccess access;
    access.token_file = folder / "token";
    Credentials credentials(access);
    EXPECT_EQ(credentials.token().value(), "first");
    file("token", "second\n");
    EXPECT_EQ(credentials.token().value(), "first") << "read at most once a minute";
    credentials.refused("first");
    EXPECT_EQ(credentials.token().value(), "second");
    credentials.refused("first");
    file("token", "third\n");
    EXPECT_EQ(credentials.token().value(), "second") << "an old refusal says nothing about the new token";
}

TEST_F(CredentialsTest, ATokenThatCannotBeRenewedIsUsedOn) {
    file("token", "first");
    ApiAccess access;
    access.token_file = folder / "token";
    Credentials credentials(access);
    EXPECT_EQ(credentials.token().value(), "first");
    std::filesystem::remove(folder / "token");
    credentials.refused("first");
    EXPECT_EQ(credentials.token().value(), "first");
    Credentials late(access);
    EXPECT_FALSE(late.token());
}

TEST_F(CredentialsTest, AnExecPluginGivesATokenAndItsEnd) {
    ExecPlugin exec =
        plugin(R"(echo "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",)"
               R"(\"status\":{\"token\":\"$WORD-$1\",\"expirationTimestamp\":\"2030-01-02T03:04:05Z\"}}")");
    exec.args = {"argument"};
    exec.env = {{"WORD", "secret"}};
    const auto credential = run_exec_plugin(exec, {}, "https://s");
    ASSERT_TRUE(credential) << to_string(credential.error());
    EXPECT_EQ(credential->token, "secret-argument");
    EXPECT_EQ(std::chrono::system_clock::to_time_t(*credential->expires), 1893553445);
}

TEST_F(CredentialsTest, AnExecPluginSeesTheClusterWhenItAsks) {
    ExecPlugin exec = plugin(R"(printf '%s' "$KUBERNETES_EXEC_INFO" > "$(dirname "$0")/info"; exit 1)");
    exec.provide_cluster_info = true;
    Endpoint endpoint;
    endpoint.ca_pem = "ABCD";
    EXPECT_FALSE(run_exec_plugin(exec, endpoint, "https://s:1"));
    EXPECT_EQ(read_small_file(folder / "info").value(),
              R"({"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,)"
              R"("cluster":{"server":"https://s:1","certificate-authority-data":"QUJDRA=="}}})");
}

TEST_F(CredentialsTest, SaysWhatIsWrongWithAnExecPlugin) {
    EXPECT_NE(failure("exit 3").find("failed"), std::string::npos);
    EXPECT_NE(failure("echo '{}'").find("no ExecCredential"), std::string::npos);
    EXPECT_NE(
        failure(
            R"(echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"x"}}')")
            .find("only tokens"),
        std::string::npos);
    EXPECT_NE(failure("yes").find("1 MiB"), std::string::npos);
    ExecPlugin missing = plugin("true");
    missing.command = folder / "missing";
    missing.install_hint = "install it";
    const auto absent = run_exec_plugin(missing, {}, "https://s");
    ASSERT_FALSE(absent);
    EXPECT_EQ(absent.error().remedy, "install it");
    EXPECT_FALSE(run_exec_plugin(plugin("sleep 60"), {}, "https://s", Millis(50)));
}

TEST_F(CredentialsTest, ReadsTimes) {
    const auto seconds = [](const char* text) {
        return std::chrono::system_clock::to_time_t(parse_rfc3339(text).value());
    };
    EXPECT_EQ(seconds("1970-01-01T00:00:10Z"), 10);
    EXPECT_EQ(seconds("1970-01-01T01:00:10.123456+01:00"), 10);
    for (const char* bad : {"", "yesterday", "1970-01-01T00:00:10", "1970-01-01T00:00:10+x"})
        EXPECT_FALSE(parse_rfc3339(bad)) << bad;
}

}  // namespace
}  // namespace muster::kube
