#include "placement/cluster/gang_traffic.hpp"

#include "placement/model/check.hpp"

#include <algorithm>
#include <functional>

namespace muster {
namespace {

// Some hundred gangs are a few dozen pointers a shard: a change copies little, and so does a snapshot.
constexpr std::size_t kShards = 16;

// The domains with known uplinks around a node, ascending.
std::vector<DomainIdx> uplinked_around(const Fabric& fabric, NodeIdx node) {
    std::vector<DomainIdx> around;
    for (DomainIdx at = fabric.domain(fabric.host_domain(node)).parent; at != fabric.root();
         at = fabric.domain(at).parent) {
        const Domain& domain = fabric.domain(at);
        if (!domain.synthetic && fabric.levels()[domain.depth - 1].uplink_mbps > 0) around.push_back(at);
    }
    std::ranges::reverse(around);
    return around;
}

}  // namespace

void GangTraffic::Gang::count(const std::vector<DomainIdx>& around, std::int32_t more) {
    members += more;
    for (const DomainIdx domain : around) {
        auto at = std::ranges::lower_bound(inside, domain, {}, &std::pair<DomainIdx, std::int32_t>::first);
        if (at == inside.end() || at->first != domain) at = inside.insert(at, {domain, 0});
        at->second += more;
        MUSTER_CHECK(at->second >= 0);
        if (at->second == 0) inside.erase(at);
    }
    MUSTER_CHECK(members >= 0);
}

std::vector<DomainIdx> GangTraffic::Gang::crossed() const {
    std::vector<DomainIdx> crossed;
    for (const auto& [domain, here] : inside) {
        if (here < members) crossed.push_back(domain);
    }
    return crossed;
}

bool GangTraffic::counts(const Fabric& fabric) {
    return std::ranges::any_of(fabric.levels(), [](const LevelSpec& level) { return level.uplink_mbps > 0; });
}

GangTraffic::GangTraffic(const Fabric& fabric, const Members& members) {
    if (!counts(fabric)) return;
    Counts crossing(fabric.domain_count() - fabric.node_count(), 0);
    std::vector<Shard> shards(kShards);
    // By name, so that every shard comes out sorted.
    for (const auto& [name, nodes] : members) {
        if (name.empty() || nodes.empty()) continue;
        Gang gang{.name = std::string(name), .members = 0, .inside = {}};
        for (const NodeIdx node : nodes) gang.count(uplinked_around(fabric, node), 1);
        for (const DomainIdx domain : gang.crossed()) ++crossing[domain.value()];
        shards[shard_of(name)].push_back(std::make_shared<const Gang>(std::move(gang)));
    }
    for (Shard& shard : shards) shards_.push_back(std::make_shared<const Shard>(std::move(shard)));
    crossing_ = std::make_shared<const Counts>(std::move(crossing));
}

void GangTraffic::count(const Fabric& fabric, std::string_view gang, NodeIdx node, std::int32_t more) {
    if (shards_.empty() || gang.empty()) return;
    auto& place = shards_[shard_of(gang)];
    Shard shard = *place;
    const auto at = shard.begin() + (find(shard, gang) - shard.cbegin());
    const bool known = at != shard.end() && (*at)->name == gang;
    Gang changed = known ? **at : Gang{.name = std::string(gang), .members = 0, .inside = {}};
    const auto before = changed.crossed();
    changed.count(uplinked_around(fabric, node), more);
    const auto after = changed.crossed();
    if (changed.members == 0) {
        if (known) shard.erase(at);
    } else {
        const auto kept = std::make_shared<const Gang>(std::move(changed));
        known ? static_cast<void>(*at = kept) : static_cast<void>(shard.insert(at, kept));
    }
    place = std::make_shared<const Shard>(std::move(shard));
    if (before == after) return;
    Counts crossing = *crossing_;
    for (const DomainIdx domain : before) --crossing[domain.value()];
    for (const DomainIdx domain : after) ++crossing[domain.value()];
    crossing_ = std::make_shared<const Counts>(std::move(crossing));
}

std::vector<DomainIdx> GangTraffic::crossed_by(std::string_view gang) const {
    if (shards_.empty()) return {};
    const Shard& shard = *shards_[shard_of(gang)];
    const auto at = find(shard, gang);
    return at != shard.end() && (*at)->name == gang ? (*at)->crossed() : std::vector<DomainIdx>();
}

bool GangTraffic::operator==(const GangTraffic& other) const {
    const auto same_gang = [](const GangRef& a, const GangRef& b) { return a == b || *a == *b; };
    // Counts follow from the gangs.
    return std::ranges::equal(shards_, other.shards_, [&](const auto& a, const auto& b) {
        return a == b || std::ranges::equal(*a, *b, same_gang);
    });
}

std::size_t GangTraffic::shard_of(std::string_view gang) {
    return std::hash<std::string_view>()(gang) % kShards;
}

GangTraffic::Shard::const_iterator GangTraffic::find(const Shard& shard, std::string_view gang) {
    return std::ranges::lower_bound(shard, gang, {}, [](const GangRef& at) { return std::string_view(at->name); });
}

}  // namespace muster
