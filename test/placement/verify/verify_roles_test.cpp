#include "placement/verify/verify_roles.hpp"

#include "placement/plan/roles/role_planner.hpp"
#include "placement/verify/verify_plan.hpp"
#include "test/placement/plan/plan_world.hpp"

#include <string>
#include <variant>

#include <gtest/gtest.h>

namespace muster {
namespace {

// Two members of a role in rack r1 and one of another beside them.
class RoleVerify : public ::testing::Test {
  protected:
    RoleVerify() {
        RoleRequest other = request_.roles.front();
        request_.roles.front().name = "worker";
        request_.roles.front().wish.required = "rack";
        other.name = "leader";
        other.shape.requests = {{"pods", 1}};
        other.members = {{PodUid("uid-leader"), {"ml", "leader"}, 2}};
        request_.roles.push_back(other);
        plan_ = std::get<Plan>(plan_roles(snapshot_, request_, {}));
    }

    [[nodiscard]] std::string fault() const { return verify_plan(snapshot_, request_, plan_).value_or("right"); }

    Snapshot snapshot_ =
        test::cluster({{"a", "b1", "r1"}, {"b", "b1", "r1"}, {"c", "b1", "r2"}, {"d", "b1", ""}, {"e", "b1", ""}})
            .snapshot();
    GangRequest request_ = test::gang(2, 8);
    Plan plan_;
};

TEST_F(RoleVerify, APlanOfSeveralRolesIsRight) {
    EXPECT_EQ(fault(), "right");
}

TEST_F(RoleVerify, ARoleOutsideOneDomainOfItsLevelIsAFault) {
    plan_.placements[1].node = NodeName("c");
    EXPECT_EQ(fault(), "the members of role worker are not in one domain of its required level rack");
}

TEST_F(RoleVerify, NodesWithoutTheLabelAreNoRack) {
    plan_.placements[0].node = NodeName("d");
    plan_.placements[1].node = NodeName("e");
    EXPECT_EQ(fault(), "the members of role worker are not in one domain of its required level rack");
}

TEST_F(RoleVerify, BoundMembersOfTheRoleCount) {
    request_.fixed = {{PodUid("bound"), NodeName("c"), "worker"}};
    EXPECT_EQ(fault(), "the members of role worker are not in one domain of its required level rack");
    request_.fixed.front().role = "leader";
    EXPECT_NE(fault(), "the members of role worker are not in one domain of its required level rack");
}

TEST_F(RoleVerify, MembersOfAllRolesTogetherMustFitOnANode) {
    request_.roles[1].shape.requests = {{test::kGpu, 1}, {"pods", 1}};
    EXPECT_EQ(fault(), "node a: members need 9 of nvidia.com/gpu, free are 8");
}

TEST_F(RoleVerify, ABoundBelongsToAPlanThatIsNotProvedOptimal) {
    plan_.quality.bound = plan_.quality.objective;
    EXPECT_EQ(fault(), "a bound must be stated exactly when the plan is not proved optimal");
    plan_.quality.proof = Proof::bounded;
    EXPECT_EQ(fault(), "the stated bound is not smaller than the objective");
    --plan_.quality.bound.back();
    EXPECT_EQ(fault(), "right");
}

}  // namespace
}  // namespace muster
