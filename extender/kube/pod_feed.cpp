#include "extender/kube/pod_feed.hpp"

#include "dialects/own_vocabulary.hpp"
#include "extender/obs/log.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace muster::kube {

namespace {

// The same map without some of its fields.
Object without(const Object& map, std::initializer_list<std::string_view> names) {
    std::vector<Object::Field> kept;
    for (const auto& field : map.fields()) {
        if (std::find(names.begin(), names.end(), field.first) == names.end()) kept.push_back(field);
    }
    return Object::map(std::move(kept));
}

Object metadata_of(const Object& pod) {
    return Object::map({{"metadata", without(pod["metadata"], {"managedFields"})}});
}

bool size_comes_from_job(const Object& pod, const PodFacts& facts) {
    return facts.gang && facts.controller_kind == "Job" && facts.controller_uid && !facts.terminal() &&
           !pod["metadata"]["annotations"].has(kMembersAnnotation);
}

}  // namespace

PodFeed::PodFeed(SchedulerService& service, const OwnerDefaults& owners, std::vector<std::string> scheduler_names,
                 std::function<void()> listed)
    : service_(service), owners_(owners), scheduler_names_(std::move(scheduler_names)), listed_(std::move(listed)) {}

void PodFeed::list_begins() {
    const std::lock_guard lock(mutex_);
    ++round_;
}

void PodFeed::seen(const Object& object) {
    const std::string uid(object["metadata"]["uid"].string_or(""));
    if (uid.empty()) {
        log::warning("pod-unreadable",
                     {{"pod", object["metadata"]["name"].string_or("")}, {"error", "metadata.uid is missing"}});
        return;
    }
    const std::lock_guard lock(mutex_);
    Known& known = pods_[uid];
    known.round = round_;
    auto facts = read_pod(object, scheduler_names_, owners_);
    if (facts) {
        known.complained = false;
        deliver(object, uid, known, std::move(*facts));
        return;
    }
    if (!std::exchange(known.complained, true)) {
        log::warning("pod-unreadable", {{"uid", uid}, {"kept", known.delivered}, {"error", to_string(facts.error())}});
    }
    auto reduced = read_without_requests(object);
    if (reduced && (reduced->terminal() || (reduced->bound() && !known.delivered))) {
        deliver(object, uid, known, std::move(*reduced));
    }
}

std::optional<PodFacts> PodFeed::read_without_requests(const Object& object) const {
    std::vector<Object::Field> fields;
    for (const auto& field : object.fields()) {
        if (field.first != "spec") fields.push_back(field);
    }
    std::vector<Object::Field> spec{
        {"containers", Object::list({Object::map({{"name", Object::string("unreadable")}})})}};
    for (const std::string_view name : {"nodeName", "schedulerName"}) spec.emplace_back(name, object["spec"][name]);
    fields.emplace_back("spec", Object::map(std::move(spec)));
    auto facts = read_pod(Object::map(std::move(fields)), scheduler_names_, owners_);
    if (!facts) return std::nullopt;
    return std::move(*facts);
}

void PodFeed::deliver(const Object& object, const std::string& uid, Known& known, PodFacts facts) {
    forget_size(uid, known);
    if (size_comes_from_job(object, facts)) {
        known.sized_by = *facts.controller_uid;
        sized_[known.sized_by][uid] = {facts, metadata_of(object)};
    }
    known.delivered = true;
    service_.pod_seen(std::move(facts));
}

void PodFeed::forget_size(const std::string& uid, Known& known) {
    if (known.sized_by.empty()) return;
    const auto job = sized_.find(known.sized_by);
    known.sized_by.clear();
    if (job == sized_.end()) return;
    job->second.erase(uid);
    if (job->second.empty()) sized_.erase(job);
}

void PodFeed::job_changed(const std::string& job_uid) {
    const std::lock_guard lock(mutex_);
    const auto job = sized_.find(job_uid);
    if (job == sized_.end()) return;
    for (auto& [uid, sized] : job->second) {
        DeclarationRead declaration = read_declaration(sized.metadata, owners_);
        sized.facts.gang = std::move(declaration.gang);
        sized.facts.gang_errors = std::move(declaration.errors);
        service_.pod_seen(sized.facts);
    }
}

void PodFeed::gone(const Object& object) {
    const std::lock_guard lock(mutex_);
    const std::string uid(object["metadata"]["uid"].string_or(""));
    const auto known = pods_.find(uid);
    if (known == pods_.end()) return;
    forget_size(uid, known->second);
    if (known->second.delivered) service_.pod_gone(PodUid(uid));
    pods_.erase(known);
}

void PodFeed::list_ends() {
    std::function<void()> listed;
    {
        const std::lock_guard lock(mutex_);
        for (auto pod = pods_.begin(); pod != pods_.end();) {
            if (pod->second.round == round_) {
                ++pod;
                continue;
            }
            forget_size(pod->first, pod->second);
            if (pod->second.delivered) service_.pod_gone(PodUid(pod->first));
            pod = pods_.erase(pod);
        }
        listed = std::exchange(listed_, nullptr);
    }
    if (listed) listed();
}

}  // namespace muster::kube
