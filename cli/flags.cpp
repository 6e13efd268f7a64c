#include "cli/flags.hpp"

#include "config/nearest.hpp"

#include <algorithm>

namespace muster {
namespace {

std::unexpected<Error> refuse_flag(std::string what, std::string remedy) {
    return std::unexpected(Error{ErrorCode::bad_input, "", std::move(what), std::move(remedy)});
}

std::unexpected<Error> unknown_flag(std::string_view flag, std::span<const FlagSpec> specs) {
    std::vector<std::string> names;
    for (const auto& spec : specs) names.push_back("--" + std::string(spec.name));
    const std::vector<std::string_view> views(names.begin(), names.end());
    return refuse_flag("unknown flag " + std::string(flag), suggest(flag, views));
}

std::string left_column(const FlagSpec& spec) {
    std::string text = spec.letter == 0 ? "    --" : std::string("-") + spec.letter + ", --";
    text += spec.name;
    if (!spec.value_name.empty()) text += " " + std::string(spec.value_name);
    return text;
}

}  // namespace

Result<Flags> Flags::parse(Arguments args, std::span<const FlagSpec> specs) {
    Flags flags;
    bool ended = false;
    for (std::size_t i = 0; i < args.size(); ++i) {
        const std::string_view arg = args[i];
        if (ended || arg == "-" || !arg.starts_with('-')) {
            flags.rest_.push_back(arg);
            continue;
        }
        if (arg == "--") {
            ended = true;
            continue;
        }
        const bool is_long = arg.starts_with("--");
        const std::size_t equals = arg.find('=');
        const std::string_view shown = is_long ? arg.substr(0, equals) : arg.substr(0, 2);
        const auto spec = std::ranges::find_if(specs, [&](const FlagSpec& candidate) {
            return is_long ? candidate.name == shown.substr(2) : candidate.letter == arg[1];
        });
        if (spec == specs.end()) return unknown_flag(is_long ? shown : arg, specs);
        std::optional<std::string_view> value;
        if (is_long && equals != std::string_view::npos) value = arg.substr(equals + 1);
        if (!is_long && arg.size() > 2) value = arg.substr(arg[2] == '=' ? 3 : 2);
        if (spec->value_name.empty()) {
            if (value) return refuse_flag(std::string(shown) + " takes no value", "write " + std::string(shown));
            value = "";
        } else if (!value) {
            if (i + 1 == args.size())
                return refuse_flag(std::string(shown) + " lacks its value",
                                   "write " + std::string(shown) + " " + std::string(spec->value_name));
            value = args[++i];
        }
        auto& values = flags.values_[spec->name];
        if (!values.empty() && !spec->repeats) return refuse_flag(std::string(shown) + " is given twice", "keep one");
        values.push_back(*value);
    }
    return flags;
}

std::optional<std::string_view> Flags::value(std::string_view name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? std::nullopt : std::optional(at->second.back());
}

std::vector<std::string_view> Flags::values(std::string_view name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? std::vector<std::string_view>() : at->second;
}

std::string describe_flags(std::span<const FlagSpec> specs) {
    std::size_t width = 0;
    for (const auto& spec : specs) width = std::max(width, left_column(spec).size());
    std::string text;
    for (const auto& spec : specs) {
        const std::string left = left_column(spec);
        text += "  " + left + std::string(width - left.size() + 2, ' ');
        for (const char c : spec.help) {
            text += c;
            if (c == '\n') text += std::string(width + 4, ' ');
        }
        text += '\n';
    }
    return text;
}

}  // namespace muster
