// Flags of one command: --name VALUE, --name=VALUE, -n VALUE, -nVALUE, switches, and what stands between them.
#pragma once

#include "cli/command.hpp"
#include "placement/model/result.hpp"

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace muster {

struct FlagSpec {
    std::string_view name;        // without dashes
    char letter = 0;              // 0: no short form
    std::string_view value_name;  // empty: a switch
    std::string_view help;        // lines separated by '\n'
    bool repeats = false;
};

class Flags {
  public:
    // Errors (one each, for the first fault): unknown flag with the nearest known one, missing value, a value given to
    // a switch, a flag given twice that does not repeat. "--" ends the flags; "-" is a plain argument.
    [[nodiscard]] static Result<Flags> parse(Arguments args, std::span<const FlagSpec> specs);

    [[nodiscard]] bool has(std::string_view name) const { return values_.contains(name); }
    [[nodiscard]] std::optional<std::string_view> value(std::string_view name) const;  // the last one
    [[nodiscard]] std::vector<std::string_view> values(std::string_view name) const;
    [[nodiscard]] const std::vector<std::string_view>& rest() const { return rest_; }

  private:
    std::map<std::string_view, std::vector<std::string_view>> values_;
    std::vector<std::string_view> rest_;
};

// The flags' part of a help text, aligned.
[[nodiscard]] std::string describe_flags(std::span<const FlagSpec> specs);

}  // namespace muster
