// A real service over a cluster in memory, and a player that calls it as kube-scheduler does: for each pod without
// gates filter, then bind in a call of its own that may stay open.
#pragma once

#include "config/settings.hpp"
#include "extender/kube/steady_clock.hpp"
#include "extender/memory/memory_cluster.hpp"
#include "extender/service/scheduler_service.hpp"
#include "test/extender/service/held_bindings.hpp"

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster::test {

struct PodSpec {
    std::string name;
    std::string gang;  // empty: of no gang
    int members = 0;
    int gpus = 8;
    std::string topology = {};  // annotation, empty: none
    bool gated = true;
    bool foreign_gate = false;
};

[[nodiscard]] Object pod_object(const PodSpec& spec);
[[nodiscard]] Object node_object(const std::string& name, const std::string& block, const std::string& rack,
                                 int gpus = 8, const std::string& machine = "");

class ServiceWorld {
  public:
    explicit ServiceWorld(Settings settings = {});
    ~ServiceWorld();

    // b0/r0/n0-0-0 …; `machine` is the name of the machine inside each, if any.
    void add_nodes(int blocks, int racks, int hosts, int gpus = 8, const std::string& machine = "");
    void add_node(const Object& node);
    void add(const std::vector<PodSpec>& pods);
    void add_gang(const std::string& name, int members, int gpus = 8, const std::string& topology = "",
                  bool gated = true);
    void start();

    [[nodiscard]] SchedulerService& service() { return *service_; }
    [[nodiscard]] MemoryCluster& cluster() { return cluster_; }
    [[nodiscard]] HeldBindings& bindings() { return bindings_; }
    [[nodiscard]] TimePoint now() const { return clock_.now(); }

    // One round of a scheduler over every ungated, unbound pod without an open bind call, in name order. `skip` holds
    // pods back.
    void play_round(const std::function<bool(const PodFacts&)>& skip = {});
    // Rounds until `done`, or the deadline: then the test fails with `what`.
    void play_until(const std::string& what, const std::function<bool()>& done,
                    const std::function<bool(const PodFacts&)>& skip = {});
    // Rounds for about this long: for what must not happen.
    void play_for(Millis span, const std::function<bool(const PodFacts&)>& skip = {});

    [[nodiscard]] wire::FilterResult filter(const PodFacts& pod, std::vector<std::string>& names);
    [[nodiscard]] std::optional<PodFacts> pod(const std::string& name) const;
    [[nodiscard]] std::vector<PodFacts> bound_of(const std::string& gang) const;
    [[nodiscard]] std::size_t open_calls() const;
    [[nodiscard]] std::string state_of(const std::string& gang) const;
    [[nodiscard]] std::vector<std::string> node_names() const { return nodes_; }
    [[nodiscard]] std::vector<std::string> errors() const;  // texts of refused binds so far
    // The client of this pod's open bind call vanishes.
    void vanish(const std::string& pod);

  private:
    struct Open {
        PodUid uid;
        CallId call;
        NodeName node;
    };
    void call_bind(const PodFacts& pod, const std::string& node);

    Settings settings_;
    SteadyClock clock_;
    std::vector<std::string> nodes_;
    // Before the service: its threads answer calls until it is destroyed.
    mutable std::mutex mutex_;
    std::map<std::string, Open> open_;  // by pod name
    std::vector<std::string> errors_;
    MemoryCluster cluster_;
    HeldBindings bindings_{cluster_};
    std::unique_ptr<SchedulerService> service_;
};

}  // namespace muster::test
