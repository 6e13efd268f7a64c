// Scores as kube-scheduler gets them: real ExtenderArgs over HTTP to the real service. Each term of the scores decides
// where the others are equal: without it another node wins.
#include "dialects/object.hpp"
#include "extender/http/handlers.hpp"
#include "extender/http/server.hpp"
#include "extender/kube/steady_clock.hpp"
#include "extender/memory/memory_cluster.hpp"
#include "policies/registry.hpp"
#include "test/extender/http/fake_service.hpp"
#include "test/extender/http/raw_client.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace muster::test {
namespace {

using nlohmann::json;
using Names = std::vector<std::string>;

json node(const std::string& name, const std::string& rack, const json& annotations = json::object()) {
    return {
        {"kind", "Node"},
        {"metadata",
         {{"name", name},
          {"annotations", annotations},
          {"labels", {{"kubernetes.io/hostname", name}, {"example.com/rack", rack}}}}},
        {"status", {{"allocatable", {{"cpu", "96"}, {"memory", "1Ti"}, {"pods", "110"}, {"nvidia.com/gpu", "8"}}}}}};
}

// A pod of Muster's scheduler; on a node if one is named.
json pod(const std::string& name, int gpus, const std::string& on = "") {
    json object = {
        {"kind", "Pod"},
        {"apiVersion", "v1"},
        {"metadata", {{"namespace", "ml"}, {"name", name}, {"uid", "uid-" + name}, {"labels", json::object()}}},
        {"spec",
         {{"schedulerName", "muster"},
          {"containers",
           {{{"name", "main"},
             {"resources",
              {{"requests", {{"cpu", "1"}, {"nvidia.com/gpu", std::to_string(gpus)}}},
               {"limits", {{"nvidia.com/gpu", std::to_string(gpus)}}}}}}}}}}};
    if (!on.empty()) {
        object["spec"]["nodeName"] = on;
        object["status"]["phase"] = "Running";
    }
    return object;
}

json member(json pod, const std::string& gang, int members) {
    pod["metadata"]["labels"]["muster.scheduler/gang"] = gang;
    pod["metadata"]["annotations"]["muster.scheduler/members"] = std::to_string(members);
    return pod;
}

json replica(json pod, const std::string& set) {
    pod["metadata"]["ownerReferences"] = {{{"apiVersion", "apps/v1"},
                                           {"kind", "ReplicaSet"},
                                           {"name", set},
                                           {"uid", "uid-" + set},
                                           {"controller", true}}};
    return pod;
}

json with_gpus(json pod, const std::string& ordinals) {
    pod["metadata"]["annotations"] = {{"muster.scheduler/gpus", ordinals},
                                      {"muster.scheduler/gpu-source", "controlled"}};
    return pod;
}

class ScoringServer {
  public:
    ScoringServer(const std::vector<json>& objects, Settings settings) : settings_(std::move(settings)) {
        settings_.levels = std::vector<LevelSpec>{{"rack", "example.com/rack"}};
        std::vector<Object> parsed;
        for (const auto& object : objects) parsed.push_back(parse_json(object.dump(), "test").value());
        const auto created = cluster_.create(parsed);
        EXPECT_TRUE(created) << to_string(created.error());
        service_ = SchedulerService::create(settings_, default_policies(), cluster_, clock_);
        cluster_.start(*service_);
        handlers_ = std::make_unique<Handlers>(HandlerContext{*service_, owners_, settings_.scheduler_names});
        auto started = HttpServer::start({Listener{"scheduling", {"127.0.0.1", 0}, handlers_->scheduling(), {}}});
        EXPECT_TRUE(started);
        server_ = std::move(*started);
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (!service_->status().synced && std::chrono::steady_clock::now() < deadline)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        EXPECT_TRUE(service_->status().synced);
    }
    ~ScoringServer() {
        server_.reset();
        cluster_.stop();
    }
    ScoringServer(const ScoringServer&) = delete;
    ScoringServer& operator=(const ScoringServer&) = delete;

    [[nodiscard]] bool comes_to_wait(const std::string& gang) const {
        const auto waits = [&](const GangView& view) { return view.key.name == gang && view.state == "waiting"; };
        const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        while (std::ranges::none_of(service_->gangs(), waits)) {
            if (std::chrono::steady_clock::now() > deadline) return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        }
        return true;
    }

