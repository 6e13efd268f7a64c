#include "extender/memory/memory_cluster.hpp"

#include "config/settings.hpp"
#include "extender/obs/log.hpp"

#include <fstream>
#include <optional>
#include <set>
#include <sstream>
#include <utility>

namespace muster {

namespace {

class JobSizes final : public OwnerDefaults {
  public:
    explicit JobSizes(const std::map<std::string, std::int32_t, std::less<>>& sizes) : sizes_(sizes) {}
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view controller_uid) const override {
        const auto size = sizes_.find(controller_uid);
        return size == sizes_.end() ? std::nullopt : std::optional(size->second);
    }

  private:
    const std::map<std::string, std::int32_t, std::less<>>& sizes_;
};

std::string text_of(const PodKey& pod) {
    return "pod " + pod.ns + "/" + pod.name;
}

WriteOutcome refuse(WriteStatus status, std::string message) {
    return {.status = status, .resource_version = {}, .node = {}, .message = std::move(message)};
}

}  // namespace

// What one create() would add.
struct MemoryCluster::Additions {
    std::vector<NodeFacts> nodes;
    std::vector<Object> pods, jobs;
};

MemoryCluster::MemoryCluster(std::vector<std::string> scheduler_names, const MachineSource& machines)
    : scheduler_names_(std::move(scheduler_names)), machines_(machines) {}

MemoryCluster::~MemoryCluster() {
    stop();
}

Result<void> MemoryCluster::load(const std::filesystem::path& file) {
    std::ifstream in(file, std::ios::binary);
    if (!in)
        return std::unexpected(
            Error{ErrorCode::bad_input, file.string(), "cannot be opened", "give a file of Kubernetes objects"});
    std::stringstream text;
    text << in.rdbuf();
    MUSTER_TRY(const std::vector<Object> objects, parse_any(text.view(), file.string()));
    return create(objects);
}

Result<void> MemoryCluster::create(const std::vector<Object>& objects) {
    Additions additions;
    for (const Object& object : objects) {
        if (auto read = read_objects(object, additions); !read) return read;
    }
    return add(std::move(additions));
}

Result<void> MemoryCluster::read_objects(const Object& object, Additions& into) const {
    const std::string_view kind = object["kind"].string_or("");
    if (kind.empty())
        return std::unexpected(Error{ErrorCode::bad_input, "object", "has no kind", "give whole Kubernetes objects"});
    if (kind.ends_with("List")) {
        for (const Object& item : object["items"].items()) {
            if (auto read = read_objects(item, into); !read) return read;
        }
    } else if (kind == "Node") {
        MUSTER_TRY(NodeFacts node, read_node(object, machines_));
        into.nodes.push_back(std::move(node));
    } else if (kind == "Pod") {
        into.pods.push_back(object);
    } else if (kind == "Job") {
        into.jobs.push_back(object);
    }
    return {};
}

Result<void> MemoryCluster::add(Additions additions) {
    const std::lock_guard lock(mutex_);
    auto jobs = jobs_;
    std::set<std::string, std::less<>> with_pods;
    for (const Object& pod : additions.pods) {
        for (const Object& owner : pod["metadata"]["ownerReferences"].items())
            with_pods.emplace(owner["uid"].string_or(""));
    }
    for (const Object& object : additions.jobs) {
        MUSTER_TRY(const JobFacts job, read_job(object));
        jobs[job.uid] = job.parallelism;
        if (with_pods.contains(job.uid)) continue;
        MUSTER_TRY(std::vector<Object> made, expand_job(object));
        for (Object& pod : made) additions.pods.push_back(std::move(pod));
    }
    const JobSizes sizes(jobs);
    std::vector<PodFacts> pods;
    std::set<PodKey> keys;
    for (const Object& object : additions.pods) {
        MUSTER_TRY(PodFacts pod, read_pod(object, scheduler_names_, sizes));
        if (pods_.contains(pod.key) || !keys.insert(pod.key).second) {
            return std::unexpected(
                Error{ErrorCode::conflict, text_of(pod.key), "is there already", "give each pod a name of its own"});
        }
        if (pod.uid.empty()) pod.uid = PodUid("pod." + pod.key.ns + "." + pod.key.name);
        pods.push_back(std::move(pod));
    }
    for (const NodeFacts& node : additions.nodes) {
        if (nodes_.contains(node.name)) {
            return std::unexpected(Error{ErrorCode::conflict, "node " + node.name.str(), "is there already",
                                         "give each node a name of its own"});
        }
    }
    jobs_ = std::move(jobs);
    for (NodeFacts& node : additions.nodes) {
        deliver([node](SchedulerService& service) { service.node_seen(node); });
        nodes_.emplace(node.name, std::move(node));
    }
    for (PodFacts& pod : pods) accept(pods_[pod.key] = std::move(pod));
    return {};
}

