#include "cli/machine_folder.hpp"

#include "cli/command.hpp"
#include "test/cli/call_for_tests.hpp"

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace muster {
namespace {

namespace fs = std::filesystem;
using test::Call;
using Strings = std::vector<std::string>;

constexpr const char* kPairDump = "\tGPU0\tGPU1\tCPU Affinity\nGPU0\t X \tNV2\t0-9\nGPU1\tNV2\t X \t0-9\n";
constexpr const char* kQueryDump = "<nvidia_smi_log><gpu><uuid>GPU-1</uuid></gpu></nvidia_smi_log>";

// A folder of its own for each case, gone afterwards.
class MachineFolder : public testing::Test {
  protected:
    MachineFolder() { fs::create_directories(folder_); }
    ~MachineFolder() override {
        std::error_code ignored;
        fs::remove_all(folder_, ignored);
    }
    void write(const std::string& name, std::string_view text) {
        std::ofstream(folder_ / name, std::ios::binary) << text;
    }
    [[nodiscard]] Strings names() const {
        Strings names;
        const auto machines = read_machine_folder(folder_.string());
        EXPECT_TRUE(machines.has_value()) << (machines ? "" : to_string(machines.error().front()));
        if (machines) {
            for (const auto& [name, machine] : *machines) names.push_back(name);
        }
        return names;
    }
    [[nodiscard]] Strings faults() const {
        Strings texts;
        const auto machines = read_machine_folder(folder_.string());
        if (machines) return {"read"};
        for (const auto& error : machines.error()) {
            std::string text = to_string(error);
            const std::size_t at = text.find(folder_.string());
            texts.push_back(at == std::string::npos ? text : text.replace(at, folder_.string().size(), "DIR"));
        }
        return texts;
    }

    fs::path folder_ = fs::path(testing::TempDir()) / "muster-machine-folder" /
                       testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(MachineFolder, EachFileIsAMachineOfItsName) {
    write("lab-pair", kPairDump);
    write("smi.xml", kQueryDump);
    EXPECT_EQ(names(), (Strings{"lab-pair", "smi.xml"}));
    const auto machines = read_machine_folder(folder_.string());
    EXPECT_EQ(machines->at("lab-pair")->name(), "lab-pair");
    EXPECT_EQ(machines->at("lab-pair")->gpu_count(), 2U);
    const MachineGraph& smi = *machines->at("smi.xml");
    EXPECT_EQ(smi.part(smi.gpu(0)).uuid, "") << "the id of one machine is not that of the others of its type";
}

TEST_F(MachineFolder, AMountedConfigMapIsReadThroughItsLinks) {
    fs::create_directories(folder_ / "..2026_11_24");
    std::ofstream(folder_ / "..2026_11_24" / "pair") << kPairDump;
    fs::create_directory_symlink("..2026_11_24", folder_ / "..data");
    fs::create_symlink("..data/pair", folder_ / "pair");
    fs::create_directories(folder_ / "more");
    EXPECT_EQ(names(), Strings{"pair"});
}

TEST_F(MachineFolder, EveryBadFileIsSaid) {
    write("a", "hello");
    write("b", "\tGPU0\tGPU1\nGPU0\t X \tNV2\n");
    write("good", kPairDump);
    const Strings texts = faults();
    ASSERT_EQ(texts.size(), 2U);
    EXPECT_TRUE(texts[0].starts_with("DIR/a: is no dump of a machine that is known here")) << texts[0];
    EXPECT_TRUE(texts[1].starts_with("DIR/b: line ")) << texts[1];
}

TEST_F(MachineFolder, LargeFilesAndManyFilesAreRefused) {
    std::ofstream(folder_ / "large").seekp(17 << 20) << 'x';
    EXPECT_EQ(faults(), (Strings{"DIR/large: is larger than the 16 MiB that are read; give the dump of one machine"}));
    fs::remove(folder_ / "large");
    for (std::size_t i = 0; i <= limits::kMachineFiles; ++i) write(std::to_string(i), "");
    EXPECT_EQ(faults(), (Strings{"DIR: holds more than 1024 files; give one dump for each type of machine"}));
}

TEST_F(MachineFolder, AFolderThatIsNotThereIsSaid) {
    fs::remove_all(folder_);
    EXPECT_EQ(faults(), (Strings{"DIR: cannot be read: No such file or directory; name a folder of machine dumps in "
                                 "topology.machines"}));
}

Call muster_with(const std::vector<std::string>& words) {
    return test::call(run_muster, {words.begin(), words.end()}, "");
}

TEST_F(MachineFolder, PlaceAndServeKnowTheMachinesOfTheSettings) {
    fs::create_directories(folder_ / "machines");
    write("machines/lab-pair", kPairDump);
    write("config.yaml", "topology: {machines: " + (folder_ / "machines").string() + "}\n");
    write("cluster.yaml",
          "kind: Node\nmetadata: {name: n1, annotations: {muster.scheduler/machine: lab-pair}}\n"
          "status: {allocatable: {pods: 10, nvidia.com/gpu: 2}}\n");
    const std::string cluster = (folder_ / "cluster.yaml").string(), config = (folder_ / "config.yaml").string();
    EXPECT_NE(muster_with({"place", "-f", cluster}).err.find("\"lab-pair\" is no known machine"), std::string::npos);
    const Call known = muster_with({"place", "-f", cluster, "--config", config});
    EXPECT_EQ(known.status, kDone);
    EXPECT_EQ(known.err, "");
    EXPECT_EQ(muster_with({"serve", "--config", config, "--validate"}).status, kDone);

    write("machines/bad", "hello");
    const Call place = muster_with({"place", "-f", cluster, "--config", config});
    EXPECT_EQ(place.status, kBadInput);
    EXPECT_NE(place.err.find("machines/bad: is no dump"), std::string::npos) << place.err;
    const Call serve = muster_with({"serve", "--config", config, "--validate"});
    EXPECT_EQ(serve.status, kBadInput);
    EXPECT_EQ(serve.err, place.err);
}

}  // namespace
}  // namespace muster
