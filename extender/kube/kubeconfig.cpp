#include "extender/kube/kubeconfig.hpp"

#include "dialects/object.hpp"

#include <charconv>
#include <cstdlib>
#include <fstream>

namespace muster::kube {

namespace {

Error bad(std::string where, std::string what, std::string remedy = "") {
    return {ErrorCode::bad_input, std::move(where), std::move(what), std::move(remedy)};
}

// The entry called `name` in one of the lists clusters, users, contexts.
Result<const Object*> named_entry(const Object& config, std::string_view list, std::string_view kind,
                                  std::string_view name, const std::string& source) {
    for (const Object& entry : config[list].items()) {
        if (entry["name"].string_or("") == name) return &entry[kind];
    }
    return std::unexpected(bad(source + ": " + std::string(list), "has no entry named \"" + std::string(name) + "\""));
}

// FIELD-data (base64) or the file named by FIELD; empty when neither is there.
Result<std::string> pem_of(const Object& owner, const std::string& field, const std::string& where,
                           const std::filesystem::path& folder) {
    const std::string data_field = field + "-data";
    if (const auto data = owner[data_field].string_or(""); !data.empty()) {
        auto text = decode_base64(data);
        if (!text) return std::unexpected(bad(where + "." + data_field, "is not base64"));
        return std::move(*text);
    }
    const auto file = owner[field].string_or("");
    if (file.empty()) return std::string();
    auto text = read_small_file(folder / file);
    if (!text) return std::unexpected(bad(where + "." + field, to_string(text.error())));
    return text;
}

Result<void> read_cluster(const Object& cluster, const std::string& where, const std::filesystem::path& folder,
                          ApiAccess& access) {
    Endpoint& endpoint = access.endpoint;
    if (cluster.has("proxy-url")) {
        return std::unexpected(
            bad(where + ".proxy-url", "proxies are not supported", "give a server that is reached directly"));
    }
    access.server_url = cluster["server"].string_or("");
    if (auto done = read_server_url(access.server_url, where + ".server", endpoint); !done) return done;
    endpoint.server_name = cluster["tls-server-name"].string_or("");
    endpoint.insecure_skip_verify = cluster["insecure-skip-tls-verify"].bool_or(false);
    MUSTER_TRY(endpoint.ca_pem, pem_of(cluster, "certificate-authority", where, folder));
    if (endpoint.insecure_skip_verify && !endpoint.ca_pem.empty()) {
        return std::unexpected(
            bad(where + ".insecure-skip-tls-verify", "contradicts certificate-authority", "remove one of them"));
    }
    return {};
}

Result<ExecPlugin> read_exec(const Object& exec, const std::string& where, const std::filesystem::path& folder) {
    ExecPlugin plugin;
    plugin.api_version = exec["apiVersion"].string_or("");
    if (plugin.api_version != "client.authentication.k8s.io/v1" &&
        plugin.api_version != "client.authentication.k8s.io/v1beta1") {
        return std::unexpected(bad(where + ".apiVersion", "\"" + plugin.api_version + "\" is not supported",
                                   "use client.authentication.k8s.io/v1"));
    }
    plugin.command = exec["command"].string_or("");
    if (plugin.command.empty()) return std::unexpected(bad(where + ".command", "is missing"));
    if (plugin.command.find('/') != std::string::npos) plugin.command = folder / plugin.command;
    for (const Object& arg : exec["args"].items()) plugin.args.emplace_back(arg.text());
    for (const Object& variable : exec["env"].items()) {
        plugin.env.emplace_back(variable["name"].string_or(""), variable["value"].string_or(""));
    }
    plugin.provide_cluster_info = exec["provideClusterInfo"].bool_or(false);
    plugin.install_hint = exec["installHint"].string_or("");
    if (exec["interactiveMode"].string_or("") == "Always") {
        return std::unexpected(bad(where + ".interactiveMode", "Always: nobody is there to answer",
                                   "use a plugin that needs no terminal"));
    }
    return plugin;
}

Result<void> read_user(const Object& user, const std::string& where, const std::filesystem::path& folder,
                       ApiAccess& access) {
    for (const std::string_view field :
         {"username", "password", "auth-provider", "as", "as-groups", "as-user-extra", "as-uid"}) {
        if (user.has(field)) {
            return std::unexpected(bad(where + "." + std::string(field), "is not supported",
                                       "use a token, tokenFile, client certificate or exec plugin"));
        }
    }
    MUSTER_TRY(access.endpoint.client_cert_pem, pem_of(user, "client-certificate", where, folder));
    MUSTER_TRY(access.endpoint.client_key_pem, pem_of(user, "client-key", where, folder));
    if (access.endpoint.client_cert_pem.empty() != access.endpoint.client_key_pem.empty()) {
        return std::unexpected(bad(where, "client-certificate and client-key belong together", "give both or none"));
    }
    access.token = user["token"].string_or("");
    if (const auto file = user["tokenFile"].string_or(""); !file.empty()) access.token_file = folder / file;
    if (user.has("exec")) {
        MUSTER_TRY(access.exec, read_exec(user["exec"], where + ".exec", folder));
    }
    return {};
}

}  // namespace

std::optional<std::string> decode_base64(std::string_view text) {
    std::string out;
    std::uint32_t bits = 0;
    int count = 0, padding = 0;
    for (const char c : text) {
        std::uint32_t value = 0;
        if (c >= 'A' && c <= 'Z')
            value = static_cast<std::uint32_t>(c - 'A');
        else if (c >= 'a' && c <= 'z')
            value = static_cast<std::uint32_t>(c - 'a' + 26);
        else if (c >= '0' && c <= '9')
            value = static_cast<std::uint32_t>(c - '0' + 52);
        else if (c == '+')
            value = 62;
        else if (c == '/')
            value = 63;
        else if (c == '=') {
            ++padding;
            continue;
        } else if (c == ' ' || c == '\n' || c == '\r' || c == '\t')
            continue;
        else
            return std::nullopt;
        if (padding > 0) return std::nullopt;
        bits = bits << 6 | value;
        if (++count % 4 != 1) out.push_back(static_cast<char>(bits >> (6 - 2 * ((count - 1) % 4)) & 0xFF));
    }
    const int rest = count % 4;
    if (rest == 1 || padding > 2 || (padding > 0 && rest + padding != 4)) return std::nullopt;
    return out;
}

Result<std::string> read_small_file(const std::filesystem::path& file) {
    constexpr std::size_t kLimit = 1UL << 20;
    std::ifstream in(file, std::ios::binary);
    if (!in) return std::unexpected(Error{ErrorCode::not_found, file.string(), "cannot be opened", ""});
    std::string text(kLimit + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (in.bad()) return std::unexpected(Error{ErrorCode::dependency, file.string(), "cannot be read", ""});
    if (text.size() > kLimit)
        return std::unexpected(Error{ErrorCode::limit, file.string(), "is larger than 1 MiB", ""});
    return text;
}

Result<void> read_server_url(const std::string& url, const std::string& where, Endpoint& endpoint) {
    const std::string remedy = "write it as https://HOST:PORT";
    std::string_view rest = url;
    if (rest.starts_with("https://")) {
        endpoint.tls = true;
    } else if (rest.starts_with("http://")) {
        endpoint.tls = false;
    } else {
        return std::unexpected(bad(where, url.empty() ? "is missing" : "\"" + url + "\" is no http(s) URL", remedy));
    }
    rest.remove_prefix(endpoint.tls ? 8 : 7);
    const auto slash = rest.find('/');
    endpoint.path_prefix = slash == std::string_view::npos ? "" : std::string(rest.substr(slash));
    while (endpoint.path_prefix.ends_with('/')) endpoint.path_prefix.pop_back();
    std::string_view authority = rest.substr(0, slash);
    endpoint.port = endpoint.tls ? 443 : 80;
    const auto bracket = authority.find(']');
    const auto colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
    if (colon != std::string_view::npos) {
        const std::string_view digits = authority.substr(colon + 1);
        const auto [end, code] = std::from_chars(digits.data(), digits.data() + digits.size(), endpoint.port);
        if (code != std::errc() || end != digits.data() + digits.size() || endpoint.port == 0) {
            return std::unexpected(bad(where, "\"" + url + "\" has no valid port", remedy));
        }
        authority = authority.substr(0, colon);
    }
    if (authority.starts_with('[') && authority.ends_with(']')) authority = authority.substr(1, authority.size() - 2);
    if (authority.empty() || authority.find('@') != std::string_view::npos) {
        return std::unexpected(bad(where, "\"" + url + "\" has no plain host", remedy));
    }
    endpoint.host = authority;
    return {};
}

Result<ApiAccess> parse_kubeconfig(std::string_view text, const std::string& source,
                                   const std::filesystem::path& folder, const std::string& context) {
    MUSTER_TRY(const std::vector<Object> documents, parse_any(text, source));
    if (documents.size() != 1)
        return std::unexpected(bad(source, "holds " + std::to_string(documents.size()) + " documents", "give one"));
    const Object& config = documents.front();
    const std::string wanted = context.empty() ? std::string(config["current-context"].string_or("")) : context;
    if (wanted.empty())
        return std::unexpected(bad(source + ": current-context", "is missing", "set it, or name a context"));
    MUSTER_TRY(const Object* chosen, named_entry(config, "contexts", "context", wanted, source));
    const auto cluster_name = (*chosen)["cluster"].string_or(""), user_name = (*chosen)["user"].string_or("");
    MUSTER_TRY(const Object* cluster, named_entry(config, "clusters", "cluster", cluster_name, source));
    ApiAccess access;
    const std::string cluster_where = source + ": clusters[" + std::string(cluster_name) + "].cluster";
    if (auto done = read_cluster(*cluster, cluster_where, folder, access); !done) return std::unexpected(done.error());
    if (user_name.empty()) return access;
    MUSTER_TRY(const Object* user, named_entry(config, "users", "user", user_name, source));
    const std::string user_where = source + ": users[" + std::string(user_name) + "].user";
    if (auto done = read_user(*user, user_where, folder, access); !done) return std::unexpected(done.error());
    return access;
}

Result<ApiAccess> load_kubeconfig(const std::filesystem::path& file, const std::string& context) {
    MUSTER_TRY(const std::string text, read_small_file(file));
    return parse_kubeconfig(text, file.string(), std::filesystem::absolute(file).parent_path(), context);
}

Result<ApiAccess> in_cluster_access(const std::filesystem::path& account) {
    const char* host = std::getenv("KUBERNETES_SERVICE_HOST");
    const char* port = std::getenv("KUBERNETES_SERVICE_PORT");
    if (host == nullptr || port == nullptr || *host == '\0' || *port == '\0') {
        return std::unexpected(
            bad("environment", "KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set",
                "outside a pod give --kubeconfig FILE, or --cluster FILE to run without an API server"));
    }
    ApiAccess access;
    const std::string name = host;
    access.server_url = "https://" + (name.find(':') == std::string::npos ? name : "[" + name + "]") + ":" + port;
    if (auto done = read_server_url(access.server_url, "environment", access.endpoint); !done)
        return std::unexpected(done.error());
    MUSTER_TRY(access.endpoint.ca_pem, read_small_file(account / "ca.crt"));
    access.token_file = account / "token";
    if (const auto token = read_small_file(access.token_file); !token) return std::unexpected(token.error());
    return access;
}

}  // namespace muster::kube
