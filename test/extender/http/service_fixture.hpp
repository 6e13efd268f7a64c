// The three listeners on free ports, with the real handlers over a fake service.
#pragma once

#include "extender/http/admin.hpp"
#include "extender/http/handlers.hpp"
#include "extender/http/server.hpp"
#include "test/extender/http/fake_service.hpp"
#include "test/extender/http/raw_client.hpp"

#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace muster::test {

class ServiceFixture : public testing::Test {
  protected:
    void SetUp() override {
        auto started = HttpServer::start(
            {Listener{"scheduling", {"127.0.0.1", 0}, handlers.scheduling(), {}},
             Listener{"binding", {"127.0.0.1", 0}, handlers.binding(), {}},
             Listener{"admin", {"127.0.0.1", 0}, admin_handler(service, metrics, [] { return std::size_t{3}; }), {}}});
        ASSERT_TRUE(started) << to_string(started.error());
        server = std::move(*started);
    }
    [[nodiscard]] RawClient scheduling() const { return RawClient(server->port(0)); }
    [[nodiscard]] RawClient binding() const { return RawClient(server->port(1)); }
    [[nodiscard]] RawClient admin() const { return RawClient(server->port(2)); }

    static std::string filter_body(const std::string& names = R"(["n1","n2"])",
                                   const std::string& spec = R"({"containers":[]})") {
        return R"({"Pod":{"metadata":{"name":"p","namespace":"ml","uid":"u"},"spec":)" + spec +
               R"(},"Nodes":null,"NodeNames":)" + names + "}";
    }
    static std::string bind_body(const std::string& uid) {
        return R"({"PodName":"p-)" + uid + R"(","PodNamespace":"ml","PodUID":")" + uid + R"(","Node":"n1"})";
    }

    FakeService service;
    NoOwners owners;
    obs::Metrics metrics;
    Handlers handlers{HandlerContext{service, owners, {"muster"}, metrics}};
    std::unique_ptr<HttpServer> server;
};

}  // namespace muster::test
