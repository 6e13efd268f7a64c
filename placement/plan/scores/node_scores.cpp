#include "placement/plan/scores/node_scores.hpp"

#include "placement/model/check.hpp"
#include "placement/plan/links/gpu_room.hpp"
#include "placement/plan/room/node_room.hpp"
#include "placement/plan/scores/score_nodes.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace muster {
namespace {

// What a term has against a node; compared from the front, smaller is better.
using Judgement = std::vector<std::int64_t>;

// Siblings by domain.
class Siblings {
  public:
    Siblings(const Fabric& fabric, const std::vector<NodeName>& nodes)
        : fabric_(fabric), inside_(fabric.domain_count(), 0) {
        for (const auto& name : nodes) {
            const auto node = fabric.find(name.str());
            if (!node) continue;
            for (DomainIdx at = fabric.host_domain(*node);; at = fabric.domain(at).parent) {
                ++inside_[at.value()];
                if (at == fabric.root()) break;
            }
        }
    }

    [[nodiscard]] std::int64_t all() const { return inside_.front(); }
    [[nodiscard]] std::int64_t inside(DomainIdx domain) const { return inside_[domain.value()]; }
    [[nodiscard]] std::int64_t beside(NodeIdx node, LevelIdx level) const {
        return inside(fabric_.domain_at(node, level));
    }

  private:
    const Fabric& fabric_;
    std::vector<std::int64_t> inside_;
};

class Scorer {
  public:
    Scorer(const Snapshot& snapshot, const PodToScore& pod, const ScoreRules& rules, GpuTables& gpus)
        : snapshot_(snapshot),
          fabric_(snapshot.fabric()),
          pod_(pod),
          rules_(rules),
          gpus_(gpus),
          siblings_(fabric_, pod.siblings) {}

    // By place in `penalties`.
    [[nodiscard]] std::vector<Judgement> judge(ScoreTerm term, const std::vector<NodePenalty>& penalties) {
        std::vector<Judgement> judged;
        judged.reserve(penalties.size());
        switch (term) {
            case ScoreTerm::gang_completeness:
                for (const auto& entry : penalties) judged.push_back(incomplete(entry.node));
                break;
            case ScoreTerm::failure_domain:
                for (const auto& entry : penalties) judged.push_back(exposed(entry.node));
                break;
            case ScoreTerm::waiting_gangs:
                return taken(penalties);
            case ScoreTerm::link_locality: {
                const auto tables = gpus_.tables(fabric_.machines());
                for (const auto& entry : penalties) judged.push_back({link_class(entry.node, tables)});
                break;
            }
            case ScoreTerm::policies:
                for (const auto& entry : penalties) judged.push_back(entry.penalty);
                break;
        }
        return judged;
    }

  private:
    [[nodiscard]] std::size_t levels() const { return fabric_.levels().size(); }
    static LevelIdx level(std::size_t at) { return LevelIdx(static_cast<std::uint32_t>(at)); }

    // gang_completeness.
    [[nodiscard]] Judgement incomplete(NodeIdx node) {
        if (pod_.gang_size <= 0) return {};
        if (room_.empty()) {
            // Each node as if for all that is left, so that a host's room is cut at nothing less.
            GangRequest rest = pod_.pod;
            const auto left = static_cast<std::size_t>(std::max<std::int64_t>(1, pod_.gang_size - siblings_.all()));
            rest.roles.front().members.resize(left, rest.roles.front().members.front());
            room_ = domain_room(snapshot_, rest, RoomBasis::now);
        }
        const std::int64_t left = std::max<std::int64_t>(0, pod_.gang_size - siblings_.all());
        Judgement missing;
        for (std::size_t i = 0; i < levels(); ++i) {
            const DomainIdx domain = fabric_.domain_at(node, level(i));
            missing.push_back(pod_.gang_size - siblings_.inside(domain) - std::min(left, room_[domain.value()]));
        }
        return missing;
    }

    [[nodiscard]] std::int64_t elsewhere(NodeIdx node, LevelIdx level) const {
        return siblings_.all() - siblings_.beside(node, level);
    }

    // failure_domain.
    [[nodiscard]] Judgement exposed(NodeIdx node) const {
        const TopologyWish& wish = pod_.pod.wish;
        Judgement judged;
        if (pod_.gang_size > 0) {
            for (const auto& spread : wish.spread) {
                if (const auto at = fabric_.level(spread.level)) judged.push_back(siblings_.beside(node, *at));
            }
            if (!wish.spread.empty()) return judged;
            for (const auto& wished : {wish.required, wish.preferred}) {
                const auto at = wished ? fabric_.level(*wished) : std::nullopt;
                if (at) judged.push_back(elsewhere(node, *at));
            }
            return judged;
        }
        const bool apart = rules_.siblings == SiblingWish::apart;
        for (std::size_t i = 0; i < levels(); ++i)
            judged.push_back(apart ? siblings_.beside(node, level(i)) : elsewhere(node, level(i)));
        return judged;
    }

