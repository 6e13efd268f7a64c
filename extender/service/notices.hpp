// Sentences for people about a gang's changes of state: Kubernetes Events and the log. kube-scheduler never sees them.
#pragma once

#include "placement/gang/gang_machine.hpp"

#include <string>
#include <string_view>

namespace muster {

struct NoticeText {
    std::string_view reason;  // CamelCase, of the Event
    std::string note;         // ≤ 1 kB
    bool warning = false;
};

[[nodiscard]] NoticeText notice_text(const GangMachine& gang, const Report& report);
// Why the gang is not running, one sentence; empty if nothing is wrong.
[[nodiscard]] std::string trouble_sentence(const GangMachine& gang);
// Kebab-case code of the trouble, e.g. "level-too-small", "bad-declaration"; empty if nothing is wrong.
[[nodiscard]] std::string trouble_code(const GangMachine& gang);

}  // namespace muster
