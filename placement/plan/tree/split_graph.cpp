#include "placement/plan/tree/split_graph.hpp"

#include "placement/model/check.hpp"

#include <algorithm>

namespace muster {

// Each cost by units, asked for once; no members cost nothing.
class SplitGraph::CachedCost {
  public:
    CachedCost(const Window& window, const Cost& cost) : window_(window), cost_(cost) {
        first_.reserve(window.choices.size());
        std::size_t size = 0;
        for (const Choice& choice : window.choices) {
            first_.push_back(size);
            size += static_cast<std::size_t>(std::max(0, choice.most - choice.least + 1)) + 1;
        }
        known_.assign(size, kUnknown);
    }

    [[nodiscard]] std::int64_t operator()(std::size_t at, std::int32_t units) {
        const Choice& choice = window_.choices[at];
        if (units == 0 && choice.base == 0) return 0;
        const auto place = units == 0 ? 0 : static_cast<std::size_t>(units - choice.least) + 1;
        std::int64_t& known = known_[first_[at] + place];
        if (known == kUnknown) known = cost_ ? cost_(choice.child, window_.members(choice, units)) : 0;
        return known;
    }
    // Costs of choice.least … choice.most.
    [[nodiscard]] const std::int64_t* row(std::size_t at) {
        for (std::int32_t n = window_.choices[at].least; n <= window_.choices[at].most; ++n)
            static_cast<void>((*this)(at, n));
        return known_.data() + first_[at] + 1;
    }

  private:
    static constexpr std::int64_t kUnknown = -1;
    const Window& window_;
    const Cost& cost_;
    std::vector<std::size_t> first_;  // by choice: of no units; then of least … most
    std::vector<std::int64_t> known_;
};

// Least cost from every state to the end, dense: the first narrowing needs no edges.
struct SplitGraph::Table {
    struct Layer {
        std::int32_t low = 0, high = 0;  // picks so far
        std::size_t first = 0;           // of its values
    };
    const Window& window;
    CachedCost cost;
    std::vector<Layer> layers;
    std::vector<std::int64_t> values;

    Table(const Window& given, const Cost& given_cost) : window(given), cost(given, given_cost) {
        lay_out();
        values.assign(layers.back().first + width(), kNever);
        values[layers.back().first + static_cast<std::size_t>(window.budget)] = 0;
        for (std::size_t at = window.choices.size(); at-- > 0;) fill(at);
    }

    [[nodiscard]] std::size_t width() const { return static_cast<std::size_t>(window.budget) + 1; }

    // Values of one row (picks so far) of a layer by budget used; nullptr outside.
    [[nodiscard]] const std::int64_t* row(std::size_t layer, std::int32_t picks) const {
        const Layer& here = layers[layer];
        if (picks < here.low || picks > here.high) return nullptr;
        return &values[here.first + static_cast<std::size_t>(picks - here.low) * width()];
    }

    // Numbers of picks from which exactly window.picks can still be reached.
    void lay_out() {
        const auto counting = std::ranges::count_if(window.choices, &Choice::counts);
        auto rest = static_cast<std::int32_t>(counting);
        std::int32_t before = 0;
        std::size_t first = 0;
        for (std::size_t at = 0; at <= window.choices.size(); ++at) {
            const Layer layer{std::max(0, window.picks - rest), std::min(before, window.picks), first};
            layers.push_back(layer);
            first += static_cast<std::size_t>(std::max(0, layer.high - layer.low + 1)) * width();
            if (at == window.choices.size() || !window.choices[at].counts) continue;
            ++before;
            --rest;
        }
    }

    void fill(std::size_t at) {
        const Choice& choice = window.choices[at];
        const std::int64_t* costs = cost.row(at);
        const std::int64_t idle = cost(at, 0);
        const Layer& here = layers[at];
        for (std::int32_t picks = here.low; picks <= here.high; ++picks) {
            const std::int64_t* skip = row(at + 1, picks);
            const std::int64_t* take = row(at + 1, picks + (choice.counts ? 1 : 0));
            std::int64_t* to = &values[here.first + static_cast<std::size_t>(picks - here.low) * width()];
            for (std::int32_t used = 0; used <= window.budget; ++used) {
                std::int64_t best = kNever;
                if (skip != nullptr && used + choice.skip_use <= window.budget)
                    best = std::min(best, idle + skip[used + choice.skip_use]);
                if (take != nullptr) best = std::min(best, best_take(choice, costs, take, used));
                to[used] = best;
            }
        }
    }

    // Units of a take from which the budget is not exceeded: all n in [first, last].
    [[nodiscard]] std::pair<std::int32_t, std::int32_t> takes(const Choice& choice, std::int32_t used) const {
        const std::int32_t left = window.budget - used;
        return {std::max(choice.least, choice.most + choice.take_use - left), choice.most};
    }

    [[nodiscard]] static std::int32_t use(const Choice& choice, std::int32_t n) {
        return choice.take_use + choice.most - n;
    }

