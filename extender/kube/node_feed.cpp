#include "extender/kube/node_feed.hpp"

#include "dialects/kubernetes.hpp"
#include "extender/obs/log.hpp"

#include <utility>

namespace muster::kube {

void NodeFeed::seen(const Object& object) {
    const std::string name(object["metadata"]["name"].string_or(""));
    if (name.empty()) {
        log::warning("node-unreadable", {{"error", "metadata.name is missing"}});
        return;
    }
    Known& known = nodes_[name];
    known.round = round_;
    auto facts = read_node(object, machines_);
    if (!facts) {
        if (!std::exchange(known.complained, true)) {
            log::warning("node-unreadable",
                         {{"node", name}, {"kept", known.delivered}, {"error", to_string(facts.error())}});
        }
        return;
    }
    known.complained = false;
    known.delivered = true;
    service_.node_seen(std::move(*facts));
}

void NodeFeed::gone(const Object& object) {
    const std::string name(object["metadata"]["name"].string_or(""));
    const auto known = nodes_.find(name);
    if (known == nodes_.end()) return;
    if (known->second.delivered) service_.node_gone(NodeName(name));
    nodes_.erase(known);
}

void NodeFeed::list_ends() {
    std::erase_if(nodes_, [this](const auto& entry) {
        if (entry.second.round == round_) return false;
        if (entry.second.delivered) service_.node_gone(NodeName(entry.first));
        return true;
    });
    if (auto listed = std::exchange(listed_, nullptr)) listed();
}

}  // namespace muster::kube
