#include "dialects/topology/machine_dump.hpp"
#include "test/dialects/topology/graph_for_tests.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

TEST(RecogniseDump, ADumpIsKnownByItsContent) {
    struct Case {
        const char* text;
        DumpFormat format;
    };
    for (const Case& c : {
             Case{"\tGPU0\tGPU1\nGPU0\t X \tNV4\nGPU1\tNV4\t X \n", DumpFormat::smi_matrix},
             Case{"\x1b[4m\tGPU0\tCPU Affinity\x1b[0m\nGPU0\t X \t0-3\n", DumpFormat::smi_matrix},
             Case{"\tGPU0\tGPU1\nGPU0\t X \tCNS\nGPU1\tCNS\t X \n", DumpFormat::smi_p2p},
             Case{"<?xml version=\"1.0\"?>\n<!-- <system> -->\n<nvidia_smi_log>", DumpFormat::smi_query},
             Case{"\xEF\xBB\xBF<system version=\"1\">", DumpFormat::nccl_xml},
             Case{"<graphs version=\"1\">", DumpFormat::nccl_xml},
             Case{"<?xml?><!DOCTYPE topology SYSTEM \"hwloc2.dtd\"><topology>", DumpFormat::hwloc_xml},
             Case{"=== Hops between two GPUs ===\n", DumpFormat::rocm_smi},
             Case{"### nodes/0/io_links/0/properties\ntype 1\n", DumpFormat::kfd},
         }) {
        EXPECT_EQ(recognise_dump(c.text), c.format) << c.text;
    }
    for (const char* text : {"", "<html>", "<!-- open", "<", "GPU0", "hello", "{\"kind\": \"Node\"}"})
        EXPECT_EQ(recognise_dump(text), std::nullopt) << text;
}

TEST(RecogniseDump, EveryFormatHasItsName) {
    std::set<std::string_view> names;
    for (const auto format : {DumpFormat::smi_matrix, DumpFormat::smi_p2p, DumpFormat::smi_query, DumpFormat::nccl_xml,
                              DumpFormat::hwloc_xml, DumpFormat::rocm_smi, DumpFormat::kfd})
        names.insert(name_of(format));
    EXPECT_EQ(names.size(), 7U);
    EXPECT_FALSE(names.contains(""));
}

TEST(RecogniseDump, WhateverItIsItIsRead) {
    EXPECT_EQ(machine_or_fail(read_machine_dump(" GPU0 GPU1\nGPU0 X SYS\nGPU1 SYS X\n", "dump")).gpu_count(), 2U);
    EXPECT_EQ(machine_or_fail(read_machine_dump(" GPU0 GPU1\nGPU0 X OK\nGPU1 OK X\n", "dump")).gpu_count(), 2U);
    const auto unknown = read_machine_dump("apiVersion: v1", "dump");
    ASSERT_FALSE(unknown);
    EXPECT_TRUE(to_string(unknown.error()).starts_with("dump: is no dump of a machine that is known here; give the"));
    const auto large = read_machine_dump(std::string(kMaxDumpBytes + 1, 'x'), "dump");
    ASSERT_FALSE(large);
    EXPECT_EQ(large.error().code, ErrorCode::limit);
}

}  // namespace
}  // namespace muster
