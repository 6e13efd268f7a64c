#include "test/property/ranking.hpp"

#include "policies/registry.hpp"

#include <memory>
#include <string_view>

namespace muster::test {
namespace {

using world::World;

class NoiseCost final : public DomainCost {
  public:
    NoiseCost(const Fabric& fabric, const Noise& noise) : fabric_(fabric), noise_(noise) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        return noise_(fabric_.path(domain), fabric_.domain(domain).depth, m);
    }

  private:
    const Fabric& fabric_;
    Noise noise_;
};

class NoisePolicy final : public DomainPolicy {
  public:
    explicit NoisePolicy(Noise noise) : noise_(noise) {}
    [[nodiscard]] std::string_view name() const override { return "noise"; }
    [[nodiscard]] Combine combine() const override { return noise_.maximum ? Combine::maximum : Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return noise_.refuse_percent > 0; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& /*request*/) const override {
        return std::make_unique<NoiseCost>(snapshot.fabric(), noise_);
    }

  private:
    Noise noise_;
};

}  // namespace

std::optional<std::int64_t> Noise::operator()(const std::string& path, std::uint32_t depth, std::int32_t m) const {
    if (m == 0) return 0;
    std::uint64_t key = seed;
    for (const char c : path) key = key * 1'099'511'628'211U + static_cast<unsigned char>(c);
    world::Dice dice(key ^ (std::uint64_t{depth} << 40U) ^ (static_cast<std::uint64_t>(m) << 48U));
    if (dice.chance(refuse_percent)) return std::nullopt;
    return dice.below(sides);
}

void Ranking::add_whole_cells(const World& world, const GangRequest& gang) {
    policies.push_back(default_policies().front());
    rules.push_back(brute::whole_cells(world, gang));
}

void Ranking::add(Noise noise) {
    policies.push_back(std::make_shared<NoisePolicy>(noise));
    rules.push_back(
        {[noise](const brute::Region& region, std::int32_t m) { return noise(region.path, region.depth, m); },
         noise.maximum});
}

Ranking ranking(const World& world, const GangRequest& gang, std::uint64_t seed) {
    Ranking ranked;
    switch (seed / 3 % 6) {
        case 0:
            break;
        case 1:
            ranked.add_whole_cells(world, gang);
            break;
        case 2:
            ranked.add({.seed = seed});
            break;
        case 3:
            ranked.add({.seed = seed, .maximum = true});
            break;
        case 4:
            ranked.add({.seed = seed, .sides = 3, .maximum = true});
            ranked.add_whole_cells(world, gang);
            ranked.add({.seed = seed + 1, .sides = 3, .maximum = true});
            ranked.add({.seed = seed + 2});
            break;
        default:
            ranked.add_whole_cells(world, gang);
            ranked.add({.seed = seed, .sides = 2, .refuse_percent = 15});
            ranked.add({.seed = seed + 1, .maximum = true});
            break;
    }
    return ranked;
}

}  // namespace muster::test
