#include "dialects/topology/text_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <set>
#include <system_error>
#include <utility>

namespace muster {
namespace {

constexpr std::string_view kBlanks = " \t\v\f";
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
constexpr std::string_view kCopyAgain =
    "copy the whole output again with its tabs, or write it to a file instead of copying it from a terminal";

// Column titles behind the named columns, in the order in which nvidia-smi prints them.
constexpr std::array<std::string_view, 3> kTitles{"CPU Affinity", "NUMA Affinity", "GPU NUMA ID"};

// "\x1b[4m": from the escape to the first letter behind the bracket.
std::size_t escape_end(std::string_view text, std::size_t at) {
    if (at + 1 >= text.size() || text[at + 1] != '[') return at + 1;
    at += 2;
    while (at < text.size() && (text[at] < '@' || text[at] > '~') && text[at] != '\n') ++at;
    return at < text.size() && text[at] != '\n' ? at + 1 : at;
}

std::string quoted(std::string_view word) {
    constexpr std::size_t kLongest = 32;
    std::string text = "\"";
    for (const char c : word.substr(0, kLongest)) text += c < ' ' || c > '~' ? '?' : c;
    return text + (word.size() > kLongest ? "…\"" : "\"");
}

struct Title {
    std::size_t kind = 0;  // index into kTitles
    std::size_t at = 0;
};

struct Header {
    std::vector<std::string_view> columns;
    std::vector<Title> titles;
};

Header read_header(std::string_view line) {
    Header header;
    std::size_t end = line.size();
    for (std::size_t kind = 0; kind < kTitles.size(); ++kind) {
        const std::size_t at = line.find(kTitles[kind]);
        if (at == std::string_view::npos) continue;
        header.titles.push_back({kind, at});
        end = std::min(end, at);
    }
    for (const auto& word : words_of(line.substr(0, end))) header.columns.push_back(word.text);
    return header;
}

// What stands behind the cells of a row, by title; blanks stay blank.
std::array<std::string, kTitles.size()> read_extra(std::string_view line, std::size_t from,
                                                   const std::vector<Title>& titles) {
    std::array<std::string, kTitles.size()> extra;
    const std::string_view rest = line.substr(std::min(from, line.size()));
    const auto words = words_of(rest);
    const std::size_t tab = rest.find('\t');
    if (tab != std::string_view::npos && words.size() < titles.size()) {
        // A tab opens each column, so a blank one is known by its two tabs.
        std::size_t field = 0;
        std::size_t begin = tab + 1;
        while (field < titles.size() && begin <= rest.size()) {
            const std::size_t end = std::min(rest.find('\t', begin), rest.size());
            const auto inside = words_of(rest.substr(begin, end - begin));
            if (!inside.empty()) extra[titles[field].kind] = inside.front().text;
            begin = end + 1;
            ++field;
        }
        return extra;
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        std::size_t field = i;
        if (words.size() != titles.size()) {
            // Aligned by spaces: below the title that begins last at or before it (values may be indented by one).
            const auto below =
                std::ranges::find_if(titles, [&](const Title& title) { return title.at > from + words[i].at + 1; });
            field = below == titles.begin() ? titles.size() : static_cast<std::size_t>(below - titles.begin()) - 1;
        }
        if (field < titles.size()) extra[titles[field].kind] = words[i].text;
    }
    return extra;
}

std::string joined(const std::vector<std::string_view>& words) {
    std::string text;
    for (const auto word : words) text += word;
    return text;
}

// "PXBNODE" → {"PXB", "NODE"}; empty: no such pair.
std::string run_together(std::string_view word, CellRule rule) {
    for (std::size_t cut = 1; cut < word.size(); ++cut) {
        if (rule(word.substr(0, cut)) && rule(word.substr(cut)))
            return std::string(word.substr(0, cut)) + " and " + std::string(word.substr(cut));
    }
    return "";
}

class SquareReader {
  public:
    SquareReader(const std::vector<std::string>& lines, std::size_t header, CellRule rule, std::string_view where)
        : lines_(lines), rule_(rule), where_(where), header_line_(header), header_(read_header(lines[header])) {}

    Result<SquareTable> read() {
        for (table_.next = header_line_ + 1; table_.next < lines_.size(); ++table_.next) {
            const auto words = words_of(lines_[table_.next]);
            if (words.empty() || words.front().text.front() == '=') break;
            if (rows_.size() == kMaxTableRows)
                return fault(table_.next, "has more than " + std::to_string(kMaxTableRows) + " rows",
                             "cut it to one machine");
            rows_.push_back(words);
        }
        if (rows_.empty()) return fault(header_line_, "names columns, and no row follows", std::string(kCopyAgain));
        if (auto error = check_names()) return std::unexpected(*std::move(error));
        for (std::size_t row = 0; row < rows_.size(); ++row) {
            if (auto error = read_row(row)) return std::unexpected(*std::move(error));
        }
        return std::move(table_);
    }

  private:
    std::unexpected<Error> fault(std::size_t line, std::string what, std::string remedy) const {
        return std::unexpected(error_at(line, std::move(what), std::move(remedy)));
    }
    Error error_at(std::size_t line, std::string what, std::string remedy) const {
        return {ErrorCode::bad_input, at_line(where_, static_cast<std::int64_t>(line) + 1), std::move(what),
                std::move(remedy)};
    }

