#include "extender/kube/lease.hpp"

#include "extender/kube/steady_clock.hpp"
#include "test/extender/kube/fake_api_server.hpp"
#include "test/extender/kube/recording_service.hpp"

#include <gtest/gtest.h>

namespace muster::test {
namespace {

using kube::LeadershipRule;
using kube::LeaseRecord;

TimePoint at(int seconds) {
    return TimePoint(std::chrono::seconds(seconds));
}

LeaseRecord record(const std::string& holder, int version, int duration_s = 15) {
    return {holder, "renewed-" + std::to_string(version), std::to_string(version), std::chrono::seconds(duration_s)};
}

TEST(LeadershipRule, ARecordSeenForTheFirstTimeMayBeOld) {
    LeadershipRule rule("host-a");
    EXPECT_LT(rule.observe(record("host-a_uuid", 1), at(100)), at(100));
    EXPECT_LT(rule.observe(record("host-a_uuid", 1), at(101)), at(101));
}

TEST(LeadershipRule, LeadsForDurationLessFiveSecondsAfterARenewalWasSeen) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_uuid", 1), at(100));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 2), at(102)), at(112));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 2), at(105)), at(112)) << "an unchanged record renews nothing";
    EXPECT_EQ(rule.observe(record("host-a_uuid", 3), at(106)), at(116));
}

TEST(LeadershipRule, ARenewalMayBeAsOldAsTheLastLookThatDidNotShowIt) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_uuid", 1), at(100));
    (void)rule.observe(record("host-a_uuid", 2), at(102));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 3), at(111)), at(117)) << "looks in between have failed";
    EXPECT_EQ(rule.observe(record("host-a_uuid", 4), at(140)), at(126)) << "and now for too long";
    EXPECT_EQ(rule.observe(record("host-a_uuid", 4), at(142)), at(126));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 5), at(144)), at(154)) << "not shown at 142, so it is new";
}

TEST(LeadershipRule, ALeaseThatAppearsMayBeAsOldAsTheLastLookThatFoundNone) {
    LeadershipRule rule("host-a");
    EXPECT_LT(rule.lost(at(100)), at(100));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 1), at(112)), at(115));
}

