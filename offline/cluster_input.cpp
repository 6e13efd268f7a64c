#include "offline/cluster_input.hpp"

#include "dialects/kubernetes.hpp"
#include "dialects/object.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

namespace muster {
namespace {

// One object and where it was found.
struct Found {
    Object object;
    std::string kind;
    std::string origin;  // "cluster.yaml:12 (document 2)"
};

class JobParallelism final : public OwnerDefaults {
  public:
    void add(const JobFacts& job) { by_uid_[job.uid] = job.parallelism; }
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view controller_uid) const override {
        const auto at = by_uid_.find(controller_uid);
        return at == by_uid_.end() ? std::nullopt : std::optional(at->second);
    }

  private:
    std::map<std::string, std::int32_t, std::less<>> by_uid_;
};

class InputReader {
  public:
    InputReader(const std::vector<std::string>& scheduler_names, const MachineSource& machines)
        : scheduler_names_(scheduler_names), machines_(machines) {}

    void add_source(const SourceText& source) {
        auto documents = parse_any(source.text, source.name);
        if (!documents) {
            input_.errors.push_back(std::move(documents).error());
            return;
        }
        for (std::size_t i = 0; i < documents->size(); ++i) {
            std::string document = documents->size() > 1 ? " (document " + std::to_string(i + 1) + ")" : "";
            add_object(std::move((*documents)[i]), source.name, document, "");
        }
    }

    ClusterInput finish() {
        for (const auto& found : found_) {
            if (found.kind == "PriorityClass") read_priority_class(found);
            if (found.kind == "Job") read_owner(found);
        }
        for (const auto& found : found_) {
            if (found.kind == "Node") add_node(found);
            if (found.kind == "Pod") add_pod(found);
        }
        for (const auto& found : found_) {
            if (found.kind == "Job") expand(found);
        }
        for (const auto& [kind, count] : left_out_) {
            input_.notes.push_back(std::to_string(count) + " of kind " + kind + " left out");
        }
        if (unplanned_ > 0) input_.notes.push_back(std::to_string(unplanned_) + " pending pods of no gang left out");
        return std::move(input_);
    }

  private:
    static std::string origin_of(const Object& object, const std::string& file, const std::string& within) {
        return file + (object.line() > 0 ? ":" + std::to_string(object.line()) : "") + within;
    }

    void fail(const std::string& origin, const Error& error) {
        input_.errors.push_back(
            {error.code, origin + (error.where.empty() ? "" : ": " + error.where), error.what, error.remedy});
    }

    // `implied`: kind of the items of a typed list, which the API server prints without their own.
    void add_object(Object object, const std::string& file, const std::string& within, const std::string& implied) {
        const std::string origin = origin_of(object, file, within);
        const std::string kind(object["kind"].string_or(implied));
        if (object.kind() != ObjectKind::map || kind.empty()) {
            fail(origin, {ErrorCode::bad_input, "", "is not a Kubernetes object", "give it apiVersion and kind"});
            return;
        }
        if (kind.ends_with("List") && object["items"].kind() == ObjectKind::list) {
            const std::string of = kind.substr(0, kind.size() - 4);
            std::size_t index = 0;
            for (const auto& item : object["items"].items()) {
                add_object(item, file, within + " items[" + std::to_string(index++) + "]", of);
            }
            return;
        }
        const std::string_view api = object["apiVersion"].string_or("");
        const bool known = ((kind == "Node" || kind == "Pod") && (api.empty() || api == "v1")) ||
                           (kind == "Job" && (api.empty() || api.starts_with("batch/"))) ||
                           (kind == "PriorityClass" && (api.empty() || api.starts_with("scheduling.k8s.io/")));
        if (known) {
            found_.push_back({std::move(object), kind, origin});
        } else {
            ++left_out_[kind];
        }
    }

    void read_priority_class(const Found& found) {
        const auto value = found.object["value"].integer();
        const std::string name(found.object["metadata"]["name"].text());
        if (!value || name.empty()) {
            fail(found.origin, {ErrorCode::bad_input, "priority class " + name + ": value", "is not a whole number",
                                "write e.g. 1000"});
            return;
        }
        priorities_[name] = *value;
    }

    void read_owner(const Found& found) {
        const auto job = read_job(found.object);
        if (job) jobs_.add(*job);  // a bad one is reported when it is expanded
    }

