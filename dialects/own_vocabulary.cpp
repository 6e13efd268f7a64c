#include "dialects/own_vocabulary.hpp"

#include "config/nearest.hpp"
#include "config/settings.hpp"
#include "dialects/field_reader.hpp"
#include "dialects/topology_wish.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

namespace muster {
namespace {

// What users write, then what Muster writes; everything else with our prefix is somebody's typing error.
constexpr std::array<std::string_view, 12> kAnnotations{
    kMembersAnnotation, kMaxMembersAnnotation, kRoleAnnotation,
    kRankAnnotation,    kTopologyAnnotation,   "muster.scheduler/expected-duration",
    kPlanAnnotation,    kDomainAnnotation,     kEpochAnnotation,
    kGpusAnnotation,    kGpuSourceAnnotation,  kWakeAnnotation};

// Reads one pod's words and gathers every fault.
class Declaration {
  public:
    explicit Declaration(const Object& pod)
        : pod_(pod), labels_(pod["metadata"]["labels"]), annotations_(pod["metadata"]["annotations"]) {}

    DeclarationRead read(const OwnerDefaults& owners) {
        check_keys();
        const auto key = read_key();
        if (!key) return {std::nullopt, std::move(errors_)};
        GangDeclaration gang;
        gang.key = *key;
        gang.needed = read_count(kMembersAnnotation, 1);
        if (!annotations_.has(kMembersAnnotation) && controller_ != nullptr) {
            const auto parallelism = owners.parallelism((*controller_)["uid"].text());
            if (parallelism.value_or(0) > 0) gang.needed = parallelism;
        }
        gang.max_members = read_count(kMaxMembersAnnotation, 1);
        if (gang.needed && gang.max_members && *gang.max_members < *gang.needed) {
            fail(kMaxMembersAnnotation,
                 std::to_string(*gang.max_members) + " is less than the " + std::to_string(*gang.needed) +
                     " members needed",
                 "write at least " + std::to_string(*gang.needed));
        }
        gang.role = annotation(kRoleAnnotation);
        gang.rank = read_count(kRankAnnotation, 0);
        if (annotations_.has(kTopologyAnnotation)) read_wish(gang);
        return {std::move(gang), std::move(errors_)};
    }

  private:
    void fail_at(std::string_view map, std::string_view key, std::string what, std::string remedy) {
        errors_.push_back({ErrorCode::bad_input,
                           object_name("pod", pod_) + ": metadata." + std::string(map) + "[" + std::string(key) + "]",
                           std::move(what), std::move(remedy)});
    }
    void fail(std::string_view key, std::string what, std::string remedy) {
        fail_at("annotations", key, std::move(what), std::move(remedy));
    }
    [[nodiscard]] std::string annotation(std::string_view key) const { return std::string(annotations_[key].text()); }

    void check_keys() {
        for (const auto& field : labels_.fields()) {
            const std::string& key = field.first;
            if (!key.starts_with(kPrefix) || key == kGangLabel) continue;
            const bool belongs_there = std::ranges::find(kAnnotations, key) != kAnnotations.end();
            fail_at("labels", key, belongs_there ? "is an annotation, not a label" : "is not a label of Muster",
                    belongs_there ? "move it to metadata.annotations" : "known: " + std::string(kGangLabel));
        }
        for (const auto& field : annotations_.fields()) {
            const std::string& key = field.first;
            if (!key.starts_with(kPrefix) || std::ranges::find(kAnnotations, key) != kAnnotations.end()) continue;
            if (key == kGangLabel) {
                fail(key, "is a label, not an annotation", "move it to metadata.labels");
            } else {
                fail(key, "is not an annotation of Muster", suggest(key, kAnnotations));
            }
        }
    }

    // Namespace and name of the gang, or nullopt when the pod is in none.
    std::optional<GangKey> read_key() {
        const std::string ns(pod_["metadata"]["namespace"].string_or("default"));
        for (const auto& owner : pod_["metadata"]["ownerReferences"].items()) {
            if (owner["controller"].bool_or(false)) controller_ = &owner;
        }
        if (labels_.has(kGangLabel)) {
            const std::string_view name = labels_[kGangLabel].text();
            if (!name.empty()) return GangKey{ns, std::string(name)};
            fail_at("labels", kGangLabel, "is empty", "write the gang's name");
            return std::nullopt;
        }
        if (annotations_.has(kMembersAnnotation)) {
            const std::string_view uid = controller_ == nullptr ? std::string_view() : (*controller_)["uid"].text();
            if (!uid.empty()) return GangKey{ns, std::string(uid)};
            fail(kMembersAnnotation, "is on a pod that has neither the gang label nor a controller",
                 "add the label " + std::string(kGangLabel) + ": NAME");
            return std::nullopt;
        }
        constexpr std::array kNeedGang{kMaxMembersAnnotation, kRoleAnnotation, kRankAnnotation, kTopologyAnnotation};
        for (const auto key : kNeedGang) {
            // rank is also written by Muster, on every member that it binds.
            if (!annotations_.has(key) || key == kRankAnnotation) continue;
            fail(key, "is on a pod that belongs to no gang", "add the label " + std::string(kGangLabel) + ": NAME");
        }
        return std::nullopt;
    }

    std::optional<std::int32_t> read_count(std::string_view key, std::int64_t least) {
        if (!annotations_.has(key)) return std::nullopt;
        const Object& value = annotations_[key];
        const auto number = value.kind() == ObjectKind::string ? value.integer() : std::nullopt;
        constexpr auto kMost = static_cast<std::int64_t>(limits::kGangMembers);
        if (number && *number >= least && *number <= kMost) return static_cast<std::int32_t>(*number);
        const std::string shown = "\"" + std::string(value.text().substr(0, 40)) + "\"";
        const std::string range =
            "write a whole number from " + std::to_string(least) + " to " + std::to_string(kMost) + ", in quotes";
        fail(key, number ? shown + " is out of range" : shown + " is not a whole number", range);
        return std::nullopt;
    }

    void read_wish(GangDeclaration& gang) {
        auto read = read_topology_wish(annotation(kTopologyAnnotation));
        if (auto error = gang.needed ? uneven_slices(read.wish, *gang.needed) : std::nullopt)
            read.errors.push_back(*error);
        for (auto& error : read.errors) {
            const std::string field = error.where.empty() ? "" : error.where + " ";
            fail(kTopologyAnnotation, field + error.what, std::move(error.remedy));
        }
        gang.wish = std::move(read.wish);
        gang.roles = std::move(read.roles);
    }

    const Object& pod_;
    const Object& labels_;
    const Object& annotations_;
    const Object* controller_ = nullptr;
    std::vector<Error> errors_;
};

}  // namespace

DeclarationRead read_declaration(const Object& pod, const OwnerDefaults& owners) {
    return Declaration(pod).read(owners);
}

}  // namespace muster