    // The answer to one of kube-scheduler's calls with node names only.
    [[nodiscard]] json ask(const std::string& path, const json& pod, const Names& nodes) const {
        RawClient client(server_->port(0));
        const json args = {{"Pod", pod}, {"Nodes", nullptr}, {"NodeNames", nodes}};
        const auto answer = client.post(path, args.dump());
        EXPECT_TRUE(answer && answer->status == 200);
        return answer ? json::parse(answer->body) : json();
    }

    // Scores by node, after the shape of the answer was looked at.
    [[nodiscard]] std::map<std::string, int> scores(const json& pod, const Names& nodes) const {
        const json answer = ask("/prioritize", pod, nodes);
        std::map<std::string, int> scores;
        EXPECT_EQ(answer.size(), nodes.size());
        for (const auto& entry : answer) {
            EXPECT_TRUE(entry["Score"].is_number_integer()) << entry;
            EXPECT_TRUE(scores.emplace(entry["Host"], entry["Score"]).second) << "scored twice: " << entry;
        }
        const auto tops = std::ranges::count_if(scores, [](const auto& entry) { return entry.second == 10; });
        EXPECT_EQ(tops, 1) << answer;
        for (const auto& [name, score] : scores) {
            EXPECT_TRUE(score >= 0 && score <= 10) << name;
            EXPECT_NE(std::ranges::find(nodes, name), nodes.end()) << name << " was not offered";
        }
        return scores;
    }
    [[nodiscard]] std::string winner(const json& pod, const Names& nodes) const {
        for (const auto& [name, score] : scores(pod, nodes)) {
            if (score == 10) return name;
        }
        return "";
    }

