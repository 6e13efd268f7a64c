#include "test/extender/kube/fake_api_store.hpp"

#include <algorithm>
#include <sstream>

namespace muster::test {

namespace {

std::string key_of(const Json& object) {
    const Json& metadata = object.at("metadata");
    return metadata.value("namespace", "") + "/" + metadata.value("name", "");
}

// Lists that strategic merge joins by a key; others are replaced.
const char* merge_key(const std::string& field) {
    if (field == "schedulingGates") return "name";
    if (field == "conditions") return "type";
    return nullptr;
}

void merge_list(Json& target, const Json& patch, const char* key) {
    if (!target.is_array()) target = Json::array();
    for (const Json& item : patch) {
        const auto same =
            std::find_if(target.begin(), target.end(), [&](const Json& old) { return old[key] == item[key]; });
        const bool removed = item.value("$patch", "") == "delete";
        if (same == target.end()) {
            if (!removed) target.push_back(item);
        } else if (removed) {
            target.erase(same);
        } else {
            same->update(item);
        }
    }
}

void strategic_merge(Json& target, const Json& patch) {
    for (const auto& [field, value] : patch.items()) {
        if (value.is_null()) {
            target.erase(field);
        } else if (value.is_object()) {
            if (!target[field].is_object()) target[field] = Json::object();
            strategic_merge(target[field], value);
        } else if (const char* key = merge_key(field); key != nullptr && value.is_array()) {
            merge_list(target[field], value, key);
        } else {
            target[field] = value;
        }
    }
}

// The preconditions in a body's metadata (or in DeleteOptions). Empty: they hold.
std::string violated(const Json& object, const Json& wanted) {
    const Json& metadata = object.at("metadata");
    for (const char* field : {"resourceVersion", "uid"}) {
        if (wanted.is_object() && wanted.contains(field) && wanted[field] != metadata.value(field, "")) {
            return std::string("precondition failed: ") + field;
        }
    }
    return "";
}

}  // namespace

std::optional<ApiPath> parse_api_path(const std::string& path) {
    std::vector<std::string> parts;
    std::istringstream in(path);
    for (std::string part; std::getline(in, part, '/');) {
        if (!part.empty()) parts.push_back(part);
    }
    const std::size_t prefix = !parts.empty() && parts[0] == "api" ? 2 : 3;
    if (parts.size() <= prefix) return std::nullopt;
    ApiPath out;
    for (std::size_t i = 0; i < prefix; ++i) out.resource += "/" + parts[i];
    std::size_t at = prefix;
    if (parts[at] == "namespaces" && parts.size() > at + 2) {
        out.ns = parts[at + 1];
        at += 2;
    }
    out.resource += "/" + parts[at++];
    if (at < parts.size()) out.name = parts[at++];
    if (at < parts.size()) out.subresource = parts[at++];
    return out;
}

StoreAnswer FakeApiStore::status(int code, const std::string& reason, const std::string& message) {
    return {code,
            {{"kind", "Status"},
             {"apiVersion", "v1"},
             {"status", code < 300 ? "Success" : "Failure"},
             {"message", message},
             {"reason", reason},
             {"code", code}}};
}

void FakeApiStore::store(const std::string& resource, const std::string& key, Json object, const std::string& type) {
    object["metadata"]["resourceVersion"] = std::to_string(++version_);
    history_.push_back({version_, resource, type, object});
    if (type == "DELETED") {
        objects_[resource].erase(key);
    } else {
        objects_[resource][key] = std::move(object);
    }
    changed_.notify_all();
}

Json FakeApiStore::put(const std::string& resource, Json object) {
    const std::lock_guard lock(mutex_);
    const std::string key = key_of(object);
    const bool known = objects_[resource].contains(key);
    if (!object["metadata"].contains("uid")) object["metadata"]["uid"] = "uid-" + key + "-" + std::to_string(version_);
    store(resource, key, std::move(object), known ? "MODIFIED" : "ADDED");
    return objects_[resource][key];
}

bool FakeApiStore::erase(const std::string& resource, const std::string& key) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_[resource].find(key);
    if (found == objects_[resource].end()) return false;
    store(resource, key, found->second, "DELETED");
    return true;
}

std::optional<Json> FakeApiStore::get(const std::string& resource, const std::string& key) const {
    const std::lock_guard lock(mutex_);
    const auto objects = objects_.find(resource);
    if (objects == objects_.end() || !objects->second.contains(key)) return std::nullopt;
    return objects->second.at(key);
}

FakeApiStore::Listed FakeApiStore::list(const std::string& resource, const std::string& after,
                                        std::size_t limit) const {
    const std::lock_guard lock(mutex_);
    Listed out;
    out.version = version_;
    const auto objects = objects_.find(resource);
    if (objects == objects_.end()) return out;
    for (auto item = objects->second.upper_bound(after); item != objects->second.end(); ++item) {
        if (limit != 0 && out.items.size() == limit) {
            out.next = std::prev(item)->first;
            break;
        }
        out.items.push_back(item->second);
    }
    return out;
}