    [[nodiscard]] std::int64_t best_take(const Choice& choice, const std::int64_t* costs, const std::int64_t* next,
                                         std::int32_t used) const {
        std::int64_t best = kNever;
        const auto [first, last] = takes(choice, used);
        for (std::int32_t n = first; n <= last; ++n) {
            best = std::min(best, costs[n - choice.least] + next[used + use(choice, n)]);
        }
        return best;
    }
};

SplitGraph::SplitGraph(Window window, const Cost& cost) : window_(std::move(window)) {
    const Table table(window_, cost);
    least_ = std::min(table.values.front(), kNever);
    unfold(table);
}

// Forward from the start along optimal steps only, so exactly the optimal divisions become edges.
void SplitGraph::unfold(const Table& table) {
    struct State {
        std::int32_t picks = 0;
        std::int32_t used = 0;
    };
    CachedCost cost = table.cost;
    std::vector<State> states{{0, 0}};
    std::vector<std::uint32_t> found;
    layer_.push_back(0);
    std::size_t next_first = 1;
    for (std::size_t at = 0; at < window_.choices.size(); ++at) {
        const Choice& choice = window_.choices[at];
        const auto& next = table.layers[at + 1];
        found.assign(static_cast<std::size_t>(std::max(0, next.high - next.low + 1)) * table.width(), 0);
        const std::size_t first = layer_.back();
        layer_.push_back(static_cast<std::uint32_t>(next_first));
        for (std::size_t state = first; state < next_first; ++state) {
            const State from = states[state];
            const std::int64_t target = least_ >= kNever ? -1 : table.row(at, from.picks)[from.used];
            first_edge_.push_back(static_cast<std::uint32_t>(edges_.size()));
            const auto add = [&](std::int32_t units, std::int32_t picks, std::int32_t used) {
                const std::int64_t* row = table.row(at + 1, picks);
                if (row == nullptr || used > window_.budget || cost(at, units) + row[used] != target) return;
                auto& known =
                    found[static_cast<std::size_t>(picks - next.low) * table.width() + static_cast<std::size_t>(used)];
                if (known == 0) {
                    known = static_cast<std::uint32_t>(states.size());
                    states.push_back({picks, used});
                }
                edges_.push_back({known, units});
            };
            const auto [least, most] = table.takes(choice, from.used);
            for (std::int32_t n = most; n >= least; --n) {
                add(n, from.picks + (choice.counts ? 1 : 0), from.used + Table::use(choice, n));
            }
            add(0, from.picks, from.used + choice.skip_use);
        }
        next_first = states.size();
    }
    layer_.push_back(static_cast<std::uint32_t>(next_first));
    // The end, and the mark behind it.
    first_edge_.resize(states.size() + 1, static_cast<std::uint32_t>(edges_.size()));
}

template <class Join>
std::vector<std::int64_t> SplitGraph::cost_to_go(const Cost& cost, Join join) const {
    CachedCost known(window_, cost);
    std::vector<std::int64_t> values(first_edge_.size() - 1, kNever);
    const std::size_t layers = window_.choices.size();
    for (std::size_t state = layer_[layers]; state < values.size(); ++state) values[state] = 0;
    for (std::size_t at = layers; at-- > 0;) {
        for (std::size_t state = layer_[at]; state < layer_[at + 1]; ++state) {
            for (std::uint32_t e = first_edge_[state]; e < first_edge_[state + 1]; ++e) {
                values[state] = std::min(values[state], join(known(at, edges_[e].units), values[edges_[e].to]));
            }
        }
    }
    return values;
}

// Drops the edges that `keep` refuses, and every state that can no longer be reached.
template <class Keep>
void SplitGraph::narrow(const Cost& cost, Keep keep) {
    CachedCost known(window_, cost);
    std::vector<char> alive(first_edge_.size() - 1, 0);
    alive.front() = 1;
    std::uint32_t kept = 0;
    std::uint32_t begin = 0;
    for (std::size_t at = 0; at < window_.choices.size(); ++at) {
        for (std::size_t state = layer_[at]; state < layer_[at + 1]; ++state) {
            const std::uint32_t end = first_edge_[state + 1];
            first_edge_[state] = kept;
            for (std::uint32_t e = begin; e < end && alive[state] != 0; ++e) {
                const Edge edge = edges_[e];
                if (!keep(state, edge.to, known(at, edge.units))) continue;
                alive[edge.to] = 1;
                edges_[kept++] = edge;
            }
            begin = end;
        }
    }
    for (std::size_t state = layer_[window_.choices.size()]; state < first_edge_.size(); ++state)
        first_edge_[state] = kept;
    edges_.resize(kept);
}

std::int64_t SplitGraph::keep_least_sum(const Cost& cost) {
    const auto values = cost_to_go(cost, [](std::int64_t a, std::int64_t b) { return std::min(kNever, a + b); });
    least_ = values.front();
    narrow(cost, [&](std::size_t from, std::size_t to, std::int64_t step) {
        return values[from] < kNever && values[from] == step + values[to];
    });
    return least_;
}

std::int64_t SplitGraph::least_sum(const Cost& cost) const {
    return cost_to_go(cost, [](std::int64_t a, std::int64_t b) { return std::min(kNever, a + b); }).front();
}

std::int64_t SplitGraph::least_maximum(const Cost& cost) const {
    return cost_to_go(cost, [](std::int64_t a, std::int64_t b) { return std::max(a, b); }).front();
}

void SplitGraph::keep_within(std::int64_t limit, const Cost& cost) {
    const auto values = cost_to_go(cost, [](std::int64_t a, std::int64_t b) { return std::max(a, b); });
    narrow(cost, [&](std::size_t, std::size_t to, std::int64_t step) { return step <= limit && values[to] <= limit; });
}

std::vector<std::pair<DomainIdx, std::int32_t>> SplitGraph::first_division() const {
    std::vector<std::pair<DomainIdx, std::int32_t>> division;
    std::uint32_t state = 0;
    for (const Choice& choice : window_.choices) {
        MUSTER_CHECK(first_edge_[state] < first_edge_[state + 1]);
        const Edge& edge = edges_[first_edge_[state]];
        const std::int32_t members = window_.members(choice, edge.units);
        if (members > 0) division.emplace_back(choice.child, members);
        state = edge.to;
    }
    return division;
}

}  // namespace muster
