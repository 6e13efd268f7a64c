#include "dialects/topology/text_table.hpp"

#include "test/dialects/refusal_of.hpp"

#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

bool letters(std::string_view word) {
    return word == "X" || word == "NEAR" || word == "FAR";
}

Result<SquareTable> read_table(std::string_view text) {
    const auto lines = plain_lines(text);
    return read_square_table(lines, find_header(lines, 0), letters, "dump");
}

std::string table_refusal(std::string_view text) {
    return test::refusal_of(read_table(text));
}

TEST(TextTable, LinesLoseTheirEndsEscapesAndByteOrderMark) {
    const auto lines = plain_lines("\xEF\xBB\xBF\x1b[4mGPU0\x1b[0m\r\nrow\n\nlast");
    EXPECT_EQ(lines, (std::vector<std::string>{"GPU0", "row", "", "last"}));
}

TEST(TextTable, AnEscapeThatNeverEndsTakesItsLineAndNoMore) {
    EXPECT_EQ(plain_lines("a\x1b[123\nb\x1b"), (std::vector<std::string>{"a", "b"}));
}

TEST(TextTable, TheRowOfGpu0IsNoHeader) {
    EXPECT_EQ(find_header({"GPU0 X FAR", "text", "  GPU0 GPU1"}, 0), 2U);
    EXPECT_EQ(find_header({"GPU0 0 15"}, 0), 1U);
}

TEST(TextTable, TabsAndSpacesPartCells) {
    for (const char* text :
         {"\tGPU0\tGPU1\nGPU0\t X \tFAR\nGPU1\tFAR\t X \n", "    GPU0  GPU1\nGPU0 X FAR\nGPU1 FAR  X"}) {
        const auto table = read_table(text);
        ASSERT_TRUE(table) << text;
        EXPECT_EQ(table->names, (std::vector<std::string>{"GPU0", "GPU1"}));
        EXPECT_EQ(table->cells, (std::vector<std::vector<std::string>>{{"X", "FAR"}, {"FAR", "X"}}));
        EXPECT_EQ(table->lines, (std::vector<std::int32_t>{2, 3}));
    }
}

TEST(TextTable, AHeaderThatLostItsTabsIsReadByItsRows) {
    const auto table =
        read_table("\tGPU0GPU1mlx5_0\tCPU Affinity\nGPU0 X FAR FAR 0-3\nGPU1 FAR X FAR 0-3\nmlx5_0 FAR FAR X");
    ASSERT_TRUE(table) << to_string(table.error());
    EXPECT_EQ(table->names.back(), "mlx5_0");
    EXPECT_EQ(table->cpus, (std::vector<std::string>{"0-3", "0-3", ""}));
}

TEST(TextTable, ABlankAffinityBetweenTabsStaysBlank) {
    const auto table = read_table("\tGPU0\tCPU Affinity\tNUMA Affinity\tGPU NUMA ID\nGPU0\t X \t\t3\t\tN/A\n");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->cpus.front(), "");
    EXPECT_EQ(table->numas.front(), "3");
}

TEST(TextTable, AnAlignedAffinityBelongsToTheTitleAboveIt) {
    const auto table = read_table(
        "      GPU0  CPU Affinity  NUMA Affinity\n"
        "GPU0   X                   1\n");
    ASSERT_TRUE(table);
    EXPECT_EQ(table->cpus.front(), "");
    EXPECT_EQ(table->numas.front(), "1");
}

TEST(TextTable, FaultsNameLineRowAndColumn) {
    EXPECT_TRUE(
        table_refusal(" GPU0 GPU1\nGPU0 X FARNEAR\nGPU1 FAR X")
            .starts_with("dump: line 2: row \"GPU0\", column \"GPU1\": \"FARNEAR\" is FAR and NEAR run together;"));
    EXPECT_TRUE(table_refusal(" GPU0 GPU1\nGPU0 X 7\nGPU1 FAR X")
                    .starts_with("dump: line 2: row \"GPU0\", column \"GPU1\": \"7\" is no cell of such a table;"));
    EXPECT_TRUE(
        table_refusal(" GPU0 GPU1\nGPU0 X FAR\nGPU1 FAR").starts_with("dump: line 3: row \"GPU1\" has 1 of 2 cells;"));
    EXPECT_TRUE(table_refusal(" GPU0 GPU1\nGPU0 X FAR FAR\nGPU1 FAR X")
                    .starts_with("dump: line 2: row \"GPU0\" has 3 cells for 2 columns;"));
    EXPECT_TRUE(table_refusal(" GPU0 GPU1 GPU2\nGPU0 X FAR FAR\nGPU1 FAR X FAR")
                    .starts_with("dump: line 1: names 3 columns, and 2 rows follow;"));
    EXPECT_TRUE(table_refusal(" GPU0 GPU2\nGPU0 X FAR\nGPU1 FAR X")
                    .starts_with("dump: line 3: row 2 is \"GPU1\", and column 2 is \"GPU2\";"));
    EXPECT_TRUE(
        table_refusal(" GPU0 GPU0\nGPU0 X FAR\nGPU0 FAR X").starts_with("dump: line 3: row \"GPU0\" stands twice;"));
    EXPECT_TRUE(table_refusal(" GPU0 GPU1\n").starts_with("dump: line 1: names columns, and no row follows;"));
}

TEST(TextTable, NoMoreRowsAreReadThanAnyMachineHas) {
    std::string text = "GPU0 GPU1\n";
    for (std::size_t i = 0; i <= kMaxTableRows; ++i) text += "GPU" + std::to_string(i) + " X\n";
    EXPECT_NE(table_refusal(text).find("has more than 256 rows"), std::string::npos);
}

TEST(TextTable, NumbersAreWholeAndBounded) {
    EXPECT_EQ(small_number("18"), 18);
    for (const char* text : {"", "-1", "1.5", "12x", "99999999999", "1000001"})
        EXPECT_EQ(small_number(text), -1) << text;
}

}  // namespace
}  // namespace muster
