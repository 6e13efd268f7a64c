// Pods that are no members: beside reservations, in races, as preemptors; and the scores of prioritize.
#include "test/extender/service/service_world.hpp"

#include <algorithm>
#include <thread>

namespace muster::test {
namespace {

TEST(PlainPods, AreOfferedTheNodesThatAreLeftBesideAReservedGang) {
    ServiceWorld world;
    world.add_nodes(1, 2, 2);
    world.add_gang("train", 2);
    world.start();
    world.play_until(
        "the gang is admitted", [&] { return world.state_of("train") == "admitted"; },
        [](const PodFacts&) { return true; });
    world.add({{"plain", "", 0, 1}});
    world.play_until(
        "the pod is known", [&] { return world.service().knows(world.pod("plain")->uid); },
        [](const PodFacts&) { return true; });
    std::vector<std::string> names = world.node_names();
    const auto result = world.filter(*world.pod("plain"), names);
    EXPECT_EQ(names, (std::vector<std::string>{"n0-1-0", "n0-1-1"}));
    EXPECT_EQ(result.unresolvable.size(), 1U) << "one entry says it for all refused nodes";
}

TEST(PlainPods, NeverOverCommitANodeHoweverTheirBindsRace) {
    ServiceWorld world;
    world.add_nodes(1, 1, 1);
    std::vector<PodSpec> pods;
    for (int i = 0; i < 20; ++i) pods.push_back({"p" + std::to_string(i), "", 0, 1});
    world.add(pods);
    world.add({{"first", "", 0, 0}});
    world.start();
    world.play_until(
        "the service acts", [&] { return world.pod("first")->bound(); },
        [](const PodFacts& pod) { return pod.key.name != "first"; });
    std::atomic<int> bound = 0;
    std::atomic<int> answers = 0;
    std::vector<std::thread> threads;
    for (const PodFacts& pod : world.cluster().pods()) {
        if (pod.bound()) continue;
        threads.emplace_back([&, pod] {
            world.service().bind({pod.uid, pod.key, NodeName("n0-0-0")}, [&](std::string_view error) {
                if (error.empty()) ++bound;
                ++answers;
            });
        });
    }
    for (std::thread& thread : threads) thread.join();
    world.play_until("every call is answered", [&] { return answers == 20; }, [](const PodFacts&) { return true; });
    EXPECT_EQ(bound, 8);
    EXPECT_EQ(std::ranges::count_if(world.cluster().pods(), [](const PodFacts& pod) { return pod.bound(); }), 1 + 8);
}

TEST(PlainPods, MembersAreBoundOneByOneWhereNothingIsEnforced) {
    for (const Mode mode : {Mode::advise, Mode::shadow}) {
        Settings settings;
        settings.mode = mode;
        ServiceWorld world(settings);
        world.add_nodes(1, 1, 4);
        world.add({{"part-0", "part", 3, 8, "", false}, {"part-1", "part", 3, 8, "", false}, {"plain", "", 0, 8}});
        world.start();
        world.play_until("two of three members and the plain pod are bound",
                         [&] { return world.bound_of("part").size() == 2 && world.pod("plain")->bound(); });
    }
}

TEST(PlainPods, EachOfferedNodeIsScoredOnceWithOneMaximum) {
    ServiceWorld world;
    world.add_nodes(2, 2, 4);
    world.add({{"plain", "", 0, 1}});
    world.start();
    world.play_until(
        "the pod is known", [&] { return world.service().status().pods == 1; }, [](const PodFacts&) { return true; });
    wire::ExtenderArgs args;
    const PodFacts pod = *world.pod("plain");
    args.uid = pod.uid;
    args.pod = pod.key;
    args.node_names = world.node_names();
    args.node_names.emplace_back("unknown-node");
    const auto scores = world.service().prioritize(args, std::nullopt);
    ASSERT_EQ(scores.size(), args.node_names.size());
    std::int64_t tops = 0;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        EXPECT_EQ(scores[i].host, args.node_names[i]);
        EXPECT_GE(scores[i].score, 0);
        EXPECT_LE(scores[i].score, 10);
        tops += scores[i].score == 10 ? 1 : 0;
    }
    EXPECT_EQ(tops, 1);
}

TEST(PlainPods, PreemptionNeverTakesAGangMemberAndNeverReservedSpace) {
    ServiceWorld world;
    world.add_nodes(1, 1, 3);
    world.add_gang("train", 1);
    world.add({{"victim", "", 0, 8}, {"preemptor", "", 0, 8}});
    world.start();
    const auto only = [](std::string name) { return [name](const PodFacts& pod) { return pod.key.name != name; }; };
    world.play_until("the gang is bound", [&] { return world.bound_of("train").size() == 1; }, only("train-0"));
    world.play_until("the victim is bound", [&] { return world.pod("victim")->bound(); }, only("victim"));
    const PodFacts victim = *world.pod("victim");
    const PodFacts member = world.bound_of("train")[0];
    world.play_until(
        "both are seen bound", [&] { return world.service().status().reservations == 0; },
        [](const PodFacts&) { return true; });
    wire::PreemptionArgs args;
    args.uid = world.pod("preemptor")->uid;
    args.pod = {"ml", "preemptor"};
    args.nodes = {{member.node.str(), {member.uid}, 0}, {victim.node.str(), {victim.uid}, 0}};
    const auto left = world.service().preempt(args, std::nullopt);
    ASSERT_EQ(left.size(), 1U);
    EXPECT_EQ(left[0].node, victim.node.str());
    args.uid = member.uid;
    EXPECT_TRUE(world.service().preempt(args, std::nullopt).empty()) << "a member preempts nobody";
}

}  // namespace
}  // namespace muster::test
