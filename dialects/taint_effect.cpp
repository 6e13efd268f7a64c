#include "dialects/taint_effect.hpp"

#include "config/nearest.hpp"

#include <array>
#include <string>
#include <string_view>

namespace muster {
namespace {

constexpr std::array<std::string_view, 3> kNames{"NoSchedule", "PreferNoSchedule", "NoExecute"};
constexpr std::array kEffects{TaintEffect::no_schedule, TaintEffect::prefer_no_schedule, TaintEffect::no_execute};

}  // namespace

std::optional<TaintEffect> read_taint_effect(FieldReader& reader, const Object& map) {
    const std::string_view text = reader.text(map, "effect");
    if (text.empty()) return std::nullopt;
    for (std::size_t i = 0; i < kNames.size(); ++i) {
        if (kNames[i] == text) return kEffects[i];
    }
    const auto step = reader.enter("effect");
    reader.fail("\"" + std::string(text) + "\" is not an effect", suggest(text, kNames));
    return std::nullopt;
}

}  // namespace muster
