#include "dialects/topology/kfd_text.hpp"

#include "dialects/topology/machine_parts.hpp"
#include "dialects/topology/text_table.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>
#include <utility>

namespace muster {
namespace {

constexpr std::uint32_t kMostNodes = 1'024;
constexpr std::size_t kMostIoLinks = 65'536;

// Which file a section is.
struct Section {
    enum class File { other, node, io_link };
    File file = File::other;
    std::uint32_t node = 0;
    std::string path;
    std::int32_t line = 0;
    KfdProperties properties;
};

std::optional<std::uint64_t> number_of(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return number;
}

// The parts of ".../nodes/N/io_links/M/properties" from "nodes" on.
std::vector<std::string_view> steps_of(std::string_view path) {
    const auto begin = path.rfind("nodes/");
    std::vector<std::string_view> steps;
    if (begin == std::string_view::npos) return steps;
    for (std::string_view rest = path.substr(begin); !rest.empty();) {
        const auto slash = rest.find('/');
        steps.push_back(rest.substr(0, slash));
        rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
    }
    return steps;
}

class KfdReader {
  public:
    explicit KfdReader(std::string_view where) : where_(where) {}

    Result<KfdDump> read(std::string_view text) {
        std::int32_t line = 0;
        for (const std::string& content : plain_lines(text)) {
            ++line;
            if (content.starts_with("### ")) {
                close();
                open(content.substr(4), line);
            } else {
                take(content, line);
            }
            if (error_) return std::unexpected(*std::move(error_));
        }
        close();
        if (!error_ && dump_.nodes.empty()) {
            fail(1, "no node in it", "put \"### nodes/N/properties\" before the contents of each file");
        }
        if (error_) return std::unexpected(*std::move(error_));
        std::ranges::sort(dump_.links, {}, [](const KfdLink& link) { return std::pair(link.from, link.to); });
        return std::move(dump_);
    }

  private:
    void fail(std::int32_t line, std::string what, std::string remedy) {
        if (!error_) error_ = Error{ErrorCode::bad_input, at_line(where_, line), std::move(what), std::move(remedy)};
    }

    void open(std::string path, std::int32_t line) {
        const auto steps = steps_of(path);
        section_ = {};
        section_.path = std::move(path);
        section_.line = line;
        const auto node = steps.size() >= 3 ? number_of(steps[1]) : std::nullopt;
        if (!node || steps.back() != "properties") return;
        if (*node >= kMostNodes) return fail(line, "node " + std::to_string(*node) + " is beyond any machine", "");
        section_.node = static_cast<std::uint32_t>(*node);
        if (steps.size() == 3) section_.file = Section::File::node;
        if (steps.size() == 5 && steps[2] == "io_links") section_.file = Section::File::io_link;
        if (section_.file != Section::File::other && !paths_.insert(section_.path).second) {
            fail(line, section_.path + " stands here a second time", "give the dump of one machine");
        }
    }

    void take(std::string_view content, std::int32_t line) {
        if (section_.file == Section::File::other || is_blank(content)) return;
        const auto words = words_of(content);
        const auto value = words.size() == 2 ? number_of(words[1].text) : std::nullopt;
        if (!value) {
            return fail(line, "no property in \"" + std::string(content.substr(0, 64)) + "\"",
                        "write its name and a whole number");
        }
        section_.properties.emplace(words[0].text, *value);
    }

    void close() {
        Section section = std::exchange(section_, Section{});
        if (section.file == Section::File::node) {
            if (!dump_.nodes.emplace(section.node, std::move(section.properties)).second) {
                fail(section.line, "node " + std::to_string(section.node) + " stands here a second time",
                     "give the dump of one machine");
            }
        } else if (section.file == Section::File::io_link && !section.properties.empty()) {
            close_link(section);
        }
    }

    void close_link(const Section& section) {
        const auto get = [&](std::string_view key) {
            const auto found = section.properties.find(key);
            return found == section.properties.end() ? std::uint64_t{0} : found->second;
        };
        for (const char* key : {"type", "node_from", "node_to"}) {
            if (!section.properties.contains(key)) {
                return fail(section.line, section.path + " has no " + key, "dump the whole file");
            }
        }
        if (get("node_from") != section.node || get("node_to") >= kMostNodes) {
            return fail(section.line,
                        section.path + " joins node " + std::to_string(get("node_from")) + " to node " +
                            std::to_string(get("node_to")),
                        "a link stands below the node that it begins at");
        }
        if (dump_.links.size() == kMostIoLinks) {
            return fail(section.line, "more than " + std::to_string(kMostIoLinks) + " links", "");
        }
        dump_.links.push_back({section.node, static_cast<std::uint32_t>(get("node_to")), get("type"),
                               get("max_bandwidth"), section.line});
    }

    std::string_view where_;
    std::optional<Error> error_;
    KfdDump dump_;
    Section section_;
    std::set<std::string, std::less<>> paths_;
};

}  // namespace

Result<KfdDump> read_kfd_text(std::string_view text, std::string_view where) {
    if (auto error = check_dump_size(text, where)) return std::unexpected(*std::move(error));
    return KfdReader(where).read(text);
}

}  // namespace muster
