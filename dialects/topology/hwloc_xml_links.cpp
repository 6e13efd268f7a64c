// hwloc's matrices <distances2> and <distances2hetero>: indexes of objects, then one value a pair, each split over as
// many elements as hwloc likes.
#include "dialects/topology/device_facts.hpp"
#include "dialects/topology/hwloc_xml_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "placement/model/link_rates.hpp"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

constexpr std::size_t kMostObjects = 512;

struct Matrix {
    std::vector<std::int64_t> objects;  // gp_index
    std::vector<std::int64_t> values;   // row by row
    std::int32_t line = 0;
    [[nodiscard]] std::int64_t at(std::size_t row, std::size_t column) const {
        return values[row * objects.size() + column];
    }
};

// What stands between blanks in all children of this name; one word more than a matrix may have is enough to refuse it.
std::vector<std::string_view> words_in(const XmlElement& element, std::string_view name) {
    constexpr std::string_view kBlanks = " \t\r\n";
    constexpr std::size_t kMostWords = kMostObjects * kMostObjects + 1;
    std::vector<std::string_view> all;
    for (const auto& child : element.children) {
        if (child.name != name) continue;
        std::string_view rest = child.text;
        while (all.size() < kMostWords) {
            rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
            if (rest.empty()) break;
            all.push_back(rest.substr(0, rest.find_first_of(kBlanks)));
            rest.remove_prefix(all.back().size());
        }
    }
    return all;
}

bool read_number(std::string_view text, std::int64_t& number) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    return code == std::errc() && end == text.data() + text.size() && number >= 0;
}

// Empty when the matrix is none of GPUs.
Result<Matrix> read_matrix(const XmlElement& element, std::string_view where) {
    Matrix matrix;
    matrix.line = element.line;
    const auto indexes = words_in(element, "indexes");
    const auto values = words_in(element, "u64values");
    const Error bad{
        ErrorCode::bad_input, at_line(where, element.line),
        "a matrix of " + std::to_string(indexes.size()) + " objects with " + std::to_string(values.size()) + " values",
        "give the file as lstopo wrote it"};
    if (indexes.size() > kMostObjects || values.size() != indexes.size() * indexes.size()) return std::unexpected(bad);
    for (const std::string_view index : indexes) {  // "OSDev:332", or "332" where all are of one type
        const auto colon = index.find(':');
        if (!read_number(colon == std::string_view::npos ? index : index.substr(colon + 1),
                         matrix.objects.emplace_back())) {
            return std::unexpected(bad);
        }
    }
    for (const std::string_view value : values) {
        if (!read_number(value, matrix.values.emplace_back())) return std::unexpected(bad);
    }
    return matrix;
}

class LinkAdder {
  public:
    LinkAdder(HwlocMachine& machine, LinkKind kind) : machine_(machine), kind_(kind) {}

    void add(const Matrix& bandwidth) {
        for (std::size_t a = 0; a < bandwidth.objects.size(); ++a) {
            for (std::size_t b = a + 1; b < bandwidth.objects.size(); ++b) {
                const std::int64_t there = bandwidth.at(a, b), back = bandwidth.at(b, a);
                if (there != back) uneven_ = true;
                join(bandwidth.objects[a], bandwidth.objects[b], std::min(there, back));
            }
        }
        join_switch();
        if (uneven_) machine_.parts.notes.emplace_back("links whose two ends differ count as the narrower");
    }

  private:
    void join(std::int64_t a, std::int64_t b, std::int64_t mbps) {
        const auto gpu_a = machine_.gpus.find(a), gpu_b = machine_.gpus.find(b);
        if (mbps == 0 || (gpu_a == machine_.gpus.end() && gpu_b == machine_.gpus.end())) return;
        if (gpu_a != machine_.gpus.end() && gpu_b != machine_.gpus.end()) {
            if (gpu_a->second != gpu_b->second) join_parts(gpu_a->second, gpu_b->second, mbps);
            return;
        }
        const PartIdx gpu = gpu_a != machine_.gpus.end() ? gpu_a->second : gpu_b->second;
        const std::int64_t other = gpu_a != machine_.gpus.end() ? b : a;
        if (machine_.switches.contains(other)) {
            to_switch_[gpu] += links_of_bandwidth(kind_, arch_of(gpu), mbps);
        } else if (const auto numa = machine_.numas.find(other); numa != machine_.numas.end()) {
            join_parts(gpu, numa->second, mbps);
        }
    }

    void join_parts(PartIdx gpu, PartIdx other, std::int64_t mbps) {
        const std::int32_t count = links_of_bandwidth(kind_, arch_of(gpu), mbps);
        machine_.parts.join(gpu, other, kind_, count * rate(gpu), count);
    }

    void join_switch() {
        if (to_switch_.empty()) return;
        const PartIdx at = machine_.parts.add_nvswitch("NVSwitch");
        for (const auto& [gpu, count] : to_switch_) {
            machine_.parts.join(gpu, at, kind_, count * rate(gpu), count);
        }
    }

    std::int32_t arch_of(PartIdx gpu) const { return machine_.parts.parts[gpu.value()].arch; }
    std::int64_t rate(PartIdx gpu) const {
        return kind_ == LinkKind::xgmi ? xgmi_mbps(arch_of(gpu)) : nvlink_mbps(arch_of(gpu));
    }

    HwlocMachine& machine_;
    LinkKind kind_;
    std::map<PartIdx, std::int32_t> to_switch_;
    bool uneven_ = false;
};

// xGMI bandwidth is stated for peers several hops away as well: links are those of one hop.
void keep_one_hop(const Matrix& hops, Matrix& bandwidth) {
    if (hops.objects != bandwidth.objects) return;
    for (std::size_t i = 0; i < hops.values.size(); ++i) {
        if (hops.values[i] != 1) bandwidth.values[i] = 0;
    }
}

}  // namespace

std::optional<Error> add_hwloc_links(const XmlElement& topology, HwlocMachine& machine, std::string_view where) {
    Matrix nvlink, xgmi, hops;
    for (const auto& element : topology.children) {
        if (!element.name.starts_with("distances2")) continue;
        const std::string* name = element.attribute("name");
        Matrix* wanted = name == nullptr              ? nullptr
                         : *name == "NVLinkBandwidth" ? &nvlink
                         : *name == "XGMIBandwidth"   ? &xgmi
                         : *name == "XGMIHops"        ? &hops
                                                      : nullptr;
        if (wanted == nullptr) continue;
        auto matrix = read_matrix(element, where);
        if (!matrix) return matrix.error();
        *wanted = *std::move(matrix);
    }
    if (!hops.objects.empty()) keep_one_hop(hops, xgmi);
    LinkAdder(machine, LinkKind::nvlink).add(nvlink);
    LinkAdder(machine, LinkKind::xgmi).add(xgmi);
    if (nvlink.objects.empty() && xgmi.objects.empty()) {
        machine.parts.notes.emplace_back("no NVLink or xGMI stated: lstopo tells it when built with NVML or ROCm SMI");
    }
    return std::nullopt;
}

}  // namespace muster
