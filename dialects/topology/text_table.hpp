// Tables as terminals print them: a header of names, then one row a name with one cell a column, columns parted by tabs
// or by spaces.
#pragma once

#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

// More rows than any machine has GPUs and NICs.
inline constexpr std::size_t kMaxTableRows = 256;

// Lines without their ends; escape sequences (nvidia-smi underlines its header), carriage returns and a byte order mark
// are taken out. O(text).
[[nodiscard]] std::vector<std::string> plain_lines(std::string_view text);

struct Word {
    std::string_view text;
    std::size_t at = 0;  // bytes before it in its line
};
// What stands between blanks.
[[nodiscard]] std::vector<Word> words_of(std::string_view line);
[[nodiscard]] bool is_blank(std::string_view line);

// A table whose columns are its rows, and extra columns behind them.
struct SquareTable {
    std::vector<std::string> names;
    std::vector<std::vector<std::string>> cells;  // [row][column]
    std::vector<std::string> cpus;                // column "CPU Affinity" by row; empty: blank or no such column
    std::vector<std::string> numas;               // column "NUMA Affinity" by row, likewise
    std::vector<std::int32_t> lines;              // by row, from 1
    std::size_t next = 0;                         // index of the first line behind the table
};

// The words that may stand in a cell.
using CellRule = bool (*)(std::string_view word);

// Index of the first line from `from` on that names columns from GPU0 on; lines.size(): none does.
[[nodiscard]] std::size_t find_header(const std::vector<std::string>& lines, std::size_t from);
// The table whose header is lines[header]. A header that lost its tabs is read by its rows. Errors name line, row and
// column: no rows, more or fewer cells than rows, a cell that `rule` refuses (two that run together are named), a row
// named twice, more than kMaxTableRows. O(rows²).
[[nodiscard]] Result<SquareTable> read_square_table(const std::vector<std::string>& lines, std::size_t header,
                                                    CellRule rule, std::string_view where);

// "WHERE: line LINE", the place of a fault.
[[nodiscard]] std::string at_line(std::string_view where, std::int64_t line);

// The whole text as a decimal number from 0 to `most`; -1: it is none.
[[nodiscard]] std::int32_t small_number(std::string_view text, std::int32_t most = 1'000'000);

}  // namespace muster