bool MemoryCluster::delete_pod(const PodKey& pod) {
    const std::lock_guard lock(mutex_);
    const auto found = pods_.find(pod);
    if (found == pods_.end()) return false;
    deliver([uid = found->second.uid](SchedulerService& service) { service.pod_gone(uid); });
    pods_.erase(found);
    return true;
}

bool MemoryCluster::edit_pod(const PodKey& pod, const std::function<void(PodFacts&)>& edit) {
    const std::lock_guard lock(mutex_);
    const auto found = pods_.find(pod);
    if (found == pods_.end()) return false;
    edit(found->second);
    return accept(found->second).status == WriteStatus::ok;
}

bool MemoryCluster::delete_node(const NodeName& node) {
    const std::lock_guard lock(mutex_);
    if (nodes_.erase(node) == 0) return false;
    deliver([node](SchedulerService& service) { service.node_gone(node); });
    return true;
}

PodFacts* MemoryCluster::find(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                              WriteOutcome& refusal) {
    const auto found = pods_.find(pod);
    if (found == pods_.end()) {
        refusal = refuse(WriteStatus::gone, text_of(pod) + " not found");
    } else if (found->second.uid != uid) {
        refusal = refuse(WriteStatus::conflict, text_of(pod) + " has another UID");
    } else if (!resource_version.empty() && resource_version != found->second.resource_version) {
        refusal = refuse(WriteStatus::conflict, text_of(pod) + " has been modified");
    } else if (deliveries_.size() >= limits::kWriteQueue) {
        refusal = refuse(WriteStatus::unavailable, "too many changes are not delivered yet");
    } else {
        return &found->second;
    }
    return nullptr;
}

// The pod has changed: it gets a new version, and the service will see it.
WriteOutcome MemoryCluster::accept(PodFacts& pod) {
    pod.resource_version = std::to_string(++version_);
    deliver([facts = pod](SchedulerService& service) { service.pod_seen(facts); });
    return {.status = WriteStatus::ok, .resource_version = pod.resource_version, .node = pod.node, .message = {}};
}

WriteOutcome MemoryCluster::admit(const Admit& write) {
    const std::lock_guard lock(mutex_);
    WriteOutcome outcome;
    PodFacts* pod = find(write.pod, write.uid, write.resource_version, outcome);
    if (pod == nullptr) return outcome;
    // Two writes, as over the API: others may see the pod nominated and still gated.
    if (write.nominate && pod->nominated_node != write.plan.node) {
        pod->nominated_node = write.plan.node;
        accept(*pod);
    }
    pod->plan = write.plan;
    if (write.ungate) pod->own_gate = false;
    return accept(*pod);
}

WriteOutcome MemoryCluster::fence(const Fence& write) {
    const std::lock_guard lock(mutex_);
    WriteOutcome outcome;
    PodFacts* pod = find(write.pod, write.uid, write.resource_version, outcome);
    if (pod == nullptr) return outcome;
    if (write.clear_nomination) pod->nominated_node = NodeName();
    pod->plan = write.plan;
    return accept(*pod);
}

WriteOutcome MemoryCluster::bind(const WriteBinding& write) {
    // What a node that obeys the plan would report; of others nothing is told.
    Placement placed;
    placed.gpus = write.gpus;
    placed.gpu_source = write.gpu_source;
    return bind_to(write.pod, write.uid, write.resource_version, write.node, write.rank, planned_devices(placed));
}

WriteOutcome MemoryCluster::bind_plain(const PlainBinding& write) {
    return bind_to(write.pod, write.uid, write.resource_version, write.node, -1, {});
}

