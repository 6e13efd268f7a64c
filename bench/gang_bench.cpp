// What the life of one gang costs in its machine alone: members are seen one at a time, planned, admitted, filtered,
// parked and bound, and the watch shows each write. Everything else takes no time, and each step is followed by the
// question for the next deadline, as in the service.
#include "placement/gang/gang_machine.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <benchmark/benchmark.h>

namespace muster {
namespace {

class Life {
  public:
    explicit Life(std::int32_t members, bool disagree = false) : machine_({"ml", "g"}, GangTiming{}) {
        GangDeclaration declaration{{"ml", "g"}, members, {}, "", {}, {}};
        for (std::int32_t i = 0; i < members; ++i) {
            PodFacts pod;
            // As random as real UIDs: the order of creation is not that of the UIDs.
            const std::uint32_t mixed = static_cast<std::uint32_t>(i) * 2'654'435'761U;
            pod.uid = PodUid(std::to_string(mixed) + "-4b1e-4d7c-9c55-3f1d2a6f0a9e");
            pod.key = {"ml", "trainer-" + std::to_string(i)};
            pod.controller_uid = "job";
            pod.controller_kind = "Job";
            pod.own_gate = true;
            if (disagree) declaration.needed = members + i;
            pod.gang = declaration;
            pods_.emplace(pod.uid, std::move(pod));
        }
    }

    // True: the gang is served in the end.
    bool live() {
        give(TakeOver{Term(1)});
        for (const auto& [uid, pod] : pods_) see(uid);
        plan();
        perform_writes();  // Admits
        for (const auto& [uid, pod] : pods_) give(Filtered{uid, true});
        std::uint64_t call = 0;
        for (const auto& [uid, pod] : pods_) give(BindParked{uid, CallId(++call), pod.plan->node});
        perform_writes();  // Bindings
        return machine_.state() == GangState::served;
    }

    // True: the gang was refused while it lived. Whoever all others are compared with goes first, again and again.
    bool come_and_go() {
        give(TakeOver{Term(1)});
        for (const auto& [uid, pod] : pods_) see(uid);
        const bool refused = machine_.state() == GangState::blocked && !machine_.trouble().errors.empty();
        std::map<std::string, PodUid> by_name;
        for (const auto& [uid, pod] : pods_) by_name.emplace(pod.key.name, uid);
        for (const auto& [name, uid] : by_name) give(MemberGone{uid});
        return refused;
    }

  private:
    void give(const GangEvent& event) {
        for (GangAction& action : machine_.step(event, now_)) {
            if (auto* ask = std::get_if<AskPlan>(&action)) asked_ = std::move(*ask);
            if (std::holds_alternative<Admit>(action) || std::holds_alternative<WriteBinding>(action))
                writes_.push_back(std::move(action));
        }
        benchmark::DoNotOptimize(machine_.next_deadline());
    }

    void see(const PodUid& uid) {
        PodFacts& pod = pods_.at(uid);
        pod.resource_version = std::to_string(++version_);
        give(MemberSeen{pod});
    }

    void plan() {
        Plan plan;
        for (const RoleRequest& role : asked_.gang.roles) {
            for (const MemberToPlace& one : role.members) {
                const auto rank = static_cast<std::int32_t>(plan.placements.size());
                plan.placements.push_back({one.uid, one.key, NodeName("node-" + std::to_string(rank)), rank});
            }
        }
        give(Planned{asked_.request, std::move(plan)});
    }

    // Each write is accepted, its outcome comes, then the watch shows it.
    void perform_writes() {
        for (const GangAction& write : std::exchange(writes_, {})) {
            if (const auto* admit = std::get_if<Admit>(&write)) {
                PodFacts& pod = pods_.at(admit->uid);
                pod.plan = admit->plan;
                pod.own_gate = false;
                give(AdmitDone{admit->uid, admit->plan.epoch, {WriteStatus::ok, std::to_string(++version_), {}, ""}});
                see(admit->uid);
            } else if (const auto* bind = std::get_if<WriteBinding>(&write)) {
                pods_.at(bind->uid).node = bind->node;
                give(BindingDone{bind->uid, bind->epoch, {WriteStatus::ok, "", {}, ""}});
                see(bind->uid);
            }
        }
    }

    GangMachine machine_;
    std::map<PodUid, PodFacts> pods_;
    std::vector<GangAction> writes_;
    AskPlan asked_;
    std::uint64_t version_ = 0;
    TimePoint now_{};
};

void gang_life(benchmark::State& bench) {
    for (auto _ : bench) {
        bench.PauseTiming();
        Life life(static_cast<std::int32_t>(bench.range(0)));
        bench.ResumeTiming();
        if (!life.live()) bench.SkipWithError("the gang is not served");
    }
}
BENCHMARK(gang_life)->ArgName("members")->Arg(512)->Arg(2'048)->Arg(8'192)->Unit(benchmark::kMillisecond);

void gang_disagreeing(benchmark::State& bench) {
    for (auto _ : bench) {
        bench.PauseTiming();
        Life life(static_cast<std::int32_t>(bench.range(0)), true);
        bench.ResumeTiming();
        if (!life.come_and_go()) bench.SkipWithError("the gang is not refused");
    }
}
BENCHMARK(gang_disagreeing)->ArgName("members")->Arg(512)->Arg(8'192)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace muster
