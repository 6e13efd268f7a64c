#include "dialects/quantity.hpp"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

constexpr std::int64_t kMax = 9'223'372'036'854'775'807;

TEST(Quantity, ValuesAreThoseOfKubernetes) {
    struct Case {
        const char* text;
        std::int64_t value;
        std::int64_t milli;
    };
    for (const Case& c : std::vector<Case>{{"0", 0, 0},
                                           {"-0", 0, 0},
                                           {"1", 1, 1'000},
                                           {"+1", 1, 1'000},
                                           {"007", 7, 7'000},
                                           {"1.", 1, 1'000},
                                           {".5", 1, 500},
                                           {"0.5", 1, 500},
                                           {"1.5", 2, 1'500},
                                           {"500m", 1, 500},
                                           {"1500m", 2, 1'500},
                                           {"100u", 1, 1},
                                           {"1n", 1, 1},
                                           {"999999999n", 1, 1'000},
                                           {"1000000000n", 1, 1'000},
                                           {"1000000001n", 2, 1'001},
                                           {"1k", 1'000, 1'000'000},
                                           {"1Ki", 1'024, 1'024'000},
                                           {"1.5Ki", 1'536, 1'536'000},
                                           {"0.1Ki", 103, 102'400},
                                           {"1M", 1'000'000, 1'000'000'000},
                                           {"4Gi", 4'294'967'296, 4'294'967'296'000},
                                           {"0.5Gi", 536'870'912, 536'870'912'000},
                                           {"1e3", 1'000, 1'000'000},
                                           {"1E3", 1'000, 1'000'000},
                                           {"1e+3", 1'000, 1'000'000},
                                           {"1.5e3", 1'500, 1'500'000},
                                           {"1e-3", 1, 1},
                                           {"2500e-3", 3, 2'500},
                                           {"1e-1000000000000", 1, 1},
                                           {"129e6", 129'000'000, 129'000'000'000},
                                           {"128974848000m", 128'974'848, 128'974'848'000},
                                           {"123Mi", 128'974'848, 128'974'848'000},
                                           {"1E", 1'000'000'000'000'000'000, -1},
                                           {"1Ei", 1'152'921'504'606'846'976, -1},
                                           {"9223372036854775807", kMax, -1},
                                           {"9223372036854775.807", 9'223'372'036'854'776, kMax},
                                           {"1000000000000000000000000000000e-30", 1, 1'000},
                                           {"0.00000000000000000000000000000000000000000001", 1, 1},
                                           {"0e999999999999", 0, 0},
                                           {"0.000000000000000012469942183208021154Ei", 15, 14'377},
                                           {"000000000000000000000000000000000000000000001Ki", 1'024, 1'024'000}}) {
        ASSERT_TRUE(parse_quantity(c.text)) << c.text << ": " << to_string(parse_quantity(c.text).error());
        EXPECT_EQ(*parse_quantity(c.text), c.value) << c.text;
        if (c.milli >= 0) {
            ASSERT_TRUE(parse_milli_quantity(c.text)) << c.text;
            EXPECT_EQ(*parse_milli_quantity(c.text), c.milli) << c.text;
        } else {
            EXPECT_FALSE(parse_milli_quantity(c.text)) << c.text;
        }
    }
}

TEST(Quantity, JunkIsNoQuantity) {
    for (const char* text :
         {"",    " ",    ".",     "+",   "-",   "1 ",  " 1",  "1 Gi", "1gi",   "1GI",  "4gb",   "4GB",
          "1K",  "1ki",  "1i",    "Gi",  "m",   "e3",  "1e",  "1ee3", "1e3.5", "1e 3", "1e+",   "1.5.5",
          "1,5", "0x10", "1_000", "--1", "+-1", "nan", "inf", "1Zi",  "1mm",   "aoeu", "1e3Ki", "½"}) {
        const auto value = parse_quantity(text);
        ASSERT_FALSE(value) << text;
        EXPECT_EQ(value.error().code, ErrorCode::bad_input);
        EXPECT_FALSE(value.error().remedy.empty());
    }
    EXPECT_EQ(parse_quantity("").error().what, "the quantity is empty");
    EXPECT_EQ(parse_quantity("4gb").error().what, "\"4gb\" is not a quantity");
}

TEST(Quantity, NegativeAndAbsurdAmountsAreErrors) {
    for (const char* text : {"-1", "-500m", "-0.000001", "-1Ki"}) {
        ASSERT_FALSE(parse_quantity(text)) << text;
        EXPECT_EQ(parse_quantity(text).error().what, "\"" + std::string(text) + "\" is negative");
    }
    for (const char* text :
         {"1000000000000000000000000000000", "1e30", "9223372036854775808", "9223372036854775807.1", "8Ei", "10E",
          "1e1000000000000", "99999999999999999999Ki", "1.0000000000000000000000000000000001e19"}) {
        ASSERT_FALSE(parse_quantity(text)) << text;
        EXPECT_NE(parse_quantity(text).error().what.find("larger than any machine"), std::string::npos) << text;
    }
    const std::string nines(200, '9');
    EXPECT_LT(parse_quantity(nines).error().what.size(), 120U);
}

TEST(Quantity, CpuIsInMillisAndTheRestInUnits) {
    EXPECT_EQ(*parse_amount("cpu", "1.5"), 1'500);
    EXPECT_EQ(*parse_amount("memory", "1.5Ki"), 1'536);
    EXPECT_EQ(*parse_amount("nvidia.com/gpu", "8"), 8);
    EXPECT_FALSE(parse_amount("cpu", "1e16"));
}

TEST(Quantity, WholenessIsOfTheValueNotOfTheText) {
    for (const char* text : {"8", "8.0", "8000m", "1e3", "0", "0.5Ki", "1.5Ki", "80e-1"})
        EXPECT_TRUE(is_whole_quantity(text)) << text;
    for (const char* text : {"0.5", "500m", "1.0001", "1e-1", "0.1Ki", "x", ""})
        EXPECT_FALSE(is_whole_quantity(text)) << text;
    EXPECT_TRUE(is_whole_resource("pods"));
    EXPECT_TRUE(is_whole_resource("nvidia.com/gpu"));
    EXPECT_FALSE(is_whole_resource("cpu"));
    EXPECT_FALSE(is_whole_resource("ephemeral-storage"));
}

}  // namespace
}  // namespace muster
