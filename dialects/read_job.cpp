#include "config/settings.hpp"
#include "dialects/field_reader.hpp"
#include "dialects/kubernetes.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace muster {
namespace {

// A count of pods; absent: nullopt. Larger ones than a gang may have are refused where pods are made of them.
std::optional<std::int32_t> read_count(FieldReader& reader, const Object& spec, std::string_view field) {
    const auto count = reader.integer(spec, field);
    if (!count) return std::nullopt;
    if (*count < 0 || *count > INT32_MAX) {
        const auto step = reader.enter(field);
        reader.fail(std::to_string(*count) + " is not a number of pods", "write 0 or more");
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*count);
}

Object text_map(const Object& base, const std::vector<std::pair<std::string_view, std::string>>& added) {
    std::vector<Object::Field> fields(base.fields().begin(), base.fields().end());
    for (const auto& [key, value] : added) fields.emplace_back(std::string(key), Object::string(value));
    return Object::map(std::move(fields));
}

Object owner_reference(const JobFacts& facts) {
    return Object::map({{"apiVersion", Object::string("batch/v1")},
                        {"kind", Object::string("Job")},
                        {"name", Object::string(facts.key.name)},
                        {"uid", Object::string(facts.uid)},
                        {"controller", Object::boolean(true)}});
}

Object pod_of(const Object& job, const JobFacts& facts, std::int32_t index) {
    const Object& template_metadata = job["spec"]["template"]["metadata"];
    std::vector<std::pair<std::string_view, std::string>> labels{{"batch.kubernetes.io/job-name", facts.key.name},
                                                                 {"job-name", facts.key.name},
                                                                 {"batch.kubernetes.io/controller-uid", facts.uid},
                                                                 {"controller-uid", facts.uid}};
    std::vector<std::pair<std::string_view, std::string>> annotations;
    if (job["spec"]["completionMode"].text() == "Indexed") {
        labels.emplace_back("batch.kubernetes.io/job-completion-index", std::to_string(index));
        annotations.emplace_back("batch.kubernetes.io/job-completion-index", std::to_string(index));
    }
    std::vector<Object::Field> metadata{{"name", Object::string(facts.key.name + "-" + std::to_string(index))},
                                        {"namespace", Object::string(facts.key.ns)},
                                        {"labels", text_map(template_metadata["labels"], labels)},
                                        {"annotations", text_map(template_metadata["annotations"], annotations)},
                                        {"ownerReferences", Object::list({owner_reference(facts)})}};
    const Object& created = job["metadata"]["creationTimestamp"];
    if (!created.is_null()) metadata.emplace_back("creationTimestamp", created);
    Object pod = Object::map({{"apiVersion", Object::string("v1")},
                              {"kind", Object::string("Pod")},
                              {"metadata", Object::map(std::move(metadata))},
                              {"spec", job["spec"]["template"]["spec"]}});
    pod.set_line(job.line());
    return pod;
}

}  // namespace

Result<JobFacts> read_job(const Object& job) {
    FieldReader reader("job", job);
    JobFacts facts;
    {
        const Object& metadata = reader.map(job, "metadata");
        const auto step = reader.enter("metadata");
        const std::string_view ns = reader.text(metadata, "namespace");
        facts.key = {std::string(ns.empty() ? "default" : ns), std::string(reader.text(metadata, "name"))};
        if (facts.key.name.empty()) {
            const auto field = reader.enter("name");
            reader.fail("is missing", "give the Job a name");
        }
        facts.uid = reader.text(metadata, "uid");
        if (facts.uid.empty()) facts.uid = "job." + facts.key.ns + "." + facts.key.name;
    }
    {
        const Object& spec = reader.map(job, "spec");
        const auto step = reader.enter("spec");
        const auto parallelism = read_count(reader, spec, "parallelism");
        const auto completions = read_count(reader, spec, "completions");
        // Defaults of the API server: parallelism 1; completions absent with parallelism set: a work queue without
        // bound.
        facts.parallelism = parallelism.value_or(1);
        if (completions) facts.parallelism = std::min(facts.parallelism, *completions);
    }
    if (!reader.ok()) return std::unexpected(reader.error());
    return facts;
}

Result<std::vector<Object>> expand_job(const Object& job) {
    MUSTER_TRY(const JobFacts facts, read_job(job));
    const std::string where = object_name("job", job);
    if (job["spec"]["template"]["spec"].kind() != ObjectKind::map) {
        return std::unexpected(
            Error{ErrorCode::bad_input, where + ": spec.template.spec", "is missing", "write the pod's spec"});
    }
    if (facts.parallelism > static_cast<std::int32_t>(limits::kGangMembers)) {
        return std::unexpected(Error{ErrorCode::limit, where + ": spec.parallelism",
                                     std::to_string(facts.parallelism) + " pods are more than a gang may have",
                                     "write at most " + std::to_string(limits::kGangMembers)});
    }
    std::vector<Object> pods;
    for (std::int32_t i = 0; i < facts.parallelism; ++i) pods.push_back(pod_of(job, facts, i));
    return pods;
}

}  // namespace muster