    // waiting_gangs.
    [[nodiscard]] std::vector<Judgement> taken(const std::vector<NodePenalty>& penalties) const {
        WaitingGangs others;
        for (const auto& gang : pod_.waiting) {
            const bool own = pod_.gang_size > 0 && gang->request.key == pod_.pod.key;
            if (!own && others.size() < kMostWaitingGangs) others.push_back(gang);
        }
        if (others.empty()) return std::vector<Judgement>(penalties.size());
        std::vector<NodeIdx> nodes;
        nodes.reserve(penalties.size());
        for (const auto& entry : penalties) nodes.push_back(entry.node);
        return room_lost(snapshot_, pod_.pod.roles.front().shape, others, nodes);
    }

    // link_locality.
    [[nodiscard]] std::int64_t link_class(NodeIdx node, const std::vector<GpuTable*>& tables) const {
        const auto machine = fabric_.machine_of(node);
        const std::size_t k = machine ? machine_gpus(fabric_.node(node), pod_.pod.roles.front().shape) : 0;
        if (k == 0) return 0;
        return tables[*machine]->packs(gpus_gone(snapshot_, node), k, pod_.gang_size > 1).of(1).bandwidth_class;
    }

    const Snapshot& snapshot_;
    const Fabric& fabric_;
    const PodToScore& pod_;
    const ScoreRules& rules_;
    GpuTables& gpus_;
    Siblings siblings_;
    std::vector<std::int64_t> room_;  // by domain, for what is left of the gang; empty until asked
};

// Equal judgements are one class, the best is 0. Neighbours are mostly equal, so only the first of each run is sorted.
std::vector<std::int64_t> classes_of(const std::vector<Judgement>& judged, std::int64_t& worst) {
    std::vector<const Judgement*> distinct;
    for (std::size_t i = 0; i < judged.size(); ++i) {
        if (i == 0 || judged[i] != judged[i - 1]) distinct.push_back(&judged[i]);
    }
    const auto content = [](const Judgement* judgement) -> const Judgement& { return *judgement; };
    std::ranges::sort(distinct, {}, content);
    const auto repeated = std::ranges::unique(distinct, {}, content);
    distinct.erase(repeated.begin(), repeated.end());
    worst = std::ssize(distinct) - 1;
    std::vector<std::int64_t> classes;
    classes.reserve(judged.size());
    for (std::size_t i = 0; i < judged.size(); ++i) {
        const bool again = i > 0 && judged[i] == judged[i - 1];
        classes.push_back(again ? classes.back()
                                : std::ranges::lower_bound(distinct, judged[i], {}, content) - distinct.begin());
    }
    return classes;
}

struct Ranked {
    std::int64_t sum = 0;
    NodeScore score;
};

// One at the top, the others in proportion.
void grade(std::vector<Ranked>& ranked) {
    const std::int64_t best = ranked.front().sum;
    const std::int64_t range = std::max<std::int64_t>(1, ranked.back().sum - best);
    for (auto& entry : ranked) entry.score.score = kTopScore - 1 - (kTopScore - 2) * (entry.sum - best) / range;
    ranked.front().score.score = kTopScore;
}

}  // namespace

std::vector<NodeScore> node_scores(const Snapshot& snapshot, const PodToScore& pod, const Policies& policies,
                                   const ScoreRules& rules, const std::vector<NodeIdx>& offered, GpuTables& gpus) {
    MUSTER_CHECK(pod.pod.roles.size() == 1 && !pod.pod.roles.front().members.empty());
    constexpr std::int64_t kSpan = 1'000;
    std::vector<NodeIdx> nodes(offered);
    std::ranges::sort(nodes);
    const auto repeated = std::ranges::unique(nodes);
    nodes.erase(repeated.begin(), repeated.end());
    const auto penalties = node_penalties(snapshot, pod.pod, policies, nodes);
    std::vector<Ranked> ranked;
    ranked.reserve(penalties.size());
    for (const auto& entry : penalties) {
        ranked.push_back({0, {entry.node, 0, {}}});
        ranked.back().score.classes.reserve(rules.terms.size());
    }
    Scorer scorer(snapshot, pod, rules, gpus);
    for (const auto& rule : rules.terms) {
        std::int64_t worst = 0;
        const auto classes = classes_of(scorer.judge(rule.term, penalties), worst);
        for (std::size_t i = 0; i < ranked.size(); ++i) {
            ranked[i].score.classes.push_back(classes[i]);
            if (worst > 0) ranked[i].sum += rule.weight * kSpan * classes[i] / worst;
        }
    }
    std::ranges::sort(ranked, [](const Ranked& a, const Ranked& b) {
        return std::tie(a.sum, a.score.classes, a.score.node) < std::tie(b.sum, b.score.classes, b.score.node);
    });
    if (!ranked.empty()) grade(ranked);

    std::vector<NodeScore> scores;
    scores.reserve(nodes.size());
    for (auto& entry : ranked) scores.push_back(std::move(entry.score));
    auto able = penalties.begin();  // in the order of nodes
    for (const NodeIdx node : nodes) {
        if (able != penalties.end() && able->node == node)
            ++able;
        else
            scores.push_back({node, 0, {}});
    }
    if (!scores.empty()) scores.front().score = kTopScore;
    return scores;
}

}  // namespace muster
