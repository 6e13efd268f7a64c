// What the fake API server stores, and the rules by which it changes: versions, preconditions, bindings, strategic
// merge as far as Muster uses it. Knows nothing of HTTP but the status codes. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace muster::test {

using Json = nlohmann::json;

// /api/v1/namespaces/NS/pods/NAME/SUB or /api/v1/nodes/NAME, taken apart.
struct ApiPath {
    std::string resource;  // "/api/v1/pods": what a list over all namespaces asks for
    std::string ns, name, subresource;
    [[nodiscard]] std::string key() const { return ns + "/" + name; }
};
[[nodiscard]] std::optional<ApiPath> parse_api_path(const std::string& path);

struct StoreAnswer {
    int status = 200;
    Json body;
};

class FakeApiStore {
  public:
    struct Change {
        std::uint64_t version = 0;
        std::string resource;
        std::string type;  // ADDED, MODIFIED, DELETED
        Json object;
    };

    // Adds or replaces; UID and resourceVersion are given where the object has none.
    Json put(const std::string& resource, Json object);
    bool erase(const std::string& resource, const std::string& key);
    [[nodiscard]] std::optional<Json> get(const std::string& resource, const std::string& key) const;

    // Objects with keys after `after`, at most `limit` (0: all); the version; the key to go on from, empty at the end.
    struct Listed {
        std::vector<Json> items;
        std::uint64_t version = 0;
        std::string next;
    };
    [[nodiscard]] Listed list(const std::string& resource, const std::string& after, std::size_t limit) const;

    [[nodiscard]] StoreAnswer create(const ApiPath& path, const Json& body);
    [[nodiscard]] StoreAnswer replace(const ApiPath& path, const Json& body);
    [[nodiscard]] StoreAnswer patch(const ApiPath& path, const Json& body);
    [[nodiscard]] StoreAnswer remove(const ApiPath& path, const Json& options);

    // Changes after `version`, waiting up to `patience` for the first. nullopt: they are forgotten.
    [[nodiscard]] std::optional<std::vector<Change>> changes(const std::string& resource, std::uint64_t version,
                                                             std::chrono::milliseconds patience) const;
    [[nodiscard]] std::uint64_t version() const;
    void forget_history();  // versions up to now are too old for a watch
    void wake();            // whoever waits for changes looks again

    [[nodiscard]] static StoreAnswer status(int code, const std::string& reason, const std::string& message);

  private:
    StoreAnswer bind(Json& pod, const Json& body);
    void store(const std::string& resource, const std::string& key, Json object, const std::string& type);

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    std::uint64_t version_ = 100;
    std::uint64_t forgotten_ = 0;
    std::map<std::string, std::map<std::string, Json>> objects_;
    std::vector<Change> history_;
};

}  // namespace muster::test
