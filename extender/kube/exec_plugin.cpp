#include "extender/kube/exec_plugin.hpp"

#include "dialects/object.hpp"
#include "extender/kube/write_bodies.hpp"

#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <vector>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

namespace muster::kube {

namespace {

constexpr std::size_t kMaxOutput = 1UL << 20;

struct Descriptor {
    int fd = -1;
    Descriptor() = default;
    explicit Descriptor(int value) : fd(value) {}
    ~Descriptor() {
        if (fd >= 0) close(fd);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
};

std::vector<std::string> environment_of(const ExecPlugin& plugin, const std::string& exec_info) {
    std::vector<std::string> variables;
    for (char** entry = environ; *entry != nullptr; ++entry) variables.emplace_back(*entry);
    for (const auto& [name, value] : plugin.env) variables.push_back(name + "=" + value);
    variables.push_back("KUBERNETES_EXEC_INFO=" + exec_info);
    return variables;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> out;
    for (std::string& text : texts) out.push_back(text.data());
    out.push_back(nullptr);
    return out;
}

// Reads to the end of the pipe. false: too much, or too late.
bool read_all(int fd, std::string& out, std::chrono::steady_clock::time_point deadline) {
    char piece[4096];
    for (;;) {
        const auto left = std::chrono::duration_cast<Millis>(deadline - std::chrono::steady_clock::now());
        pollfd probe{.fd = fd, .events = POLLIN, .revents = 0};
        const int ready = left.count() <= 0 ? 0 : poll(&probe, 1, static_cast<int>(left.count()));
        if (ready < 0 && errno == EINTR) continue;
        if (ready <= 0) return false;
        const ssize_t count = read(fd, piece, sizeof piece);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return count == 0;
        out.append(piece, static_cast<std::size_t>(count));
        if (out.size() > kMaxOutput) return false;
    }
}

Result<std::string> output_of(const ExecPlugin& plugin, const std::string& exec_info, Millis timeout) {
    const auto fail = [&](std::string what) {
        return std::unexpected(
            Error{ErrorCode::dependency, "exec plugin " + plugin.command, std::move(what), plugin.install_hint});
    };
    int ends[2] = {-1, -1};
    if (pipe2(ends, O_CLOEXEC) != 0) return fail(std::strerror(errno));
    const Descriptor reading(ends[0]);
    std::vector<std::string> arguments{plugin.command};
    arguments.insert(arguments.end(), plugin.args.begin(), plugin.args.end());
    std::vector<std::string> variables = environment_of(plugin, exec_info);
    pid_t child = -1;
    int failed = 0;
    {
        const Descriptor writing(ends[1]);
        posix_spawn_file_actions_t actions;
        posix_spawn_file_actions_init(&actions);
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
        posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
        // A group of its own, so that what the plugin starts ends with it; and none of the signals that we block.
        posix_spawnattr_t attributes;
        posix_spawnattr_init(&attributes);
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
        posix_spawnattr_setpgroup(&attributes, 0);
        sigset_t none;
        sigemptyset(&none);
        posix_spawnattr_setsigmask(&attributes, &none);
        failed = posix_spawnp(&child, plugin.command.c_str(), &actions, &attributes, pointers(arguments).data(),
                              pointers(variables).data());
        posix_spawnattr_destroy(&attributes);
        posix_spawn_file_actions_destroy(&actions);
    }
    if (failed != 0) return fail(std::string("cannot be started: ") + std::strerror(failed));
    std::string out;
    const bool complete = read_all(reading.fd, out, std::chrono::steady_clock::now() + timeout);
    if (!complete) kill(-child, SIGKILL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (!complete) return fail("did not end in time, or printed more than 1 MiB");
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return fail("failed; see its message on standard error");
    return out;
}

}  // namespace

std::optional<std::chrono::system_clock::time_point> parse_rfc3339(const std::string& text) {
    std::tm fields{};
    const char* rest = strptime(text.c_str(), "%Y-%m-%dT%H:%M:%S", &fields);
    if (rest == nullptr) return std::nullopt;
    if (*rest == '.') {
        do ++rest;
        while (*rest >= '0' && *rest <= '9');
    }
    std::time_t offset_s = 0;
    if (*rest == '+' || *rest == '-') {
        int hours = 0, minutes = 0;
        if (std::sscanf(rest + 1, "%2d:%2d", &hours, &minutes) != 2) return std::nullopt;
        offset_s = (std::time_t{hours} * 60 + minutes) * 60 * (*rest == '+' ? 1 : -1);
    } else if (*rest != 'Z' && *rest != 'z') {
        return std::nullopt;
    }
    return std::chrono::system_clock::from_time_t(timegm(&fields) - offset_s);
}

Result<ExecCredential> run_exec_plugin(const ExecPlugin& plugin, const Endpoint& endpoint,
                                       const std::string& server_url, Millis timeout) {
    const std::string info =
        exec_info_json(plugin.api_version, plugin.provide_cluster_info, server_url, endpoint.ca_pem);
    MUSTER_TRY(const std::string text, output_of(plugin, info, timeout));
    const std::string where = "exec plugin " + plugin.command;
    MUSTER_TRY(const Object answer, parse_json(text, where));
    const auto bad = [&](std::string what) {
        return std::unexpected(Error{ErrorCode::bad_input, where, std::move(what), ""});
    };
    if (answer["kind"].string_or("") != "ExecCredential") return bad("printed no ExecCredential");
    if (answer["apiVersion"].string_or("") != plugin.api_version)
        return bad("answered for another apiVersion than " + plugin.api_version);
    const Object& status = answer["status"];
    ExecCredential credential;
    credential.token = status["token"].string_or("");
    if (credential.token.empty()) {
        return bad(status.has("clientCertificateData") ? "gave a client certificate; only tokens are supported"
                                                       : "gave no token");
    }
    if (const auto expires = status["expirationTimestamp"].string_or(""); !expires.empty()) {
        credential.expires = parse_rfc3339(std::string(expires));
        if (!credential.expires)
            return bad("status.expirationTimestamp: \"" + std::string(expires) + "\" is no RFC 3339 time");
    }
    return credential;
}

}  // namespace muster::kube