StoreAnswer FakeApiStore::create(const ApiPath& path, const Json& body) {
    const std::lock_guard lock(mutex_);
    if (path.subresource == "binding") {
        const auto pod = objects_[path.resource].find(path.key());
        if (pod == objects_[path.resource].end())
            return status(404, "NotFound", "pods \"" + path.name + "\" not found");
        return bind(pod->second, body);
    }
    Json object = body;
    object["metadata"]["namespace"] = path.ns;
    const std::string key = key_of(object);
    if (objects_[path.resource].contains(key)) return status(409, "AlreadyExists", key + " already exists");
    object["metadata"]["uid"] = "uid-" + key + "-" + std::to_string(version_);
    store(path.resource, key, std::move(object), "ADDED");
    return {201, objects_[path.resource][key]};
}

StoreAnswer FakeApiStore::bind(Json& pod, const Json& body) {
    const Json wanted = body.value("metadata", Json::object());
    if (const auto why = violated(pod, wanted); !why.empty()) return status(409, "Conflict", why);
    if (pod["metadata"].contains("deletionTimestamp")) return status(409, "Conflict", "pod is being deleted");
    if (!pod["spec"].value("nodeName", "").empty()) return status(409, "Conflict", "pod is already assigned to a node");
    if (!pod["spec"].value("schedulingGates", Json::array()).empty())
        return status(409, "Conflict", "pod has scheduling gates");
    Json bound = pod;
    bound["spec"]["nodeName"] = body["target"]["name"];
    const Json annotations = wanted.value("annotations", Json::object());
    if (!annotations.empty()) strategic_merge(bound["metadata"], {{"annotations", annotations}});
    if (bound.contains("status")) bound["status"].erase("nominatedNodeName");
    const std::string key = key_of(bound);
    store("/api/v1/pods", key, std::move(bound), "MODIFIED");
    return status(201, "", "");
}

StoreAnswer FakeApiStore::replace(const ApiPath& path, const Json& body) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_[path.resource].find(path.key());
    if (found == objects_[path.resource].end()) return status(404, "NotFound", path.name + " not found");
    if (const auto why = violated(found->second, body["metadata"]); !why.empty()) return status(409, "Conflict", why);
    store(path.resource, path.key(), body, "MODIFIED");
    return {200, objects_[path.resource][path.key()]};
}

StoreAnswer FakeApiStore::patch(const ApiPath& path, const Json& body) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_[path.resource].find(path.key());
    if (found == objects_[path.resource].end()) return status(404, "NotFound", path.name + " not found");
    const Json wanted = body.value("metadata", Json::object());
    if (const auto why = violated(found->second, wanted); why.ends_with("resourceVersion"))
        return status(409, "Conflict", why);
    if (wanted.contains("uid") && wanted["uid"] != found->second["metadata"]["uid"]) {
        // As the real one: the patch would change an immutable field.
        StoreAnswer refused = status(422, "Invalid", "metadata.uid: field is immutable");
        refused.body["details"]["causes"] = Json::array({{{"reason", "FieldValueInvalid"}, {"field", "metadata.uid"}}});
        return refused;
    }
    Json changes = body;
    // A subresource changes its own part alone, the main one everything else.
    if (path.subresource == "status")
        changes = {{"status", body.value("status", Json::object())}};
    else
        changes.erase("status");
    Json patched = found->second;
    strategic_merge(patched, changes);
    const auto gates = [](const Json& pod) {
        return pod.value("/spec/schedulingGates"_json_pointer, Json::array()).size();
    };
    if (gates(patched) > gates(found->second))
        return status(422, "Invalid", "only deletion is allowed of scheduling gates");
    if (patched != found->second) store(path.resource, path.key(), std::move(patched), "MODIFIED");
    return {200, objects_[path.resource][path.key()]};
}

StoreAnswer FakeApiStore::remove(const ApiPath& path, const Json& options) {
    const std::lock_guard lock(mutex_);
    const auto found = objects_[path.resource].find(path.key());
    if (found == objects_[path.resource].end()) return status(404, "NotFound", path.name + " not found");
    const Json wanted = options.is_object() ? options.value("preconditions", Json::object()) : Json::object();
    if (const auto why = violated(found->second, wanted); !why.empty()) return status(409, "Conflict", why);
    const Json object = found->second;
    store(path.resource, path.key(), object, "DELETED");
    return {200, object};
}

std::optional<std::vector<FakeApiStore::Change>> FakeApiStore::changes(const std::string& resource,
                                                                       std::uint64_t version,
                                                                       std::chrono::milliseconds patience) const {
    std::unique_lock lock(mutex_);
    if (version < forgotten_) return std::nullopt;
    if (version_ <= version) changed_.wait_for(lock, patience);
    std::vector<Change> out;
    for (const Change& change : history_) {
        if (change.version > version && change.resource == resource) out.push_back(change);
    }
    return out;
}

std::uint64_t FakeApiStore::version() const {
    const std::lock_guard lock(mutex_);
    return version_;
}

void FakeApiStore::forget_history() {
    const std::lock_guard lock(mutex_);
    // Whoever has the present version may go on from it only after something else has happened.
    forgotten_ = ++version_;
    history_.clear();
}

void FakeApiStore::wake() {
    changed_.notify_all();
}

}  // namespace muster::test
