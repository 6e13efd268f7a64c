// The machines that nodes can have: the built-in profiles, and what the operator gave beside them.
#pragma once

#include "placement/model/machine_source.hpp"

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

class MachineLibrary final : public MachineSource {
  public:
    using Own = std::map<std::string, MachineRef, std::less<>>;
    MachineLibrary() = default;
    // `own` by name, none empty. An own machine hides the profile of its name, for nodes chosen by labels too: the
    // operator knows better.
    explicit MachineLibrary(Own own);

    [[nodiscard]] MachineRef named(std::string_view name) const override;
    [[nodiscard]] MachineRef fitting(const GpuFacts& facts) const override;
    [[nodiscard]] std::vector<std::string_view> names() const override;

  private:
    Own own_;
};

// The built-in profiles alone.
[[nodiscard]] const MachineLibrary& built_in_machines();

}  // namespace muster
