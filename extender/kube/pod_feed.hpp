// Pods from the API server to the service, each with the size that its Job gives to its gang.
#pragma once

#include "dialects/kubernetes.hpp"
#include "extender/kube/reflector.hpp"
#include "extender/service/scheduler_service.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace muster::kube {

// A pod that cannot be read never frees capacity and never becomes a member:
//   seen readable before         → it keeps those facts
//   bound, never readable        → delivered without its requests: it takes a pod slot, kube-scheduler counts the rest
//   finished                     → delivered without its requests, which no longer matter
//   unbound, never readable      → not delivered
// The error is logged once. Thread-safe: deliveries of one pod never overtake each other.
class PodFeed final : public ObjectSink {
  public:
    // `owners` outlives it. `listed` is called once, after the first whole list.
    PodFeed(SchedulerService& service, const OwnerDefaults& owners, std::vector<std::string> scheduler_names,
            std::function<void()> listed);

    // A Job came or changed: its pods whose gang has its size from it are delivered again.
    void job_changed(const std::string& job_uid);

    void list_begins() override;
    void seen(const Object& object) override;
    void gone(const Object& object) override;
    void list_ends() override;

  private:
    struct Known {
        std::uint64_t round = 0;  // list that last showed it
        bool delivered = false;
        bool complained = false;
        std::string sized_by;  // UID of the Job that gives its gang's size; empty: none
    };
    // What is needed to deliver a pod again without asking for it.
    struct Sized {
        PodFacts facts;
        Object metadata;  // {"metadata": …} without managedFields
    };
    void deliver(const Object& object, const std::string& uid, Known& known, PodFacts facts);
    std::optional<PodFacts> read_without_requests(const Object& object) const;
    void forget_size(const std::string& uid, Known& known);

    SchedulerService& service_;
    const OwnerDefaults& owners_;
    const std::vector<std::string> scheduler_names_;
    std::function<void()> listed_;

    std::mutex mutex_;  // held while delivering
    std::uint64_t round_ = 0;
    std::unordered_map<std::string, Known> pods_;                                    // by UID
    std::unordered_map<std::string, std::unordered_map<std::string, Sized>> sized_;  // Job's UID → pod's UID
};

}  // namespace muster::kube