// Renewals come every `period` from anybody's beginning, looks by pause_between_looks, and each second look fails.
TEST(LeadershipRule, TheLeadHoldsWhileEachSecondLookFails) {
    constexpr Millis kLast(60'000), kPeriod(2'000), kTook(100);
    for (const Millis offset : {Millis(0), Millis(1), Millis(700), Millis(1'999)}) {
        LeadershipRule rule("host-a");
        TimePoint until{}, now{};
        for (int look = 0; now < TimePoint(kLast); ++look) {
            const auto renewals = static_cast<int>((now.time_since_epoch() + offset) / kPeriod);
            if (look % 2 == 0) until = rule.observe(record("host-a_uuid", renewals), now);
            const bool leading = now < until;
            EXPECT_TRUE(leading || now < TimePoint(Millis(8'000))) << now.time_since_epoch().count();
            now += kTook + (look % 2 == 0 ? kube::pause_between_looks(std::chrono::seconds(15), leading) : Millis(500));
        }
    }
}

TEST(LeadershipRule, LooksAreRarerWhileLeadingAndFollowTheDuration) {
    using kube::pause_between_looks;
    EXPECT_EQ(pause_between_looks(Millis(15'000), true), Millis(2'000));
    EXPECT_EQ(pause_between_looks(Millis(15'000), false), Millis(500));
    EXPECT_EQ(pause_between_looks(Millis(3'000), true), Millis(400));
    EXPECT_EQ(pause_between_looks(Millis(3'000), false), Millis(100));
    EXPECT_EQ(pause_between_looks(Millis(0), true), Millis(50));
    EXPECT_EQ(pause_between_looks(Millis(3'600'000), false), Millis(500));
}

TEST(LeadershipRule, LeadsForHalfOfAShortDuration) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_uuid", 1, 4), at(100));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 2, 4), at(101)), at(103));
}

TEST(LeadershipRule, FollowsAtOnceWhenAnotherHostHoldsTheLease) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_uuid", 1), at(100));
    (void)rule.observe(record("host-a_uuid", 2), at(101));
    EXPECT_LT(rule.observe(record("host-b_uuid", 3), at(102)), at(102));
    EXPECT_EQ(rule.observe(record("host-a_other", 4), at(103)), at(113)) << "taking it back is a renewal";
}

TEST(LeadershipRule, AReleasedOrMissingLeaseIsNobodys) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_uuid", 1), at(100));
    (void)rule.observe(record("host-a_uuid", 2), at(101));
    EXPECT_LT(rule.observe(record("", 3), at(102)), at(102));
    EXPECT_LT(rule.lost(at(103)), at(103));
    EXPECT_EQ(rule.observe(record("host-a_uuid", 4), at(104)), at(114)) << "one that appears is new";
}

TEST(LeadershipRule, HostNamesAreComparedWhole) {
    LeadershipRule rule("host");
    for (const char* holder : {"host-a_u", "hos_u", "host_x_u", "host_u_v"}) {
        (void)rule.observe(record(holder, 1), at(100));
        EXPECT_LT(rule.observe(record(holder, 2), at(101)), at(101)) << holder;
    }
    LeadershipRule underscore("my_host");
    (void)underscore.observe(record("my_host_u", 1), at(100));
    EXPECT_EQ(underscore.observe(record("my_host_u", 2), at(101)), at(111));
}

TEST(LeadershipRule, TwoSchedulersThatShareAHostNameAreNoticed) {
    LeadershipRule rule("host-a");
    (void)rule.observe(record("host-a_one", 1), at(100));
    (void)rule.observe(record("host-a_two", 2), at(101));
    EXPECT_FALSE(rule.shared_host_name()) << "a restarted scheduler has a new uuid";
    (void)rule.observe(record("host-a_one", 3), at(102));
    EXPECT_TRUE(rule.shared_host_name());
}

class LeaseFollowerTest : public ::testing::Test {
  protected:
    void renew(const std::string& holder, int number) {
        server.store().put(
            kLeases,
            {{"metadata", {{"namespace", "kube-system"}, {"name", "muster-scheduler"}}},
             {"spec",
              {{"holderIdentity", holder}, {"leaseDurationSeconds", 4}, {"renewTime", std::to_string(number)}}}});
    }
    [[nodiscard]] bool leads() const {
        const auto times = service.lead_times();
        return !times.empty() && times.back() > clock.now();
    }
    FakeApiServer server;
    std::unique_ptr<kube::ApiClient> api = std::move(*kube::ApiClient::create(server.access()));
    RecordingService service;
    SteadyClock clock;
    LeadershipSettings settings;
    kube::LeaseFollower follower{*api, settings, clock, "me", [this](TimePoint until) { service.lead_until(until); }};
};

TEST_F(LeaseFollowerTest, LeadsWhileTheLeaseIsRenewedAndFollowsWhenItChangesHands) {
    ASSERT_TRUE(follower.start());
    ASSERT_TRUE(eventually([&] { return !service.lead_times().empty(); })) << "no Lease yet";
    EXPECT_FALSE(leads());
    int number = 0;
    EXPECT_TRUE(eventually([&] {
        renew("me_uuid", ++number);
        return leads();
    }));
    renew("other_uuid", 1000);
    EXPECT_TRUE(eventually([&] { return !leads(); }));
    follower.stop();
}

TEST_F(LeaseFollowerTest, LeadershipRunsOutWhileTheServerFails) {
    ASSERT_TRUE(follower.start());
    int number = 0;
    ASSERT_TRUE(eventually([&] {
        renew("me_uuid", ++number);
        return leads();
    }));
    server.fail_next({"GET", "leases", 500, 1'000'000});
    EXPECT_TRUE(eventually([&] { return !leads(); }));
    follower.stop();
}

TEST_F(LeaseFollowerTest, WithoutALeaseToFollowItLeadsForEver) {
    settings.mode = LeadershipMode::none;
    kube::LeaseFollower alone(*api, settings, clock, "me", [this](TimePoint until) { service.lead_until(until); });
    ASSERT_TRUE(alone.start());
    EXPECT_EQ(service.lead_times(), std::vector<TimePoint>{TimePoint::max()});
    EXPECT_TRUE(server.requests("GET", "leases").empty());
}

}  // namespace
}  // namespace muster::test
