#include "extender/kube/job_defaults.hpp"

#include "extender/obs/log.hpp"

#include <utility>

namespace muster::kube {

std::optional<std::int32_t> JobDefaults::parallelism(std::string_view controller_uid) const {
    const std::lock_guard lock(mutex_);
    const auto job = jobs_.find(controller_uid);
    return job == jobs_.end() ? std::nullopt : std::optional(job->second.parallelism);
}

void JobDefaults::on_change(std::function<void(const std::string&)> changed) {
    changed_ = std::move(changed);
}
void JobDefaults::on_listed(std::function<void()> listed) {
    listed_ = std::move(listed);
}

void JobDefaults::seen(const Object& object) {
    const auto job = read_job(object);
    if (!job) {
        log::warning("job-unreadable", {{"error", to_string(job.error())}});
        return;
    }
    bool changed = false;
    {
        const std::lock_guard lock(mutex_);
        const auto [entry, added] = jobs_.try_emplace(job->uid);
        changed = added || entry->second.parallelism != job->parallelism;
        entry->second = {job->parallelism, round_};
    }
    if (changed && changed_) changed_(job->uid);
}

void JobDefaults::gone(const Object& object) {
    const std::lock_guard lock(mutex_);
    jobs_.erase(std::string(object["metadata"]["uid"].string_or("")));
}

void JobDefaults::list_ends() {
    {
        const std::lock_guard lock(mutex_);
        std::erase_if(jobs_, [this](const auto& entry) { return entry.second.round != round_; });
    }
    if (auto listed = std::exchange(listed_, nullptr)) listed();
}

}  // namespace muster::kube