  private:
    Settings settings_;
    SteadyClock clock_;
    MemoryCluster cluster_{{"muster"}};
    std::unique_ptr<SchedulerService> service_;
    NoOwners owners_;
    std::unique_ptr<Handlers> handlers_;
    std::unique_ptr<HttpServer> server_;
};

Settings in_mode(Mode mode) {
    Settings settings;
    settings.mode = mode;
    return settings;
}

Settings without(ScoreTerm term, Settings settings) {
    std::erase_if(settings.scores.terms, [&](const ScoreRule& rule) { return rule.term == term; });
    return settings;
}

TEST(Scores, AGangGoesWhereAllOfItFitsInAdviseMode) {
    // Two members fit in rack r1, three in r2; every cell is whole, so damage is the same everywhere.
    const std::vector<json> objects = {node("a", "r1"), node("b", "r2"), node("c", "r2")};
    const json pending = member(pod("m-0", 4), "train", 3);
    const Settings advise = in_mode(Mode::advise);
    EXPECT_EQ(ScoringServer(objects, advise).winner(pending, {"a", "b", "c"}), "b");
    EXPECT_EQ(ScoringServer(objects, without(ScoreTerm::gang_completeness, advise)).winner(pending, {"a", "b", "c"}),
              "a");
}

TEST(Scores, AGangGoesWhereItsMembersAreInAdviseMode) {
    // Every host holds one pod of 4 GPUs.
    const std::vector<json> objects = {node("a", "r1"),  node("b", "r2"),  node("c", "r2"),
                                       pod("x", 4, "a"), pod("y", 4, "c"), member(pod("m-0", 4, "b"), "train", 3)};
    const json pending = member(pod("m-1", 4), "train", 3);
    const auto winner = [&](const Settings& settings) {
        return ScoringServer(objects, settings).winner(pending, {"a", "b", "c"});
    };
    const Settings advise = in_mode(Mode::advise);
    EXPECT_EQ(winner(advise), "b");
    // Its completeness says so, and so does the policy of distance.
    const Settings by_policies = without(ScoreTerm::gang_completeness, advise);
    EXPECT_EQ(winner(by_policies), "b");
    EXPECT_EQ(winner(without(ScoreTerm::policies, advise)), "b");
    EXPECT_EQ(winner(without(ScoreTerm::policies, by_policies)), "a");
}

TEST(Scores, AReplicaGoesToAnotherFailureDomain) {
    // Every host is broken by one pod, and those of a and b are replicas of one set.
    const std::vector<json> objects = {node("a", "r1"),  node("b", "r1"),
                                       node("c", "r2"),  replica(pod("web-0", 1, "a"), "web"),
                                       pod("x", 1, "b"), pod("y", 1, "c")};
    const json pending = replica(pod("web-1", 1), "web");
    for (const Mode mode : {Mode::enforce, Mode::advise}) {
        const Settings settings = in_mode(mode);
        EXPECT_EQ(ScoringServer(objects, settings).winner(pending, {"a", "b", "c"}), "c");
        EXPECT_EQ(ScoringServer(objects, without(ScoreTerm::failure_domain, settings)).winner(pending, {"a", "b", "c"}),
                  "a");
        Settings near = settings;
        near.scores.siblings = SiblingWish::near;
        EXPECT_EQ(ScoringServer(objects, near).winner(pending, {"c", "b", "a"}), "a");
    }
}

TEST(Scores, APodOfNoGangGoesWhereItsGpusHaveTheBetterLinks) {
    // On a DGX-1V no NVLink joins GPUs 0 and 5, which are free on a; two join 0 and 3, which are free on b.
    const json dgx = {{"muster.scheduler/machine", "dgx-1v"}};
    const std::vector<json> objects = {node("a", "r1", dgx), node("b", "r1", dgx),
                                       with_gpus(pod("x", 6, "a"), "1,2,3,4,6,7"),
                                       with_gpus(pod("y", 6, "b"), "1,2,4,5,6,7")};
    const json pending = pod("notebook", 2);
    for (const Mode mode : {Mode::enforce, Mode::advise}) {
        const Settings settings = in_mode(mode);
        EXPECT_EQ(ScoringServer(objects, settings).winner(pending, {"a", "b"}), "b");
        EXPECT_EQ(ScoringServer(objects, without(ScoreTerm::link_locality, settings)).winner(pending, {"a", "b"}), "a");
    }
}

TEST(Scores, APodOfNoGangLeavesAWaitingGangsRoomAlone) {
    // The gang needs three hosts of one rack: of r1 two are free, of r2 one.
    std::vector<json> objects = {node("a", "r1"), node("b", "r1"),  node("c", "r1"),  node("d", "r2"), node("e", "r2"),
                                 node("f", "r2"), pod("x", 8, "c"), pod("y", 8, "e"), pod("z", 8, "f")};
    for (const char* name : {"m-0", "m-1", "m-2"}) {
        json part = member(pod(name, 8), "train", 3);
        part["metadata"]["annotations"]["muster.scheduler/topology"] = "required: rack";
        objects.push_back(part);
    }
    const Settings settings = in_mode(Mode::enforce);
    const auto winner = [&](const Settings& by) {
        const ScoringServer server(objects, by);
        EXPECT_TRUE(server.comes_to_wait("train"));
        return server.winner(pod("notebook", 1), {"a", "b", "d"});
    };
    EXPECT_EQ(winner(settings), "d");
    EXPECT_EQ(winner(without(ScoreTerm::waiting_gangs, settings)), "a");
}

TEST(Scores, AdviceNeverRemovesANode) {
    const ScoringServer server({node("a", "r1"), node("full", "r1"), pod("x", 8, "full")}, in_mode(Mode::advise));
    const Names nodes{"a", "full", "never-seen"};
    for (const json& pending : {pod("single", 8), member(pod("m-0", 8), "train", 64), pod("absurd", 4'000)}) {
        const json answer = server.ask("/filter", pending, nodes);
        EXPECT_EQ(answer["NodeNames"], json(nodes)) << answer;
        EXPECT_EQ(server.scores(pending, nodes).size(), 3U);
    }
}

TEST(Scores, AShadowScoresNothing) {
    const ScoringServer server({node("a", "r1"), node("b", "r1"), pod("x", 1, "b")}, in_mode(Mode::shadow));
    const json answer = server.ask("/prioritize", pod("single", 1), {"a", "b"});
    ASSERT_EQ(answer.size(), 2U);
    for (const auto& entry : answer) EXPECT_EQ(entry["Score"], 0) << entry;
}

TEST(Scores, AreTheSameWhateverTheOrderOfTheNames) {
    std::vector<json> objects;
    Names nodes;
    for (int i = 0; i < 12; ++i) {
        nodes.push_back("n" + std::to_string(i));
        objects.push_back(node(nodes.back(), "r" + std::to_string(i / 4)));
        if (i % 3 > 0) objects.push_back(pod("x" + std::to_string(i), i % 3 + 2, nodes.back()));
    }
    const ScoringServer server(objects, in_mode(Mode::enforce));
    const auto scores = server.scores(pod("single", 2), nodes);
    std::ranges::reverse(nodes);
    EXPECT_EQ(server.scores(pod("single", 2), nodes), scores);
}

}  // namespace
}  // namespace muster::test
