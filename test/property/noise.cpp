#include "test/property/noise.hpp"

#include "placement/cluster/snapshot.hpp"
#include "test/property/world_gen.hpp"

#include <utility>

namespace muster::test {
namespace {

class NoiseCost final : public DomainCost {
  public:
    NoiseCost(const Fabric& fabric, std::string role, const Noise& noise)
        : fabric_(fabric), role_(std::move(role)), noise_(noise) {}
    [[nodiscard]] std::optional<std::int64_t> cost(DomainIdx domain, std::int32_t m) const override {
        return noise_(role_, fabric_.path(domain), fabric_.domain(domain).depth, m);
    }

  private:
    const Fabric& fabric_;
    std::string role_;
    Noise noise_;
};

class NoisePolicy final : public DomainPolicy {
  public:
    explicit NoisePolicy(const Noise& noise) : noise_(noise) {}
    [[nodiscard]] std::string_view name() const override { return "noise"; }
    [[nodiscard]] Combine combine() const override { return noise_.maximum ? Combine::maximum : Combine::sum; }
    [[nodiscard]] bool may_refuse() const override { return noise_.refuse_percent > 0; }
    [[nodiscard]] bool leads(const GangRequest& /*request*/) const override { return noise_.leads; }
    [[nodiscard]] std::unique_ptr<DomainCost> prepare(const Snapshot& snapshot,
                                                      const GangRequest& request) const override {
        return std::make_unique<NoiseCost>(snapshot.fabric(), request.roles.front().name, noise_);
    }

  private:
    Noise noise_;
};

}  // namespace

std::optional<std::int64_t> Noise::operator()(std::string_view role, std::string_view path, std::uint32_t depth,
                                              std::int32_t m) const {
    if (m == 0) return 0;
    std::uint64_t key = seed;
    for (const std::string_view part : {role, std::string_view("|"), path}) {
        for (const char c : part) key = key * 1'099'511'628'211U + static_cast<unsigned char>(c);
    }
    world::Dice dice(key ^ (std::uint64_t{depth} << 40U) ^ (static_cast<std::uint64_t>(m) << 48U));
    if (dice.chance(refuse_percent)) return std::nullopt;
    return dice.below(sides);
}

std::shared_ptr<const DomainPolicy> noise_policy(const Noise& noise) {
    return std::make_shared<NoisePolicy>(noise);
}

}  // namespace muster::test
