#include "placement/topology/shared_values.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

namespace muster {

std::vector<SharedValues> shared_values(const Fabric& fabric) {
    std::map<std::uint32_t, std::map<std::string, std::vector<DomainIdx>>> parents;  // by level, then value
    for (const Domain& domain : fabric.domains()) {
        if (domain.depth >= 2 && domain.depth < fabric.levels().size() && !domain.synthetic)
            parents[domain.depth - 1][domain.value].push_back(domain.parent);
    }
    std::vector<SharedValues> shared;
    for (const auto& [level, values] : parents) {
        SharedValues found{fabric.levels()[level].name, fabric.levels()[level - 1].name, {}, {}};
        for (const auto& [value, above] : values) {
            if (above.size() < 2) continue;
            if (found.values.empty()) found.parents = {fabric.path(above[0]), fabric.path(above[1])};
            found.values.push_back(value);
        }
        if (!found.values.empty() && found.values.size() * 2 <= values.size()) shared.push_back(std::move(found));
    }
    return shared;
}

}  // namespace muster