WriteOutcome MemoryCluster::bind_to(const PodKey& key, const PodUid& uid, const std::string& resource_version,
                                    const NodeName& node, std::int32_t rank, std::vector<std::string> devices) {
    const std::lock_guard lock(mutex_);
    WriteOutcome outcome;
    PodFacts* pod = find(key, uid, resource_version, outcome);
    if (pod == nullptr) return outcome;
    if (pod->terminating) return refuse(WriteStatus::conflict, text_of(key) + " is being deleted");
    if (pod->bound())
        return refuse(WriteStatus::conflict, text_of(key) + " is already assigned to node " + pod->node.str());
    if (pod->own_gate || pod->foreign_gates)
        return refuse(WriteStatus::conflict, text_of(key) + " has scheduling gates");
    pod->node = node;
    pod->nominated_node = NodeName();
    pod->devices = std::move(devices);
    if (rank >= 0 && pod->gang) pod->gang->rank = rank;
    outcome = accept(*pod);
    outcome.resource_version.clear();  // the answer to a Binding carries none
    return outcome;
}

WriteOutcome MemoryCluster::remove(const DeleteMember& write) {
    const std::lock_guard lock(mutex_);
    WriteOutcome outcome;
    if (find(write.pod, write.uid, write.resource_version, outcome) == nullptr) return outcome;
    deliver([uid = write.uid](SchedulerService& service) { service.pod_gone(uid); });
    pods_.erase(write.pod);
    return {};
}

WriteOutcome MemoryCluster::touch(const PodKey& pod, const PodUid& uid, const std::string& resource_version,
                                  const std::string&) {
    const std::lock_guard lock(mutex_);
    WriteOutcome outcome;
    PodFacts* found = find(pod, uid, resource_version, outcome);
    return found == nullptr ? outcome : accept(*found);
}

Result<std::optional<PodFacts>> MemoryCluster::read(const PodKey& pod) {
    const std::lock_guard lock(mutex_);
    const auto found = pods_.find(pod);
    return found == pods_.end() ? std::nullopt : std::optional(found->second);
}

void MemoryCluster::note(EventNote note) {
    log::info("event", {{"kind", note.kind},
                        {"namespace", note.pod.ns},
                        {"name", note.pod.name},
                        {"reason", note.reason},
                        {"note", note.note}});
    const std::lock_guard lock(mutex_);
    if (notes_.size() >= limits::kEventQueue) notes_.pop_front();
    notes_.push_back(std::move(note));
}

std::vector<EventNote> MemoryCluster::notes() const {
    const std::lock_guard lock(mutex_);
    return {notes_.begin(), notes_.end()};
}

std::vector<PodFacts> MemoryCluster::pods() const {
    const std::lock_guard lock(mutex_);
    std::vector<PodFacts> out;
    for (const auto& [key, pod] : pods_) out.push_back(pod);
    return out;
}

std::size_t MemoryCluster::nodes() const {
    const std::lock_guard lock(mutex_);
    return nodes_.size();
}

void MemoryCluster::start(SchedulerService& service) {
    {
        const std::lock_guard lock(mutex_);
        if (running_) return;
        running_ = true;
        for (const auto& [name, node] : nodes_) deliver([node](SchedulerService& to) { to.node_seen(node); });
        for (const auto& [key, pod] : pods_) deliver([pod](SchedulerService& to) { to.pod_seen(pod); });
        deliver([](SchedulerService& to) {
            to.synced();
            to.lead_until(TimePoint::max());
        });
    }
    thread_ = std::thread([this, &service] { run(service); });
}

void MemoryCluster::stop() {
    {
        const std::lock_guard lock(mutex_);
        running_ = false;
        deliveries_.clear();
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
}

// Called under the lock. Before start nobody listens; start delivers what is there then.
void MemoryCluster::deliver(Delivery delivery) {
    if (!running_) return;
    deliveries_.push_back(std::move(delivery));
    changed_.notify_all();
}

void MemoryCluster::run(SchedulerService& service) {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return !running_ || !deliveries_.empty(); });
        if (!running_) return;
        const Delivery delivery = std::move(deliveries_.front());
        deliveries_.pop_front();
        lock.unlock();
        delivery(service);
        lock.lock();
    }
}

}  // namespace muster