    void add_node(const Found& found) {
        auto node = read_node(found.object, machines_);
        if (!node) return fail(found.origin, node.error());
        if (!is_new("node " + node->name.str(), found.origin)) return;
        for (const auto& error : node->machine_errors) {
            input_.notes.push_back(found.origin + ": " + to_string(error) + "; its GPUs count as equals");
        }
        if (node->allocatable.get(kPodSlots) == 0) {
            input_.notes.push_back("node " + node->name.str() +
                                   " offers no pod slots, so nothing fits there; write status.allocatable.pods");
        }
        input_.nodes.push_back(*std::move(node));
    }

    // A manifest has not met the admission plug-in that turns the class into a number.
    [[nodiscard]] Object with_priority(const Object& pod) const {
        const auto at = priorities_.find(pod["spec"]["priorityClassName"].text());
        if (at == priorities_.end() || !pod["spec"]["priority"].is_null()) return pod;
        return with_field(pod, "spec", with_field(pod["spec"], "priority", Object::number(std::to_string(at->second))));
    }

    // nullopt when the object is wrong, which has then been reported.
    std::optional<PodFacts> read(const Object& object, const std::string& origin) {
        auto pod = read_pod(with_priority(object), scheduler_names_, jobs_);
        if (!pod) {
            fail(origin, pod.error());
            return std::nullopt;
        }
        if (pod->uid.empty()) pod->uid = PodUid(pod->key.ns + "/" + pod->key.name);
        for (auto& error : pod->gang_errors) error.where = origin + ": " + error.where;
        return *std::move(pod);
    }

    void keep(PodFacts pod) {
        const bool pending = !pod.bound() && !pod.terminal();
        const bool ours = std::ranges::find(scheduler_names_, pod.scheduler_name) != scheduler_names_.end();
        if (!pod.bound() && !ours) return;
        if (pending && !pod.gang) ++unplanned_;
        input_.pods.push_back(std::move(pod));
    }

    void report_declaration(const PodFacts& pod) {
        if (pod.bound() || pod.terminal()) return;
        input_.errors.insert(input_.errors.end(), pod.gang_errors.begin(), pod.gang_errors.end());
    }

    void add_pod(const Found& found) {
        auto pod = read(found.object, found.origin);
        if (!pod || !is_new("pod " + pod->key.ns + "/" + pod->key.name, found.origin)) return;
        if (pod->controller_uid) controllers_.insert(*pod->controller_uid);
        report_declaration(*pod);
        keep(*std::move(pod));
    }

    void expand(const Found& found) {
        const auto job = read_job(found.object);
        if (!job) return fail(found.origin, job.error());
        if (!is_new("job " + job->key.ns + "/" + job->key.name, found.origin)) return;
        // Its pods are given, it makes none, or it has ended.
        const Object& status = found.object["status"];
        if (controllers_.contains(job->uid) || !status["completionTime"].is_null() ||
            found.object["spec"]["suspend"].bool_or(false))
            return;
        const std::string_view scheduler = found.object["spec"]["template"]["spec"]["schedulerName"].string_or("");
        if (std::ranges::find(scheduler_names_, scheduler) == scheduler_names_.end()) return;
        const auto pods = expand_job(found.object);
        if (!pods) return fail(found.origin, pods.error());
        // What is wrong with one pod of a template is wrong with all of them, and is reported once.
        std::vector<Error> declaration;
        for (std::size_t i = 0; i < pods->size(); ++i) {
            auto pod = read((*pods)[i], found.origin);
            if (!pod) return;
            if (i == 0) {
                declaration = pod->gang_errors;
                report_declaration(*pod);
            }
            pod->gang_errors = declaration;
            if (is_new("pod " + pod->key.ns + "/" + pod->key.name, found.origin)) keep(*std::move(pod));
        }
    }

    bool is_new(const std::string& name, const std::string& origin) {
        const auto [at, fresh] = seen_.try_emplace(name, origin);
        if (!fresh) fail(origin, {ErrorCode::bad_input, name, "is given twice, first in " + at->second, "remove one"});
        return fresh;
    }

    const std::vector<std::string>& scheduler_names_;
    const MachineSource& machines_;
    ClusterInput input_;
    std::vector<Found> found_;
    std::map<std::string, std::size_t> left_out_;
    std::map<std::string, std::int64_t, std::less<>> priorities_{{"system-cluster-critical", 2'000'000'000},
                                                                 {"system-node-critical", 2'000'001'000}};
    JobParallelism jobs_;
    std::set<std::string> controllers_;
    std::map<std::string, std::string> seen_;
    std::size_t unplanned_ = 0;
};

}  // namespace

ClusterInput read_cluster_input(std::span<const SourceText> sources, const std::vector<std::string>& scheduler_names,
                                const MachineSource& machines) {
    InputReader reader(scheduler_names, machines);
    for (const auto& source : sources) reader.add_source(source);
    return reader.finish();
}

}  // namespace muster
