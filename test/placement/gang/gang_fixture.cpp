#include "test/placement/gang/gang_fixture.hpp"

namespace muster::gangtest {

PodUid uid(const std::string& name) {
    return PodUid("uid-" + name);
}

PodFacts pod(const std::string& name, std::int32_t needed) {
    PodFacts facts;
    facts.uid = uid(name);
    facts.key = {"ml", name};
    facts.resource_version = name + "-1";
    facts.own_gate = true;
    facts.gang = GangDeclaration{{"ml", "g"}, needed, {}, "", {}, {}};
    return facts;
}

PodFacts bound(PodFacts pod, const std::string& node) {
    pod.node = NodeName(node);
    pod.own_gate = false;
    pod.resource_version += "b";
    return pod;
}

WriteOutcome ok(const std::string& version, const std::string& node) {
    return {WriteStatus::ok, version, NodeName(node), ""};
}

WriteOutcome outcome(WriteStatus status) {
    return {status, "", {}, "because"};
}

Gang::Gang(GangTiming timing, bool leading) : machine({"ml", "g"}, timing) {
    if (leading) give(TakeOver{kTerm});
}

void Gang::give(const GangEvent& event) {
    asked = machine.step(event, now);
    if (!machine.consistent()) throw Unexpected{};
}

void Gang::see_all(const std::string& names, std::int32_t needed) {
    for (const char name : names) see(pod(std::string(1, name), needed));
}

void Gang::pass(Millis time) {
    now += time;
    give(Tick{});
}

void Gang::plan(const std::map<std::string, std::string>& nodes) {
    Plan plan;
    std::int32_t rank = 0;
    for (const auto& [name, node] : nodes) {
        plan.placements.push_back({uid(name), {"ml", name}, NodeName(node), rank++});
        node_of[name] = node;
    }
    plan.quality.domain = "z/r";
    give(Planned{machine.wanted_plan().value(), plan});
}

void Gang::no_fit(bool never) {
    Shortfall reason;
    reason.need = 2;
    const std::uint64_t request = machine.wanted_plan().value();
    give(never ? Planned{request, NeverFits{reason}} : Planned{request, NoFit{reason}});
}

void Gang::acknowledge(const std::string& name) {
    give(AdmitDone{uid(name), machine.epoch(), ok(name + "-2")});
}

void Gang::park(const std::string& name, std::uint64_t call, const std::string& node) {
    give(BindParked{uid(name), CallId(call), NodeName(node.empty() ? node_of[name] : node)});
}

void Gang::bound_ok(const std::string& name) {
    give(BindingDone{uid(name), machine.epoch(), ok(name + "-3")});
}

void Gang::fenced(const std::string& name) {
    give(FenceDone{uid(name), machine.epoch(), ok(name + "-4")});
}

void Gang::admit(const std::string& names, std::int32_t needed) {
    see_all(names, needed);
    std::map<std::string, std::string> nodes;
    for (std::size_t i = 0; i < names.size(); ++i) nodes[std::string(1, names[i])] = "n" + std::to_string(i);
    plan(nodes);
    for (const char name : names) acknowledge(std::string(1, name));
}

void Gang::commit(const std::string& names, std::int32_t needed) {
    admit(names, needed);
    for (const char name : names) park(std::string(1, name), static_cast<std::uint64_t>(name));
}

void Gang::whole(const std::string& names, std::int32_t needed) {
    commit(names, needed);
    for (const char name : names) bound_ok(std::string(1, name));
}

PodFacts Gang::planned(const std::string& name, std::int32_t needed) const {
    PodFacts facts = pod(name, needed);
    facts.own_gate = false;
    facts.resource_version = name + "-2";
    facts.plan = WrittenPlan{machine.epoch(), kTerm, NodeName(node_of.at(name)), 0, false};
    return facts;
}

std::string Gang::wave() const {
    std::string names;
    for (const RoleRequest& role : only<AskPlan>().gang.roles) {
        for (const MemberToPlace& one : role.members) names += one.key.name;
    }
    return names;
}

std::vector<std::string> Gang::errors() const {
    std::vector<std::string> texts;
    for (const Error& error : machine.trouble().errors) texts.push_back(to_string(error));
    return texts;
}

}  // namespace muster::gangtest
