#include "test/extender/http/service_fixture.hpp"

#include <nlohmann/json.hpp>

namespace muster {
namespace {

using nlohmann::json;

GangView gang(std::string ns, std::string name, std::string state) {
    GangView view;
    view.key = {std::move(ns), std::move(name)};
    view.state = std::move(state);
    return view;
}

class AdminTest : public test::ServiceFixture {};

TEST_F(AdminTest, IsReadyOnceListedAndUntilDraining) {
    auto client = admin();
    EXPECT_EQ(client.get("/readyz")->status, 200);
    EXPECT_EQ(client.get("/livez")->status, 200);
    service.change([](auto& behaviour) { behaviour.status.draining = true; });
    EXPECT_EQ(client.get("/readyz")->status, 503);
    service.change([](auto& behaviour) { behaviour.status = {}; });
    EXPECT_EQ(client.get("/readyz")->status, 503);
    EXPECT_EQ(client.get("/livez")->status, 200);
}

TEST_F(AdminTest, ShowsStatusAndComplaints) {
    service.change([](auto& behaviour) {
        auto& status = behaviour.status;
        status.leading = true;
        status.nodes = 5;
        status.pods = 7;
        status.gangs = 2;
        status.parked_binds = 3;
        status.complaints = {"set nodeCacheCapable: \"true\""};
    });
    const auto expected = json::parse(
        R"({"apiVersion":"muster.scheduler/v1alpha1","kind":"Status","ready":true,"synced":true,"leading":true,"draining":false,
        "nodes":5,"pods":7,"gangs":2,"reservations":0,"parkedBinds":3,"writeQueue":0,"complaints":["set nodeCacheCapable: \"true\""]})");
    EXPECT_EQ(json::parse(admin().get("/v1/status")->body), expected);
    EXPECT_EQ(json::parse(admin().get("/readyz")->body), expected);
}

TEST_F(AdminTest, ListsGangsByName) {
    GangView waiting = gang("ml", "b", "waiting");
    waiting.epoch = 4;
    waiting.reason = "no rack has room";
    waiting.reason_code = "level-too-small";
    waiting.waits_for = Millis(1'500);
    GangView served = gang("ml", "a", "served");
    served.epoch = 1;
    served.incarnation = 2;
    served.needed = served.members = served.served = 2;
    served.level = "rack";
    served.domain = "b1/r1";
    served.proof = "bounded";
    served.objective = {2, 1, 3};
    served.bound = {2, 1, 2};
    service.change([&](auto& behaviour) { behaviour.gangs = {waiting, served, gang("lab", "c", "gathering")}; });
    const auto answer = json::parse(admin().get("/v1/gangs")->body);
    EXPECT_EQ(answer["kind"], "GangList");
    ASSERT_EQ(answer["items"].size(), 3U);
    EXPECT_EQ(answer["items"][0]["namespace"], "lab");
    EXPECT_EQ(
        answer["items"][1],
        json::parse(
            R"({"namespace":"ml","gang":"a","state":"served","epoch":1,"incarnation":2,"needed":2,"members":2,"served":2,
        "parked":0,"level":"rack","domain":"b1/r1","proof":"bounded","objective":[2,1,3],"bound":[2,1,2],"reason":null})"));
    EXPECT_EQ(answer["items"][2]["waitsForMs"], 1'500);
    EXPECT_EQ(answer["items"][2]["reason"], json::parse(R"({"code":"level-too-small","text":"no rack has room"})"));
    EXPECT_EQ(json::parse(admin().get("/v1/gangs?namespace=ml&gang=b")->body)["items"].size(), 1U);
    EXPECT_EQ(json::parse(admin().get("/v1/gangs?namespace=lab")->body)["items"].size(), 1U);
    service.change([](auto& behaviour) { behaviour.gangs.clear(); });
    EXPECT_EQ(json::parse(admin().get("/v1/gangs")->body)["items"], json::array());
}

TEST_F(AdminTest, ExportsMetrics) {
    service.change([](auto& behaviour) {
        behaviour.status.nodes = 5;
        behaviour.status.reservations = 4;
        behaviour.status.parked_binds = 3;
        behaviour.status.write_queue = 2;
        behaviour.gangs = {gang("ml", "a", "served"), gang("ml", "b", "rolling-back")};
    });
    ASSERT_TRUE(scheduling().post("/filter", filter_body()));
    ASSERT_TRUE(scheduling().post("/filter", "{"));
    const auto answer = admin().get("/metrics");
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->headers.at("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    for (const auto* line :
         {"muster_http_requests_total{code=\"200\",verb=\"filter\"} 1",
          "muster_http_requests_total{code=\"400\",verb=\"filter\"} 1",
          "muster_http_request_duration_seconds_count{verb=\"filter\"} 2", "muster_gangs{state=\"served\"} 1",
          "muster_gangs{state=\"rolling-back\"} 1", "muster_gangs{state=\"waiting\"} 0", "muster_parked_binds 3",
          "muster_nodes 5", "muster_reservations 4", "muster_write_queue 2", "muster_connections 3", "muster_ready 1",
          "muster_leading 0"}) {
        EXPECT_NE(("\n" + answer->body).find("\n" + std::string(line)), std::string::npos) << line << "\n"
                                                                                           << answer->body;
    }
}

TEST_F(AdminTest, KnowsNothingElse) {
    auto client = admin();
    EXPECT_EQ(client.get("/")->status, 404);
    EXPECT_EQ(client.get("/v1/")->status, 404);
    EXPECT_EQ(client.post("/filter", "{}")->status, 404);
    const auto answer = client.post("/livez", "{}");
    EXPECT_EQ(answer->status, 405);
    EXPECT_EQ(answer->headers.at("allow"), "GET, HEAD");
}

}  // namespace
}  // namespace muster
