// JSON text → Object, by simdjson On-Demand, which alone keeps the text of numbers.
#include "dialects/digit.hpp"
#include "dialects/object.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include <simdjson.h>

namespace muster {
namespace {

namespace ondemand = simdjson::ondemand;

// -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?
bool is_json_number(std::string_view text) {
    std::size_t at = 0;
    const auto digits = [&] {
        const std::size_t begin = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return at - begin;
    };
    if (at < text.size() && text[at] == '-') ++at;
    const std::size_t begin = at;
    const std::size_t whole = digits();
    if (whole == 0 || (whole > 1 && text[begin] == '0')) return false;
    if (at < text.size() && text[at] == '.') {
        ++at;
        if (digits() == 0) return false;
    }
    if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
        ++at;
        if (at < text.size() && (text[at] == '+' || text[at] == '-')) ++at;
        if (digits() == 0) return false;
    }
    return at == text.size();
}

std::string_view trim_right(std::string_view text) {
    while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos)
        text.remove_suffix(1);
    return text;
}

// Walks one document. Methods return false after setting `problem`.
class JsonWalk {
  public:
    explicit JsonWalk(RepeatedKey repeated) : repeated_(repeated) {}

    bool read_document(ondemand::document& document, Object& out) {
        bool scalar = false;
        if (!check(document.is_scalar().get(scalar))) return false;
        if (scalar) {
            if (!read_scalar(document, out)) return false;
        } else {
            ondemand::value value;
            if (!check(document.get_value().get(value)) || !read(value, 1, out)) return false;
        }
        // After the last token there is no location; any other one is of something that follows.
        const char* rest = nullptr;
        if (document.current_location().get(rest) == simdjson::SUCCESS) return fail("something follows the JSON value");
        return true;
    }

    std::string problem;
    ErrorCode code = ErrorCode::bad_input;

  private:
    bool fail(std::string_view text) {
        if (problem.empty()) problem = text;
        return false;
    }
    bool check(simdjson::error_code error) {
        return error == simdjson::SUCCESS || fail(simdjson::error_message(error));
    }

    template <class Value>
    bool read_scalar(Value& value, Object& out) {
        ondemand::json_type type{};
        if (!check(value.type().get(type))) return false;
        switch (type) {
            case ondemand::json_type::string: {
                std::string_view text;
                if (!check(value.get_string().get(text))) return false;
                out = Object::string(std::string(text));
                return true;
            }
            case ondemand::json_type::number: {
                std::string_view token;
                if (!check(simdjson::simdjson_result<std::string_view>(value.raw_json_token()).get(token)))
                    return false;
                const std::string_view text = trim_right(token);
                if (!is_json_number(text))
                    return fail("\"" + std::string(text.substr(0, 40)) + "\" is not a JSON number");
                out = Object::number(std::string(text));
                // The token is not consumed by looking at it.
                return consume_number(value);
            }
            case ondemand::json_type::boolean: {
                bool flag = false;
                if (value.get_bool().get(flag) != simdjson::SUCCESS) return fail("not a JSON value");
                out = Object::boolean(flag);
                return true;
            }
            case ondemand::json_type::null: {
                if (!simdjson::simdjson_result<bool>(value.is_null()).value_unsafe()) return fail("not a JSON value");
                out = Object();
                return true;
            }
            case ondemand::json_type::array:
            case ondemand::json_type::object:
                break;
        }
        return fail("not a JSON value");
    }

    // Any getter moves on past the token, whether or not the number fits its type.
    template <class Value>
    bool consume_number(Value& value) {
        const auto parsed = value.get_double();
        (void)parsed;
        return true;
    }

    bool read(ondemand::value& value, std::size_t depth, Object& out) {
        if (depth > kMaxObjectDepth) {
            code = ErrorCode::limit;
            return fail("nested deeper than " + std::to_string(kMaxObjectDepth) + " levels");
        }
        ondemand::json_type type{};
        if (!check(value.type().get(type))) return false;
        if (type == ondemand::json_type::object) return read_map(value, depth, out);
        if (type == ondemand::json_type::array) return read_list(value, depth, out);
        return read_scalar(value, out);
    }

    bool read_map(ondemand::value& value, std::size_t depth, Object& out) {
        ondemand::object map;
        if (!check(value.get_object().get(map))) return false;
        std::vector<Object::Field> fields;
        std::unordered_set<std::string> keys;  // empty where repeated ones are no matter
        for (auto item : map) {
            ondemand::field field;
            if (!check(std::move(item).get(field))) return false;
            std::string_view key;
            if (!check(field.unescaped_key().get(key))) return false;
            if (repeated_ == RepeatedKey::refused && !keys.emplace(key).second)
                return fail("the key \"" + std::string(key) + "\" is given twice");
            fields.emplace_back(std::string(key), Object());
            if (!read(field.value(), depth + 1, fields.back().second)) return false;
        }
        out = Object::map(std::move(fields));
        return true;
    }

    bool read_list(ondemand::value& value, std::size_t depth, Object& out) {
        ondemand::array list;
        if (!check(value.get_array().get(list))) return false;
        std::vector<Object> items;
        for (auto item : list) {
            ondemand::value element;
            if (!check(std::move(item).get(element))) return false;
            items.emplace_back();
            if (!read(element, depth + 1, items.back())) return false;
        }
        out = Object::list(std::move(items));
        return true;
    }

    RepeatedKey repeated_;
};

std::string place_of(std::string_view text, const ondemand::document& document) {
    const char* at = nullptr;
    // current_location() is not const in this version of the library, though it only looks.
    if (const_cast<ondemand::document&>(document).current_location().get(at) != simdjson::SUCCESS) return {};
    const auto offset = std::min(text.size(), static_cast<std::size_t>(at - text.data()));
    const std::string_view before = text.substr(0, offset);
    const auto line = 1 + std::ranges::count(before, '\n');
    const std::size_t column = offset - (before.rfind('\n') == std::string_view::npos ? 0 : before.rfind('\n') + 1) + 1;
    return "line " + std::to_string(line) + ", column " + std::to_string(column) + ": ";
}

}  // namespace

Result<Object> parse_json(std::string_view text, std::string_view source, RepeatedKey repeated) {
    const auto refuse = [&](ErrorCode code, std::string what) {
        return std::unexpected(Error{code, std::string(source), std::move(what), ""});
    };
    if (text.find_first_not_of(" \t\r\n") == std::string_view::npos)
        return refuse(ErrorCode::bad_input, "the JSON text is empty");
    const simdjson::padded_string padded(text);
    ondemand::parser parser;
    ondemand::document document;
    if (const auto error = parser.iterate(padded).get(document); error != simdjson::SUCCESS) {
        return refuse(ErrorCode::bad_input, std::string("bad JSON: ") + simdjson::error_message(error));
    }
    JsonWalk walk(repeated);
    Object object;
    if (!walk.read_document(document, object)) {
        const std::string_view whole(padded.data(), padded.size());
        return refuse(walk.code, "bad JSON: " + place_of(whole, document) + walk.problem);
    }
    return object;
}

}  // namespace muster
