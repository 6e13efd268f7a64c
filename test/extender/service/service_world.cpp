#include "test/extender/service/service_world.hpp"

#include "policies/registry.hpp"

#include <algorithm>
#include <chrono>
#include <thread>

namespace muster::test {
namespace {

constexpr std::chrono::seconds kPatience{20};

Object text(std::string value) {
    return Object::string(std::move(value));
}

Object map(std::vector<Object::Field> fields) {
    return Object::map(std::move(fields));
}

}  // namespace

Object pod_object(const PodSpec& spec) {
    std::vector<Object::Field> labels;
    std::vector<Object::Field> annotations;
    if (!spec.gang.empty()) labels.emplace_back("muster.scheduler/gang", text(spec.gang));
    if (spec.members > 0) annotations.emplace_back("muster.scheduler/members", text(std::to_string(spec.members)));
    if (!spec.topology.empty()) annotations.emplace_back("muster.scheduler/topology", text(spec.topology));
    std::vector<Object> gates;
    if (!spec.gang.empty() && spec.gated) gates.push_back(map({{"name", text("muster.scheduler/gang")}}));
    if (spec.foreign_gate) gates.push_back(map({{"name", text("kueue.x-k8s.io/admission")}}));
    const Object requests = map({{"cpu", text("4")}, {"nvidia.com/gpu", text(std::to_string(spec.gpus))}});
    const Object container =
        map({{"name", text("main")}, {"resources", map({{"requests", requests}, {"limits", requests}})}});
    return map({{"apiVersion", text("v1")},
                {"kind", text("Pod")},
                {"metadata", map({{"namespace", text("ml")},
                                  {"name", text(spec.name)},
                                  {"labels", map(std::move(labels))},
                                  {"annotations", map(std::move(annotations))}})},
                {"spec", map({{"schedulerName", text("muster")},
                              {"schedulingGates", Object::list(std::move(gates))},
                              {"containers", Object::list({container})}})}});
}

Object node_object(const std::string& name, const std::string& block, const std::string& rack, int gpus,
                   const std::string& machine) {
    std::vector<Object::Field> annotations;
    if (!machine.empty()) annotations.emplace_back("muster.scheduler/machine", text(machine));
    return map({{"apiVersion", text("v1")},
                {"kind", text("Node")},
                {"metadata", map({{"name", text(name)},
                                  {"annotations", map(std::move(annotations))},
                                  {"labels", map({{"kubernetes.io/hostname", text(name)},
                                                  {"network.topology.nvidia.com/block", text(block)},
                                                  {"network.topology.nvidia.com/rack", text(rack)}})}})},
                {"status", map({{"allocatable", map({{"cpu", text("128")},
                                                     {"memory", text("1Ti")},
                                                     {"pods", text("110")},
                                                     {"nvidia.com/gpu", text(std::to_string(gpus))}})}})}});
}

ServiceWorld::ServiceWorld(Settings settings) : settings_(std::move(settings)), cluster_(settings_.scheduler_names) {
    if (!settings_.levels) {
        settings_.levels = std::vector<LevelSpec>{{"block", "network.topology.nvidia.com/block"},
                                                  {"rack", "network.topology.nvidia.com/rack"}};
    }
}

ServiceWorld::~ServiceWorld() {
    bindings_.let_go();
    if (service_) service_->drain(clock_.now() + Millis(5'000));
    cluster_.stop();
}

void ServiceWorld::add_nodes(int blocks, int racks, int hosts, int gpus, const std::string& machine) {
    std::vector<Object> objects;
    for (int b = 0; b < blocks; ++b) {
        for (int r = 0; r < racks; ++r) {
            for (int h = 0; h < hosts; ++h) {
                nodes_.push_back("n" + std::to_string(b) + "-" + std::to_string(r) + "-" + std::to_string(h));
                objects.push_back(
                    node_object(nodes_.back(), "b" + std::to_string(b), "r" + std::to_string(r), gpus, machine));
            }
        }
    }
    const auto added = cluster_.create(objects);
    ASSERT_TRUE(added) << to_string(added.error());
}

void ServiceWorld::add_node(const Object& node) {
    nodes_.emplace_back(node["metadata"]["name"].text());
    const auto added = cluster_.create({node});
    ASSERT_TRUE(added) << to_string(added.error());
}

void ServiceWorld::add(const std::vector<PodSpec>& pods) {
    std::vector<Object> objects;
    std::ranges::transform(pods, std::back_inserter(objects), pod_object);
    const auto added = cluster_.create(objects);
    ASSERT_TRUE(added) << to_string(added.error());
}

void ServiceWorld::add_gang(const std::string& name, int members, int gpus, const std::string& topology, bool gated) {
    std::vector<PodSpec> pods;
    for (int i = 0; i < members; ++i)
        pods.push_back({name + "-" + std::to_string(i), name, members, gpus, topology, gated, false});
    add(pods);
}

void ServiceWorld::start() {
    service_ = SchedulerService::create(settings_, default_policies(), bindings_, clock_);
    cluster_.start(*service_);
}

wire::FilterResult ServiceWorld::filter(const PodFacts& pod, std::vector<std::string>& names) {
    wire::ExtenderArgs args;
    args.uid = pod.uid;
    args.pod = pod.key;
    args.node_names = names;
    args.has_nodes = true;
    wire::FilterResult result = service_->filter(args, std::nullopt);
    std::vector<std::string> left(result.node_names.begin(), result.node_names.end());
    names = std::move(left);
    result.node_names.clear();  // pointed into args
    if (!result.unresolvable.empty()) result.unresolvable.front().first = {};
    return result;
}

void ServiceWorld::call_bind(const PodFacts& pod, const std::string& node) {
    const std::string name = pod.key.name;
    {
        const std::scoped_lock lock(mutex_);
        open_[name] = {pod.uid, CallId(), NodeName(node)};
    }
    const CallId call = service_->bind({pod.uid, pod.key, NodeName(node)}, [this, name](std::string_view error) {
        const std::scoped_lock lock(mutex_);
        open_.erase(name);
        if (!error.empty()) errors_.emplace_back(error);
    });
    const std::scoped_lock lock(mutex_);
    const auto at = open_.find(name);
    if (at != open_.end()) at->second.call = call;
}

void ServiceWorld::play_round(const std::function<bool(const PodFacts&)>& skip) {
    std::vector<PodFacts> pods = cluster_.pods();
    std::map<std::string, std::int64_t> free;  // as the scheduler's cache has it: bound and assumed pods
    for (const std::string& node : nodes_) free[node] = 8;
    for (const PodFacts& pod : pods) {
        if (pod.bound()) free[pod.node.str()] -= pod.shape.requests.get("nvidia.com/gpu");
    }
    for (const PodFacts& pod : pods) {
        std::string assumed;
        {
            const std::scoped_lock lock(mutex_);
            const auto at = open_.find(pod.key.name);
            if (at != open_.end() && !pod.bound()) assumed = at->second.node.str();
        }
        if (!assumed.empty()) free[assumed] -= pod.shape.requests.get("nvidia.com/gpu");
    }
    for (const PodFacts& pod : pods) {
        if (pod.bound() || pod.terminating || pod.own_gate || pod.foreign_gates || (skip && skip(pod))) continue;
        {
            const std::scoped_lock lock(mutex_);
            if (open_.contains(pod.key.name)) continue;
        }
        const std::int64_t need = pod.shape.requests.get("nvidia.com/gpu");
        std::vector<std::string> names;
        for (const std::string& node : nodes_) {
            if (free[node] >= need) names.push_back(node);
        }
        if (names.empty()) continue;
        static_cast<void>(filter(pod, names));
        if (names.empty()) continue;
        free[names.front()] -= need;
        call_bind(pod, names.front());
    }
}

void ServiceWorld::play_until(const std::string& what, const std::function<bool()>& done,
                              const std::function<bool(const PodFacts&)>& skip) {
    const auto deadline = std::chrono::steady_clock::now() + kPatience;
    while (!done()) {
        if (std::chrono::steady_clock::now() > deadline) {
            std::string states;
            for (const GangView& gang : service_->gangs()) {
                states += " " + gang.key.name + "=" + gang.state + " served " + std::to_string(gang.served) + "/" +
                          std::to_string(gang.needed) + " parked " + std::to_string(gang.parked) + " " + gang.reason +
                          ";";
            }
            FAIL() << "never came true: " << what << ";" << states;
        }
        play_round(skip);
        std::this_thread::sleep_for(Millis(5));
    }
}

void ServiceWorld::play_for(Millis span, const std::function<bool(const PodFacts&)>& skip) {
    const auto deadline = std::chrono::steady_clock::now() + span;
    while (std::chrono::steady_clock::now() < deadline) {
        play_round(skip);
        std::this_thread::sleep_for(Millis(5));
    }
}

std::optional<PodFacts> ServiceWorld::pod(const std::string& name) const {
    for (PodFacts& pod : cluster_.pods()) {
        if (pod.key.name == name) return std::move(pod);
    }
    return std::nullopt;
}

std::vector<PodFacts> ServiceWorld::bound_of(const std::string& gang) const {
    std::vector<PodFacts> bound;
    for (PodFacts& pod : cluster_.pods()) {
        if (pod.bound() && pod.gang && pod.gang->key.name == gang) bound.push_back(std::move(pod));
    }
    return bound;
}

std::size_t ServiceWorld::open_calls() const {
    const std::scoped_lock lock(mutex_);
    return open_.size();
}

std::string ServiceWorld::state_of(const std::string& gang) const {
    for (const GangView& view : service_->gangs()) {
        if (view.key.name == gang) return view.state;
    }
    return "";
}

std::vector<std::string> ServiceWorld::errors() const {
    const std::scoped_lock lock(mutex_);
    return errors_;
}

void ServiceWorld::vanish(const std::string& pod) {
    Open open;
    {
        const std::scoped_lock lock(mutex_);
        const auto at = open_.find(pod);
        ASSERT_NE(at, open_.end());
        open = at->second;
        open_.erase(at);
    }
    service_->withdraw(open.uid, open.call);
}

}  // namespace muster::test
