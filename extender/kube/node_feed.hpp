// Nodes from the API server to the service.
#pragma once

#include "extender/kube/reflector.hpp"
#include "extender/service/scheduler_service.hpp"
#include "placement/model/machine_source.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <unordered_map>

namespace muster::kube {

// A node that cannot be read keeps its last facts, or stays unknown; the error is logged once.
class NodeFeed final : public ObjectSink {
  public:
    NodeFeed(SchedulerService& service, const MachineSource& machines, std::function<void()> listed)
        : service_(service), machines_(machines), listed_(std::move(listed)) {}
    void list_begins() override { ++round_; }
    void seen(const Object& object) override;
    void gone(const Object& object) override;
    void list_ends() override;

  private:
    struct Known {
        std::uint64_t round = 0;  // list that last showed it
        bool delivered = false;
        bool complained = false;
    };
    SchedulerService& service_;
    const MachineSource& machines_;
    std::function<void()> listed_;
    std::uint64_t round_ = 0;
    std::unordered_map<std::string, Known> nodes_;
};

}  // namespace muster::kube
