// The other half of an NCCL topology: <nvlink>, <xgmi> and <c2c> below the GPUs.
#include "dialects/topology/device_facts.hpp"
#include "dialects/topology/nccl_xml_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>
#include <utility>

namespace muster {
namespace {

// NCCL's word for an NVSwitch that the virtual machine does not show.
constexpr std::string_view kInvisible = "fffffff:ff:ff";
constexpr std::int64_t kMostLinksOfPair = 1'000;
constexpr std::int64_t kMostC2cMbps = 1'000'000'000;

struct Stated {
    std::int32_t count = 0;
    std::int32_t line = 0;
};

class LinkReader {
  public:
    LinkReader(NcclMachine& machine, std::string_view where) : machine_(machine), where_(where) {}

    std::optional<Error> add() {
        for (std::size_t i = 0; i < machine_.gpus.size(); ++i) by_bus_.emplace(machine_.gpus[i].bus, i);
        for (std::size_t i = 0; i < machine_.gpus.size() && !error_; ++i) read_gpu(i);
        for (const LinkKind kind : {LinkKind::nvlink, LinkKind::xgmi}) join_peers(kind);
        if (!error_) join_switch();
        add_notes();
        return std::move(error_);
    }

  private:
    void fail(std::int32_t line, std::string what, std::string remedy) {
        if (!error_) error_ = Error{ErrorCode::bad_input, at_line(where_, line), std::move(what), std::move(remedy)};
    }

    const std::string& name_of(std::size_t gpu) const {
        return machine_.parts.parts[machine_.gpus[gpu].part.value()].name;
    }

    std::int64_t rate(LinkKind kind, std::size_t gpu) const {
        const std::int32_t arch = machine_.parts.parts[machine_.gpus[gpu].part.value()].arch;
        return kind == LinkKind::xgmi ? xgmi_mbps(arch) : nvlink_mbps(arch);
    }

    void read_gpu(std::size_t at) {
        if (machine_.gpus[at].gpu == nullptr) return;
        for (const auto& element : machine_.gpus[at].gpu->children) {
            if (element.name == "nvlink") read_link(at, element, LinkKind::nvlink);
            if (element.name == "xgmi") read_link(at, element, LinkKind::xgmi);
            if (element.name == "c2c") read_c2c(at, element);
        }
    }

    void read_link(std::size_t from, const XmlElement& element, LinkKind kind) {
        const auto count = element.integer("count");
        if (!count || *count < 1 || *count > kMostLinksOfPair) {
            return fail(element.line, "<" + element.name + "> of " + name_of(from) + " without a count of links",
                        "give count=\"1\" or more");
        }
        const auto links = static_cast<std::int32_t>(*count);
        const std::string* stated = element.attribute("target");
        const std::string target = stated == nullptr ? std::string() : pci_address(*stated);
        const std::string* type = element.attribute("tclass");
        const PciRole role = type == nullptr ? PciRole::unknown : pci_role(*type);
        if (const auto peer = by_bus_.find(target); peer != by_bus_.end()) {
            if (peer->second == from) {
                to_itself_.insert(name_of(from));
                return;
            }
            Stated& link = peers_[{kind, from, peer->second}];
            link = {link.count + links, element.line};
        } else if (role == PciRole::nvswitch || target.starts_with(kInvisible) ||
                   std::ranges::find(machine_.switches, target) != machine_.switches.end()) {
            to_switch_[from] += links;
            invisible_ |= target.starts_with(kInvisible);
        } else if (role == PciRole::cpu) {
            machine_.parts.join(machine_.gpus[from].part, machine_.gpus[from].numa, kind, rate(kind, from) * links,
                                links);
        } else if (role == PciRole::gpu) {
            unlisted_.insert(target);
        } else {
            fail(
                element.line,
                "<" + element.name + "> of " + name_of(from) + " leads to \"" + target + "\", which is not in the file",
                "give target and tclass as NCCL writes them");
        }
    }

    void read_c2c(std::size_t from, const XmlElement& element) {
        const auto bandwidth = element.integer("bw");
        const auto count = element.integer("count");
        if (!bandwidth || !count || *bandwidth < 1 || *count < 1 || *count > kMostLinksOfPair ||
            *bandwidth > kMostC2cMbps / *count) {
            return fail(element.line, "<c2c> of " + name_of(from) + " without a bandwidth",
                        "give bw in MB/s and count, each above 0");
        }
        machine_.parts.join(machine_.gpus[from].part, machine_.gpus[from].numa, LinkKind::c2c, *bandwidth * *count,
                            static_cast<std::int32_t>(*count));
    }

    void join_peers(LinkKind kind) {
        for (const auto& [ends, link] : peers_) {
            const auto& [of, a, b] = ends;
            if (of != kind) continue;
            const auto back = peers_.find({kind, b, a});
            const std::int32_t returned = back == peers_.end() ? 0 : back->second.count;
            if (returned != link.count) {
                return fail(link.line,
                            name_of(a) + " lists " + std::to_string(link.count) + " links to " + name_of(b) +
                                ", which lists " + std::to_string(returned) + " back",
                            "give the same count at both ends");
            }
            if (a > b) continue;
            const std::int64_t mbps = std::min(rate(kind, a), rate(kind, b)) * link.count;
            machine_.parts.join(machine_.gpus[a].part, machine_.gpus[b].part, kind, mbps, link.count);
        }
    }

    void join_switch() {
        if (to_switch_.empty()) return;
        const PartIdx at = machine_.parts.add_nvswitch("NVSwitch");
        for (const auto& [gpu, links] : to_switch_) {
            machine_.parts.join(machine_.gpus[gpu].part, at, LinkKind::nvlink, rate(LinkKind::nvlink, gpu) * links,
                                links);
        }
    }

    void add_notes() {
        auto& notes = machine_.parts.notes;
        const auto list = [](const std::set<std::string>& names) { return list_names({names.begin(), names.end()}); };
        if (!to_itself_.empty())
            notes.push_back("links that lead back to their own GPU join nothing: " + list(to_itself_));
        if (!unlisted_.empty()) notes.push_back("links to GPUs that are not listed left out: " + list(unlisted_));
        if (invisible_) notes.emplace_back("the NVSwitch is there and not visible");
    }

    NcclMachine& machine_;
    std::string_view where_;
    std::optional<Error> error_;
    std::map<std::string, std::size_t> by_bus_;
    std::map<std::tuple<LinkKind, std::size_t, std::size_t>, Stated> peers_;
    std::map<std::size_t, std::int32_t> to_switch_;
    std::set<std::string> to_itself_, unlisted_;
    bool invisible_ = false;
};

}  // namespace

std::optional<Error> add_nccl_links(NcclMachine& machine, std::string_view where) {
    return LinkReader(machine, where).add();
}

}  // namespace muster
