#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <iterator>

namespace muster {
namespace {

struct InstanceRow {
    std::string_view type;  // lower case
    std::string_view profile;
};
// Whole machines of the clouds, from their instance catalogues: AWS, Azure, Google, Oracle.
constexpr InstanceRow kInstances[] = {
    {"p3.16xlarge", "dgx-1v"},
    {"p3dn.24xlarge", "dgx-1v"},
    {"p4d.24xlarge", "dgx-a100"},
    {"p4de.24xlarge", "dgx-a100"},
    {"p5.48xlarge", "hgx-h100"},
    {"p5e.48xlarge", "hgx-h200"},
    {"p5en.48xlarge", "hgx-h200"},
    {"p6-b200.48xlarge", "hgx-b200"},
    {"p6-b300.48xlarge", "hgx-b300"},
    {"p6e-gb200.36xlarge", "gb200-tray"},
    {"g4dn.metal", "pcie-8"},
    {"g5.48xlarge", "pcie-8"},
    {"g6.48xlarge", "pcie-8"},
    {"g6e.48xlarge", "l40s-8"},
    {"standard_nd40rs_v2", "dgx-1v"},
    {"standard_nd96asr_v4", "dgx-a100"},
    {"standard_nd96amsr_a100_v4", "dgx-a100"},
    {"standard_nd96isr_h100_v5", "hgx-h100"},
    {"standard_nd96isr_h200_v5", "hgx-h200"},
    {"standard_nd128isr_ndr_gb200_v6", "gb200-tray"},
    {"standard_nd96isr_mi300x_v5", "mi300x-8"},
    {"a2-highgpu-8g", "dgx-a100"},
    {"a2-ultragpu-8g", "dgx-a100"},
    {"a3-highgpu-8g", "hgx-h100"},
    {"a3-megagpu-8g", "hgx-h100"},
    {"a3-ultragpu-8g", "hgx-h200"},
    {"a4-highgpu-8g", "hgx-b200"},
    {"a4x-highgpu-4g", "gb200-tray"},
    {"g2-standard-96", "pcie-8"},
    {"bm.gpu3.8", "dgx-1v"},
    {"bm.gpu4.8", "dgx-a100"},
    {"bm.gpu.a100-v2.8", "dgx-a100"},
    {"bm.gpu.h100.8", "hgx-h100"},
    {"bm.gpu.h200.8", "hgx-h200"},
    {"bm.gpu.b200.8", "hgx-b200"},
    {"bm.gpu.gb200.4", "gb200-tray"},
    {"bm.gpu.l40s.4", "pcie-4"},
    {"bm.gpu.mi300x.8", "mi300x-8"},
};

enum class Form {
    any,
    board,  // not sold as a PCIe card, or not this one
    sxm,    // the name says SXM
    sxm3,   // the DGX-2's board
    card,   // the name says PCIe
};
// Profiles by the number of GPUs; empty: none.
struct ProductRow {
    std::string_view word;
    Form form;
    std::string_view of_4, of_8, of_16;
};
constexpr ProductRow kProducts[] = {
    {"v100", Form::sxm, "", "dgx-1v", ""},
    {"v100", Form::sxm3, "", "", "dgx-2"},
    {"a100", Form::sxm, "", "dgx-a100", ""},
    {"h100", Form::board, "", "hgx-h100", ""},
    {"h200", Form::board, "", "hgx-h200", ""},
    {"h800", Form::board, "", "hgx-h800", ""},
    {"h20", Form::board, "", "hgx-h20", ""},
    {"b200", Form::board, "", "hgx-b200", ""},
    {"b300", Form::board, "", "hgx-b300", ""},
    {"gb200", Form::any, "gb200-tray", "", ""},
    {"gb300", Form::any, "gb300-tray", "", ""},
    {"l40s", Form::any, "pcie-4", "l40s-8", ""},
    {"v100", Form::card, "pcie-4", "pcie-8", ""},
    {"a100", Form::card, "pcie-4", "pcie-8", ""},
    {"h100", Form::card, "pcie-4", "pcie-8", ""},
    {"h800", Form::card, "pcie-4", "pcie-8", ""},
    {"t4", Form::any, "pcie-4", "pcie-8", ""},
    {"l4", Form::any, "pcie-4", "pcie-8", ""},
    {"l40", Form::any, "pcie-4", "pcie-8", ""},
    {"a10", Form::any, "pcie-4", "pcie-8", ""},
    {"a10g", Form::any, "pcie-4", "pcie-8", ""},
    {"a30", Form::any, "pcie-4", "pcie-8", ""},
    {"a40", Form::any, "pcie-4", "pcie-8", ""},
    // With AMD's device ids (pci.ids), for nodes whose labeller finds no name.
    {"mi210", Form::any, "", "mi210-8", ""},
    {"740f", Form::any, "", "mi210-8", ""},
    {"mi250", Form::any, "", "mi250-4", "mi250-8"},
    {"mi250x", Form::any, "", "mi250-4", "mi250-8"},
    {"7408", Form::any, "", "mi250-4", "mi250-8"},
    {"740c", Form::any, "", "mi250-4", "mi250-8"},
    // MI308X and MI325X sit on the same board: seven xGMI links per GPU, one to each peer.
    {"mi300x", Form::any, "", "mi300x-8", ""},
    {"mi308x", Form::any, "", "mi300x-8", ""},
    {"mi325x", Form::any, "", "mi300x-8", ""},
    {"74a1", Form::any, "", "mi300x-8", ""},
    {"74a2", Form::any, "", "mi300x-8", ""},
    {"74a5", Form::any, "", "mi300x-8", ""},
    {"74b5", Form::any, "", "mi300x-8", ""},
};

std::string_view profile_of(const ProductRow& row, std::int32_t count) {
    return count == 4 ? row.of_4 : count == 8 ? row.of_8 : count == 16 ? row.of_16 : std::string_view{};
}

std::string lower(std::string_view text) {
    std::string result(text);
    for (char& c : result) {
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    }
    return result;
}

// "NVIDIA-A100-SXM4-80GB" → nvidia, a100, sxm4, 80gb.
std::vector<std::string> words_of(std::string_view product) {
    std::vector<std::string> words(1);
    for (const char c : lower(product)) {
        if (c == '-' || c == '_' || c == ' ' || c == '.') {
            words.emplace_back();
        } else {
            words.back() += c;
        }
    }
    return words;
}

bool has_form(const std::vector<std::string>& words, Form form) {
    const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    switch (form) {
        case Form::any:
            return true;
        case Form::board:
            return !has("pcie") && !has("nvl");
        case Form::sxm:
            return has("sxm") || has("sxm2") || has("sxm4");
        case Form::sxm3:
            return has("sxm3");
        case Form::card:
            return has("pcie");
    }
    return false;
}

}  // namespace

std::string_view choose_machine_profile(const GpuFacts& facts) {
    const auto words = words_of(facts.product);
    const auto has = [&](std::string_view word) { return std::ranges::find(words, word) != words.end(); };
    if (has("mig")) return {};  // "…-MIG-1g.10gb": count and product are those of the partitions

    const auto instance = std::ranges::find(kInstances, lower(facts.instance_type), &InstanceRow::type);
    if (instance != std::end(kInstances)) {
        const auto machine = machine_profile(instance->profile);
        const bool whole = facts.count == 0 || machine->gpu_count() == static_cast<std::size_t>(facts.count);
        return whole ? instance->profile : std::string_view{};
    }
    const auto row = std::ranges::find_if(
        kProducts, [&](const ProductRow& candidate) { return has(candidate.word) && has_form(words, candidate.form); });
    return row == std::end(kProducts) ? std::string_view{} : profile_of(*row, facts.count);
}

}  // namespace muster
