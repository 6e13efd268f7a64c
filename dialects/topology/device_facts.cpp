#include "dialects/topology/device_facts.hpp"

#include "dialects/digit.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace muster {
namespace {

std::string in_lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return lower;
}

struct KnownChip {
    std::int64_t vendor, device;
    GpuChip chip;
};
constexpr std::array kChips{
    KnownChip{kPciNvidia, 0x15f8, {60, "Tesla P100"}},
    KnownChip{kPciNvidia, 0x15f9, {60, "Tesla P100-SXM2"}},
    KnownChip{kPciNvidia, 0x1db1, {70, "Tesla V100-SXM2-16GB"}},
    KnownChip{kPciNvidia, 0x1db4, {70, "Tesla V100-PCIE-16GB"}},
    KnownChip{kPciNvidia, 0x1db5, {70, "Tesla V100-SXM2-32GB"}},
    KnownChip{kPciNvidia, 0x1db6, {70, "Tesla V100-PCIE-32GB"}},
    KnownChip{kPciNvidia, 0x1db8, {70, "Tesla V100-SXM3-32GB"}},
    KnownChip{kPciNvidia, 0x1eb8, {75, "Tesla T4"}},
    KnownChip{kPciNvidia, 0x20b0, {80, "A100-SXM4-40GB"}},
    KnownChip{kPciNvidia, 0x20b1, {80, "A100-PCIE-40GB"}},
    KnownChip{kPciNvidia, 0x20b2, {80, "A100-SXM4-80GB"}},
    KnownChip{kPciNvidia, 0x20b5, {80, "A100-PCIE-80GB"}},
    KnownChip{kPciNvidia, 0x2230, {86, "RTX A6000"}},
    KnownChip{kPciNvidia, 0x2237, {86, "A10G"}},
    KnownChip{kPciNvidia, 0x2324, {90, "H800"}},
    KnownChip{kPciNvidia, 0x2330, {90, "H100-SXM5-80GB"}},
    KnownChip{kPciNvidia, 0x2331, {90, "H100-PCIE-80GB"}},
    KnownChip{kPciNvidia, 0x2335, {90, "H200-SXM"}},
    KnownChip{kPciNvidia, 0x2901, {100, "B200"}},
    KnownChip{kPciNvidia, 0x26b5, {89, "L40"}},
    KnownChip{kPciNvidia, 0x26b9, {89, "L40S"}},
    KnownChip{kPciNvidia, 0x26ba, {89, "L20"}},
    KnownChip{kPciNvidia, 0x27b8, {89, "L4"}},
    KnownChip{kPciAmd, 0x66a1, {906, "Instinct MI50"}},
    KnownChip{kPciAmd, 0x738c, {908, "Instinct MI100"}},
    KnownChip{kPciAmd, 0x7408, {910, "Instinct MI250X"}},
    KnownChip{kPciAmd, 0x740c, {910, "Instinct MI250"}},
    KnownChip{kPciAmd, 0x740f, {910, "Instinct MI210"}},
    KnownChip{kPciAmd, 0x74a0, {942, "Instinct MI300A"}},
    KnownChip{kPciAmd, 0x74a1, {942, "Instinct MI300X"}},
    KnownChip{kPciAmd, 0x74a2, {942, "Instinct MI308X"}},
    KnownChip{kPciAmd, 0x74a5, {942, "Instinct MI325X"}},
};

// Whole text in this base; -1: it is not.
std::int32_t number_of(std::string_view text, int base) {
    std::int32_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number, base);
    return code == std::errc() && end == text.data() + text.size() && number >= 0 ? number : -1;
}

}  // namespace

std::string pci_address(std::string_view text) {
    constexpr std::size_t kLongDomain = 8;
    std::string address = in_lower_case(text);
    if (address.find(':') == kLongDomain && address.starts_with("0000")) address.erase(0, 4);
    if (std::ranges::count(address, ':') == 1 && address.find(':') == 2) address.insert(0, "0000:");
    return address;
}

PciRole pci_role(std::string_view class_code) {
    const std::string code = in_lower_case(class_code);
    const std::string_view digits = std::string_view(code).substr(code.starts_with("0x") ? 2 : 0);
    if (digits.empty()) return PciRole::unknown;
    if (digits.starts_with("068001")) return PciRole::cpu;
    if (digits.starts_with("0680")) return PciRole::nvswitch;
    if (digits.starts_with("03") || digits.starts_with("1200")) return PciRole::gpu;
    if (digits.starts_with("02")) return PciRole::nic;
    return PciRole::bridge;
}

std::int32_t pcie_megatransfers(std::string_view speed) {
    // Whole and tenths of GT/s; what follows is "GT/s PCIe" in one of its spellings.
    constexpr std::int32_t kMost = 1'000;
    std::int32_t whole = 0;
    const auto [rest, code] = std::from_chars(speed.data(), speed.data() + speed.size(), whole);
    if (code != std::errc() || whole < 0 || whole > kMost) return 0;
    std::int32_t tenths = 0;
    const std::string_view fraction = speed.substr(static_cast<std::size_t>(rest - speed.data()));
    if (fraction.size() >= 2 && fraction[0] == '.' && is_digit(fraction[1])) tenths = fraction[1] - '0';
    return whole * 1'000 + tenths * 100;
}

GpuChip gpu_chip(std::int64_t vendor, std::int64_t device) {
    const auto* const known = std::ranges::find_if(
        kChips, [&](const KnownChip& chip) { return chip.vendor == vendor && chip.device == device; });
    return known == kChips.end() ? GpuChip{} : known->chip;
}

std::int32_t amd_arch(std::string_view name) {
    constexpr std::int32_t kMost = 9'999;
    const bool gfx = name.starts_with("gfx");
    if (gfx) name.remove_prefix(3);
    name = name.substr(0, name.find(':'));
    if (!gfx) {
        const std::int32_t number = number_of(name, 10);
        return number > kMost ? 0 : std::max(number, 0);
    }
    // gfx90a: major 9, minor 0, stepping a; the last two digits are hexadecimal.
    if (name.size() < 3 || name.size() > 4) return 0;
    const std::int32_t major = number_of(name.substr(0, name.size() - 2), 10);
    const std::int32_t minor = number_of(name.substr(name.size() - 2, 1), 16);
    const std::int32_t stepping = number_of(name.substr(name.size() - 1), 16);
    return major < 0 || minor < 0 || stepping < 0 ? 0 : major * 100 + minor * 10 + stepping;
}

std::int32_t links_of_bandwidth(LinkKind kind, std::int32_t arch, std::int64_t mbps) {
    constexpr std::int64_t kMostLinks = 1'000;
    std::int64_t one = arch >= 100 ? 50'000 : arch == 60 ? 20'000 : 25'000;
    if (kind == LinkKind::xgmi) one = arch >= 940 ? 64'000 : arch == 910 ? 50'000 : 46'000;
    const std::int64_t most = kMostLinks * one;
    return static_cast<std::int32_t>(std::max<std::int64_t>((std::min(mbps, most) + one / 2) / one, 1));
}

CpuVendor cpu_vendor(std::string_view architecture, std::string_view vendor) {
    if (architecture.starts_with("ppc")) return CpuVendor::power;
    if (architecture.starts_with("arm") || architecture.starts_with("aarch")) return CpuVendor::arm;
    if (vendor == "GenuineIntel") return CpuVendor::intel;
    if (vendor == "AuthenticAMD") return CpuVendor::amd;
    if (vendor == "CentaurHauls" || vendor.find("Shanghai") != std::string_view::npos) return CpuVendor::zhaoxin;
    return CpuVendor::unknown;
}

}  // namespace muster
