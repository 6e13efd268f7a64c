// Which tool wrote a dump: told by its first element, or by its first table.
#include "dialects/topology/machine_dump.hpp"
#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/text_table.hpp"
#include "dialects/topology/xml_tree.hpp"

#include <algorithm>
#include <array>
#include <string>

namespace muster {
namespace {

struct RootName {
    std::string_view name;
    DumpFormat format;
};
// <graphs> is what NCCL chose and not a machine: its importer says so.
constexpr std::array kRoots{
    RootName{"system", DumpFormat::nccl_xml},
    RootName{"graphs", DumpFormat::nccl_xml},
    RootName{"topology", DumpFormat::hwloc_xml},
    RootName{"nvidia_smi_log", DumpFormat::smi_query},
};

// The name of the first element; empty: the text is no XML. Comments and declarations are passed over.
std::string_view root_name(std::string_view text) {
    for (std::size_t at = text.find_first_not_of(kXmlSpace); at < text.size() && text[at] == '<';
         at = text.find_first_not_of(kXmlSpace, at)) {
        const bool comment = text.substr(at).starts_with("<!--");
        if (!comment && !text.substr(at).starts_with("<?") && !text.substr(at).starts_with("<!")) {
            const std::size_t begin = at + 1;
            return text.substr(begin, std::min(text.find_first_of(" \t\r\n/>", begin), text.size()) - begin);
        }
        const std::string_view closing = comment ? "-->" : ">";
        const std::size_t end = text.find(closing, at);
        if (end == std::string_view::npos) return "";
        at = end + closing.size();
    }
    return "";
}

bool is_kfd(const std::vector<std::string>& lines) {
    return std::ranges::any_of(lines, [](const std::string& line) {
        return line.starts_with("### ") && line.find("nodes/") != std::string::npos;
    });
}

bool is_peer_status(std::string_view word) {
    constexpr std::array<std::string_view, 7> kWords{"OK", "CNS", "GNS", "TNS", "NS", "DR", "U"};
    return std::ranges::find(kWords, word) != kWords.end();
}

std::optional<DumpFormat> recognise_table(const std::vector<std::string>& lines) {
    const std::size_t header = find_header(lines, 0);
    if (header + 1 >= lines.size()) return std::nullopt;
    const auto words = words_of(lines[header + 1]);
    if (words.size() < 2 || words[0].text != "GPU0" || words[1].text != "X") return std::nullopt;
    return words.size() > 2 && is_peer_status(words[2].text) ? DumpFormat::smi_p2p : DumpFormat::smi_matrix;
}

}  // namespace

std::string_view name_of(DumpFormat format) {
    switch (format) {
        case DumpFormat::smi_matrix:
            return "nvidia-smi topo -m";
        case DumpFormat::smi_p2p:
            return "nvidia-smi topo -p2p";
        case DumpFormat::smi_query:
            return "nvidia-smi -q -x";
        case DumpFormat::nccl_xml:
            return "NCCL topology XML";
        case DumpFormat::hwloc_xml:
            return "hwloc XML";
        case DumpFormat::rocm_smi:
            return "rocm-smi --showtopo";
        case DumpFormat::kfd:
            return "KFD topology";
    }
    return "";
}

std::optional<DumpFormat> recognise_dump(std::string_view text) {
    if (text.size() > kMaxDumpBytes) return std::nullopt;
    if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
    if (const std::string_view name = root_name(text); !name.empty()) {
        const auto* const root = std::ranges::find(kRoots, name, &RootName::name);
        if (root == kRoots.end()) return std::nullopt;
        return root->format;
    }
    const auto lines = plain_lines(text);
    if (is_kfd(lines)) return DumpFormat::kfd;
    if (text.find("between two GPUs") != std::string_view::npos) return DumpFormat::rocm_smi;
    return recognise_table(lines);
}

Result<MachineGraph> read_machine_dump(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    const auto format = recognise_dump(text);
    if (!format) {
        return std::unexpected(
            Error{ErrorCode::bad_input, std::string(where), "is no dump of a machine that is known here",
                  "give the output of nvidia-smi topo -m, nvidia-smi topo -p2p r, nvidia-smi -q -x, rocm-smi "
                  "--showtopo or lstopo --of xml, an NCCL_TOPO_DUMP_FILE, or a KFD topology"});
    }
    switch (*format) {
        case DumpFormat::smi_matrix:
            return read_smi_matrix(text, where);
        case DumpFormat::smi_p2p:
            return read_smi_p2p(text, where);
        case DumpFormat::smi_query:
            return read_smi_query(text, where);
        case DumpFormat::nccl_xml:
            return read_nccl_xml(text, where);
        case DumpFormat::hwloc_xml:
            return read_hwloc_xml(text, where);
        case DumpFormat::rocm_smi:
            return read_rocm_smi(text, where);
        case DumpFormat::kfd:
            return read_kfd(text, where);
    }
    return std::unexpected(Error{ErrorCode::bad_input, std::string(where), "is of no known form", ""});
}

}  // namespace muster
