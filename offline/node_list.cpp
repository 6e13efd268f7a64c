#include "offline/node_list.hpp"

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>

namespace muster {
namespace {

// A name split at its last number: "b1-n07.ml" is "b1-n" + 07 + ".ml". Width is part of the family, so that 7 and 07
// differ.
struct Family {
    std::string head;
    std::string tail;
    std::size_t width = 0;
    auto operator<=>(const Family&) const = default;
};

// Longer numbers are hashes or dates, not positions.
constexpr std::size_t kLongestNumber = 9;

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

bool split(const std::string& name, Family& family, std::uint32_t& number) {
    const auto last = std::find_if(name.rbegin(), name.rend(), is_digit);
    if (last == name.rend()) return false;
    const auto first = std::find_if_not(last, name.rend(), is_digit);
    const auto end = static_cast<std::size_t>(name.rend() - last);
    const auto begin = static_cast<std::size_t>(name.rend() - first);
    const std::string digits = name.substr(begin, end - begin);
    if (digits.size() > kLongestNumber) return false;
    number = static_cast<std::uint32_t>(std::stoul(digits));
    // Numbers without leading zeros belong together whatever their length.
    family = {name.substr(0, begin), name.substr(end), digits.size() > 1 && digits.front() == '0' ? digits.size() : 0};
    return true;
}

std::string padded(std::uint32_t number, std::size_t width) {
    std::string digits = std::to_string(number);
    return digits.size() < width ? std::string(width - digits.size(), '0') + digits : digits;
}

std::string ranges(const std::vector<std::uint32_t>& numbers, std::size_t width) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size();) {
        std::size_t last = i;
        while (last + 1 < numbers.size() && numbers[last + 1] == numbers[last] + 1) ++last;
        if (!text.empty()) text += ",";
        text += padded(numbers[i], width);
        if (last > i) text += (last == i + 1 ? "," : "-") + padded(numbers[last], width);
        i = last + 1;
    }
    return text;
}

// Zero-padded names of full width ("10" beside "08") join the padded family of that width.
void join_padded(std::map<Family, std::vector<std::uint32_t>>& families) {
    for (auto at = families.begin(); at != families.end();) {
        const Family& family = at->first;
        bool moved = false;
        if (family.width == 0) {
            for (auto& [other, numbers] : families) {
                if (other.width == 0 || other.head != family.head || other.tail != family.tail) continue;
                const bool all =
                    std::ranges::all_of(at->second, [&](auto n) { return std::to_string(n).size() == other.width; });
                if (!all) continue;
                numbers.insert(numbers.end(), at->second.begin(), at->second.end());
                std::ranges::sort(numbers);
                moved = true;
                break;
            }
        }
        at = moved ? families.erase(at) : std::next(at);
    }
}

}  // namespace

std::string compress_names(std::vector<std::string> names, std::size_t max_width) {
    std::ranges::sort(names);
    const auto repeated = std::ranges::unique(names);
    names.erase(repeated.begin(), repeated.end());
    std::map<Family, std::vector<std::uint32_t>> families;
    std::vector<std::string> words;
    for (const auto& name : names) {
        Family family;
        std::uint32_t number = 0;
        if (split(name, family, number)) {
            families[family].push_back(number);
        } else {
            words.push_back(name);
        }
    }
    join_padded(families);
    for (auto& [family, numbers] : families) {
        std::ranges::sort(numbers);
        const std::string inner = ranges(numbers, family.width);
        words.push_back(family.head + (numbers.size() == 1 ? inner : "[" + inner + "]") + family.tail);
    }
    std::ranges::sort(words);
    std::string text;
    for (const auto& word : words) {
        const std::string next = (text.empty() ? "" : ", ") + word;
        if (!text.empty() && text.size() + next.size() > max_width) {
            return text + ", … (" + std::to_string(names.size()) + " nodes)";
        }
        text += next;
    }
    return text;
}

}  // namespace muster
