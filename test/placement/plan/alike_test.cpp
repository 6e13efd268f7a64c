#include "placement/plan/tree/alike.hpp"

#include "placement/cluster/cluster_state.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

// What a policy says of domains by their path; nothing of those that are not listed with a kind.
class Kinds final : public DomainCost {
  public:
    Kinds(const Fabric& fabric, std::map<std::string, std::optional<std::int64_t>> kinds)
        : fabric_(fabric), kinds_(std::move(kinds)) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx, std::int32_t) const override { return 0; }
    [[nodiscard]] std::optional<std::int64_t> kind(DomainIdx domain) const override {
        const auto at = kinds_.find(fabric_.path(domain));
        return at == kinds_.end() ? 0 : at->second;
    }

  private:
    const Fabric& fabric_;
    std::map<std::string, std::optional<std::int64_t>> kinds_;
};

// Racks of hosts with these rooms, by rack.
class RacksOfRoom {
  public:
    explicit RacksOfRoom(const std::vector<std::vector<std::int64_t>>& rooms) {
        ClusterState state(std::vector<LevelSpec>{{"rack", "example.com/rack"}});
        for (std::size_t rack = 0; rack < rooms.size(); ++rack) {
            for (std::size_t host = 0; host < rooms[rack].size(); ++host) {
                NodeFacts facts;
                facts.name = NodeName("r" + std::to_string(rack) + "h" + std::to_string(host));
                facts.labels = {{"example.com/rack", "r" + std::to_string(rack)}};
                state.apply(NodeSeen{facts});
            }
        }
        fabric_ = state.snapshot().shared_fabric();
        room_.assign(fabric_->domain_count(), 0);
        paid_.assign(fabric_->domain_count(), 0);
        for (std::size_t rack = 0; rack < rooms.size(); ++rack) {
            for (std::size_t host = 0; host < rooms[rack].size(); ++host) {
                const auto node = fabric_->find("r" + std::to_string(rack) + "h" + std::to_string(host));
                for (DomainIdx at = fabric_->host_domain(*node);; at = fabric_->domain(at).parent) {
                    room_[at.value()] += rooms[rack][host];
                    if (at == fabric_->root()) break;
                }
            }
        }
    }

    [[nodiscard]] const Fabric& fabric() const { return *fabric_; }
    [[nodiscard]] Alike alike() const { return {*fabric_, room_, paid_, {}}; }
    [[nodiscard]] DomainIdx rack(std::uint32_t rack) const { return DomainIdx(1 + rack); }
    void pay(DomainIdx domain) { paid_[domain.value()] = 1; }
    // The hosts that stay in the race for so many members in the cluster's only rack.
    [[nodiscard]] std::vector<std::uint32_t> hosts_left(Alike& alike, std::int32_t members) const {
        Window window = Branches(*fabric_, room_, paid_, rack(0), members).tight(members);
        alike.thin_out(window);
        std::vector<std::uint32_t> hosts;
        for (const Choice& choice : window.choices) hosts.push_back(fabric_->domain(choice.child).first_node);
        return hosts;
    }

  private:
    std::shared_ptr<const Fabric> fabric_;
    std::vector<std::int64_t> room_;
    std::vector<char> paid_;
};

TEST(Alike, DomainsWithEqualHostsInTheSameOrderAre) {
    const RacksOfRoom world({{8, 4}, {8, 4}, {4, 8}, {8, 4, 0}});
    Alike alike = world.alike();
    EXPECT_EQ(alike.kind(world.rack(0)), alike.kind(world.rack(1)));
    EXPECT_NE(alike.kind(world.rack(0)), alike.kind(world.rack(2)));
    EXPECT_EQ(alike.kind(world.rack(0)), alike.kind(world.rack(3)));  // a host without room does not matter
}

TEST(Alike, DomainsWithBoundMembersAreNot) {
    RacksOfRoom world({{8}, {8}});
    world.pay(world.rack(0));
    Alike alike = world.alike();
    EXPECT_NE(alike.kind(world.rack(0)), alike.kind(world.rack(1)));
}

TEST(Alike, WhatAPolicyTellsApartIsNot) {
    const RacksOfRoom world({{8}, {8}, {8}, {8}});
    const Kinds kinds(world.fabric(), {{"r1", 7}, {"r2/r2h0", 7}});
    Alike alike = world.alike();
    alike.add(kinds);
    EXPECT_EQ(alike.kind(world.rack(0)), alike.kind(world.rack(3)));
    EXPECT_NE(alike.kind(world.rack(0)), alike.kind(world.rack(1)));
    EXPECT_NE(alike.kind(world.rack(0)), alike.kind(world.rack(2)));
}

TEST(Alike, NothingIsWhereAPolicySaysNothing) {
    const RacksOfRoom world({{8}, {8}});
    const Kinds kinds(world.fabric(), {{"r0/r0h0", std::nullopt}, {"r1/r1h0", std::nullopt}});
    Alike alike = world.alike();
    alike.add(kinds);
    EXPECT_NE(alike.kind(world.rack(0)), alike.kind(world.rack(1)));
}

TEST(Alike, PlacesDifferWithTheCostsAroundThem) {
    const RacksOfRoom world({{8}, {8}, {8}});
    const Kinds kinds(world.fabric(), {{"r1", 7}});
    Alike alike = world.alike();
    alike.add(kinds);
    const auto place = [&](std::uint32_t node) {
        return alike.kind_in_place(world.fabric().host_domain(NodeIdx(node)));
    };
    EXPECT_EQ(place(0), place(2));
    EXPECT_NE(place(0), place(1));
}

TEST(Alike, OnlyAsManyTwinsAsAreNeededStayInTheRace) {
    const RacksOfRoom world({{8, 8, 8, 8}});
    Alike alike = world.alike();
    EXPECT_EQ(world.hosts_left(alike, 12), (std::vector<std::uint32_t>{0, 1}));
    EXPECT_EQ(world.hosts_left(alike, 25), (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(Alike, HostsThatCannotBeDoneWithoutStay) {
    const RacksOfRoom world({{4, 8, 4, 4}});
    Alike alike = world.alike();
    EXPECT_EQ(world.hosts_left(alike, 12), (std::vector<std::uint32_t>{0, 1, 2}));
}

}  // namespace
}  // namespace muster