    std::optional<Error> check_names() const {
        std::vector<std::string_view> names;
        for (const auto& row : rows_) names.push_back(row.front().text);
        if (header_.columns == names || joined(header_.columns) == joined(names)) return std::nullopt;
        if (header_.columns.size() != names.size()) {
            return error_at(header_line_,
                            "names " + std::to_string(header_.columns.size()) + " columns, and " +
                                std::to_string(names.size()) + " rows follow",
                            std::string(kCopyAgain));
        }
        const auto [column, name] = std::ranges::mismatch(header_.columns, names);
        const auto row = static_cast<std::size_t>(name - names.begin());
        return error_at(header_line_ + 1 + row,
                        "row " + std::to_string(row + 1) + " is " + quoted(*name) + ", and column " +
                            std::to_string(row + 1) + " is " + quoted(*column),
                        "rows and columns must name the same devices in the same order");
    }

    std::optional<Error> read_row(std::size_t row) {
        const auto& words = rows_[row];
        const std::size_t line = header_line_ + 1 + row;
        const std::string name(words.front().text);
        if (!seen_.insert(name).second)
            return error_at(line, "row " + quoted(name) + " stands twice", std::string(kCopyAgain));
        std::vector<std::string> cells;
        std::size_t end = words.front().at + words.front().text.size();
        for (std::size_t column = 0; column < rows_.size(); ++column) {
            if (column + 1 >= words.size()) {
                return error_at(line,
                                "row " + quoted(name) + " has " + std::to_string(column) + " of " +
                                    std::to_string(rows_.size()) + " cells",
                                std::string(kCopyAgain));
            }
            const Word& cell = words[column + 1];
            if (!rule_(cell.text)) return bad_cell(line, name, rows_[column].front().text, cell.text);
            cells.emplace_back(cell.text);
            end = cell.at + cell.text.size();
        }
        if (words.size() > rows_.size() + 1 && header_.titles.empty()) {
            return error_at(line,
                            "row " + quoted(name) + " has " + std::to_string(words.size() - 1) + " cells for " +
                                std::to_string(rows_.size()) + " columns",
                            std::string(kCopyAgain));
        }
        auto extra = read_extra(lines_[line], end, header_.titles);
        table_.names.push_back(name);
        table_.cells.push_back(std::move(cells));
        table_.cpus.push_back(std::move(extra[0]));
        table_.numas.push_back(std::move(extra[1]));
        table_.lines.push_back(static_cast<std::int32_t>(line) + 1);
        return std::nullopt;
    }

    std::optional<Error> bad_cell(std::size_t line, const std::string& row, std::string_view column,
                                  std::string_view cell) const {
        const std::string pair = run_together(cell, rule_);
        return error_at(line,
                        "row " + quoted(row) + ", column " + quoted(column) + ": " + quoted(cell) +
                            (pair.empty() ? " is no cell of such a table" : " is " + pair + " run together"),
                        std::string(kCopyAgain));
    }

    const std::vector<std::string>& lines_;
    CellRule rule_;
    std::string_view where_;
    std::size_t header_line_;
    Header header_;
    std::vector<std::vector<Word>> rows_;
    std::set<std::string> seen_;
    SquareTable table_;
};

}  // namespace

std::vector<std::string> plain_lines(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
    std::vector<std::string> lines;
    std::string line;
    for (std::size_t at = 0; at < text.size();) {
        if (text[at] == '\x1b') {
            at = escape_end(text, at);
            continue;
        }
        if (text[at] == '\n') {
            lines.push_back(std::exchange(line, {}));
        } else if (text[at] != '\r') {
            line += text[at];
        }
        ++at;
    }
    if (!line.empty()) lines.push_back(std::move(line));
    return lines;
}

std::vector<Word> words_of(std::string_view line) {
    std::vector<Word> words;
    for (std::size_t at = 0; (at = line.find_first_not_of(kBlanks, at)) != std::string_view::npos;) {
        const std::size_t end = std::min(line.find_first_of(kBlanks, at), line.size());
        words.push_back({line.substr(at, end - at), at});
        at = end;
    }
    return words;
}

bool is_blank(std::string_view line) {
    return line.find_first_not_of(kBlanks) == std::string_view::npos;
}

std::size_t find_header(const std::vector<std::string>& lines, std::size_t from) {
    for (std::size_t at = from; at < lines.size(); ++at) {
        const auto words = words_of(lines[at]);
        if (words.empty() || !words.front().text.starts_with("GPU0")) continue;
        // The row of GPU0 begins with itself.
        if (words.size() > 1 && (words[1].text == "X" || words[1].text == "0")) continue;
        return at;
    }
    return lines.size();
}

Result<SquareTable> read_square_table(const std::vector<std::string>& lines, std::size_t header, CellRule rule,
                                      std::string_view where) {
    return SquareReader(lines, header, rule, where).read();
}

std::string at_line(std::string_view where, std::int64_t line) {
    return std::string(where) + ": line " + std::to_string(line);
}

std::int32_t small_number(std::string_view text, std::int32_t most) {
    std::int32_t value = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= most ? value : -1;
}

}  // namespace muster
