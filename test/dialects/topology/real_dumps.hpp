// Dumps of real machines, where they lie beside the tree.
#pragma once

#include "dialects/topology/machine_dump.hpp"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace muster::test {

inline const std::filesystem::path kRealDumps = MUSTER_REAL_DUMPS;

// Its tests are skipped where there are no dumps.
class RealDumps : public testing::Test {
  protected:
    void SetUp() override {
        if (!std::filesystem::is_directory(kRealDumps)) GTEST_SKIP() << "no dumps of real machines beside the tree";
    }
};

inline std::string dump_text(const std::string& file) {
    std::ifstream in(kRealDumps / file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline Result<MachineGraph> read_dump(const std::string& file) {
    return read_machine_dump(dump_text(file), file);
}

struct RefusedDump {
    const char* file;
    const char* reason;  // words of the refusal
};

// Names of the dumps that begin with one of these.
inline std::set<std::string> dumps_of(const std::vector<std::string>& prefixes) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(kRealDumps)) {
        const std::string name = entry.path().filename().string();
        for (const auto& prefix : prefixes) {
            if (name.starts_with(prefix)) names.insert(name);
        }
    }
    return names;
}

}  // namespace muster::test
