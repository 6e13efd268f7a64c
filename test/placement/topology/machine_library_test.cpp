#include "placement/topology/machine_library.hpp"

#include "placement/topology/machine_profiles.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace muster {
namespace {

MachineRef copy_of(const char* profile, const char* note) {
    MachineGraph machine = *machine_profile(profile);
    machine.add_note(note);
    return MachineRef(std::make_shared<const MachineGraph>(std::move(machine)));
}

TEST(MachineLibrary, BuiltInProfilesAreKnownByNameAndByWhatLabelsTell) {
    const MachineLibrary& library = built_in_machines();
    EXPECT_EQ(library.named("hgx-h100").get(), machine_profile("hgx-h100").get());
    EXPECT_FALSE(library.named("hgx-h101"));
    EXPECT_EQ(library.fitting({"NVIDIA-H100-80GB-HBM3", 8, ""}).get(), machine_profile("hgx-h100").get());
    EXPECT_FALSE(library.fitting({"NVIDIA-H100-80GB-HBM3", 3, ""}));
    EXPECT_EQ(library.names(), machine_profile_names());
}

TEST(MachineLibrary, OwnMachinesStandBesideTheProfilesAndHideThoseOfTheirName) {
    const MachineRef ours = copy_of("pcie-8", "ours"), better = copy_of("hgx-h100", "measured");
    const MachineLibrary library({{"lab", ours}, {"hgx-h100", better}});
    EXPECT_EQ(library.named("lab"), ours);
    EXPECT_EQ(library.named("hgx-h100"), better);
    EXPECT_EQ(library.fitting({"NVIDIA-H100-80GB-HBM3", 8, ""}), better);
    EXPECT_EQ(library.named("dgx-a100").get(), machine_profile("dgx-a100").get());
    const auto names = library.names();
    EXPECT_EQ(names.size(), machine_profile_names().size() + 1);
    EXPECT_TRUE(std::ranges::is_sorted(names));
}

}  // namespace
}  // namespace muster
