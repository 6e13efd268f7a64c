// Muster's own words on pods (design §2): label muster.scheduler/gang and the annotations muster.scheduler/*.
#pragma once

#include "dialects/kubernetes.hpp"
#include "dialects/object.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/pod.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

inline constexpr std::string_view kPrefix = "muster.scheduler/";
inline constexpr std::string_view kGangLabel = "muster.scheduler/gang";
inline constexpr std::string_view kGate = "muster.scheduler/gang";
inline constexpr std::string_view kMembersAnnotation = "muster.scheduler/members";
inline constexpr std::string_view kMaxMembersAnnotation = "muster.scheduler/max-members";
inline constexpr std::string_view kRoleAnnotation = "muster.scheduler/role";
inline constexpr std::string_view kRankAnnotation = "muster.scheduler/rank";
inline constexpr std::string_view kTopologyAnnotation = "muster.scheduler/topology";
inline constexpr std::string_view kPlanAnnotation = "muster.scheduler/plan";
inline constexpr std::string_view kDomainAnnotation = "muster.scheduler/domain";
inline constexpr std::string_view kEpochAnnotation = "muster.scheduler/epoch";
// The GPUs that the plan chose, as ordinals on the node's machine ("0,1,2"), and how they were: "controlled" or
// "predicted".
inline constexpr std::string_view kGpusAnnotation = "muster.scheduler/gpus";
inline constexpr std::string_view kGpuSourceAnnotation = "muster.scheduler/gpu-source";
inline constexpr std::string_view kWakeAnnotation = "muster.scheduler/wake";

struct DeclarationRead {
    std::optional<GangDeclaration> gang;
    std::vector<Error> errors;
};
// From the pod's metadata. A pod without the label but with `members` is in the gang of its controller (key: the
// controller's UID). Unknown muster.scheduler/* keys and unknown keys inside `topology` are errors that name the
// nearest known one (topology_wish.hpp says what else is).
[[nodiscard]] DeclarationRead read_declaration(const Object& pod, const OwnerDefaults& owners);

// Annotation `plan`: {"v":1,"epoch":7,"term":3,"node":"n17","rank":0}; a fence has no node.
[[nodiscard]] std::string encode_plan(const WrittenPlan& plan);
[[nodiscard]] std::optional<WrittenPlan> decode_plan(std::string_view text);

}  // namespace muster
