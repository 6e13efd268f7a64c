// YAML text → Objects, by yaml-cpp's event parser: one document at a time, no tree of the library's own in between.
#include "dialects/object.hpp"
#include "dialects/yaml_scalar.hpp"

#include <algorithm>
#include <istream>
#include <iterator>
#include <new>
#include <streambuf>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

namespace muster {
namespace {

// Thrown out of the library's parser and caught below, in this file.
struct Refusal {
    ErrorCode code;
    int line;
    std::string what;
};

std::size_t count_values(const Object& object) {
    std::size_t count = 1;
    for (const auto& item : object.items()) count += count_values(item);
    for (const auto& field : object.fields()) count += count_values(field.second);
    return count;
}

class DocumentBuilder final : public YAML::EventHandler {
  public:
    Object take() { return std::move(root_); }

    void OnDocumentStart(const YAML::Mark& mark) override {
        // Before a stray ',' or ']' the library ends a document without going on, and would do so for ever.
        if (mark.pos == started_) throw Refusal{ErrorCode::bad_input, mark.line, "unexpected text"};
        started_ = mark.pos;
        root_ = Object();
        frames_.clear();
        anchors_.clear();
        alias_values_ = 0;
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(mark, anchor, Object()); }

    void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        const auto found = anchors_.find(anchor);
        if (found == anchors_.end()) {
            throw Refusal{ErrorCode::bad_input, mark.line, "an alias refers to a value that contains it"};
        }
        alias_values_ += found->second.values;
        if (alias_values_ > kMaxAliasValues) {
            throw Refusal{ErrorCode::limit, mark.line,
                          "aliases expand to more than " + std::to_string(kMaxAliasValues) + " values"};
        }
        put(mark, YAML::NullAnchor, found->second.object);
    }

    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        const bool plain = tag == "?" || tag == "tag:yaml.org,2002:int" || tag == "tag:yaml.org,2002:float" ||
                           tag == "tag:yaml.org,2002:bool" || tag == "tag:yaml.org,2002:null";
        if (is_key_next()) {
            Frame& frame = frames_.back();
            frame.key = value;
            frame.has_key = true;
            frame.merges = tag == "?" && value == "<<";
            if (anchor != YAML::NullAnchor) anchors_[anchor] = {Object::string(value), 1};
            return;
        }
        put(mark, anchor, plain ? plain_scalar(value) : Object::string(value));
    }

    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(mark, anchor, false);
    }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(mark, anchor, true);
    }

    void OnSequenceEnd() override {
        Frame frame = pop();
        put(frame.mark, frame.anchor, Object::list(std::move(frame.items)));
    }

    void OnMapEnd() override {
        Frame frame = pop();
        refuse_repeated_key(frame.fields);
        std::vector<Object::Field> fields;
        // Merged fields first, so that the map's own ones win; of several merged maps the first wins.
        for (auto merged = frame.merged.rbegin(); merged != frame.merged.rend(); ++merged) {
            fields.insert(fields.end(), merged->fields().begin(), merged->fields().end());
        }
        fields.insert(fields.end(), std::make_move_iterator(frame.fields.begin()),
                      std::make_move_iterator(frame.fields.end()));
        put(frame.mark, frame.anchor, Object::map(std::move(fields)));
    }

  private:
    struct Frame {
        YAML::Mark mark;
        YAML::anchor_t anchor = YAML::NullAnchor;
        bool is_map = false;
        bool has_key = false;
        bool merges = false;
        std::string key;
        std::vector<Object> items;
        std::vector<Object::Field> fields;
        std::vector<Object> merged;
    };
    struct Anchored {
        Object object;
        std::size_t values = 0;
    };

    // A label written twice would put a node into two racks, and nobody would be told which one counts.
    static void refuse_repeated_key(const std::vector<Object::Field>& fields) {
        std::vector<const Object::Field*> sorted;
        sorted.reserve(fields.size());
        for (const auto& field : fields) sorted.push_back(&field);
        std::ranges::stable_sort(sorted, {},
                                 [](const Object::Field* field) -> std::string_view { return field->first; });
        const auto twice =
            std::ranges::adjacent_find(sorted, {}, [](auto* field) -> std::string_view { return field->first; });
        if (twice == sorted.end()) return;
        const Object& first = (*twice)->second;
        const auto& [key, second] = **std::next(twice);
        throw Refusal{ErrorCode::bad_input, static_cast<int>(second.line()) - 1,
                      "the key \"" + key + "\" is given twice, first in line " + std::to_string(first.line())};
    }

    [[nodiscard]] bool is_key_next() const {
        return !frames_.empty() && frames_.back().is_map && !frames_.back().has_key;
    }

    void open(const YAML::Mark& mark, YAML::anchor_t anchor, bool is_map) {
        if (is_key_next())
            throw Refusal{ErrorCode::bad_input, mark.line, "a key must be a plain word, not a list or map"};
        if (frames_.size() >= kMaxObjectDepth) {
            throw Refusal{ErrorCode::limit, mark.line,
                          "nested deeper than " + std::to_string(kMaxObjectDepth) + " levels"};
        }
        Frame frame;
        frame.mark = mark;
        frame.anchor = anchor;
        frame.is_map = is_map;
        frames_.push_back(std::move(frame));
    }

    Frame pop() {
        Frame frame = std::move(frames_.back());
        frames_.pop_back();
        return frame;
    }

    static void merge(Frame& frame, const YAML::Mark& mark, Object object) {
        if (object.kind() == ObjectKind::map) {
            frame.merged.push_back(std::move(object));
            return;
        }
        for (const auto& item : object.items()) {
            if (item.kind() == ObjectKind::map) frame.merged.push_back(item);
        }
        if (object.kind() != ObjectKind::list || frame.merged.empty()) {
            throw Refusal{ErrorCode::bad_input, mark.line, "\"<<\" merges maps only"};
        }
    }

    void put(const YAML::Mark& mark, YAML::anchor_t anchor, Object object) {
        object.set_line(static_cast<std::uint32_t>(mark.line + 1));
        if (anchor != YAML::NullAnchor) anchors_[anchor] = {object, count_values(object)};
        if (frames_.empty()) {
            root_ = std::move(object);
            return;
        }
        Frame& frame = frames_.back();
        if (!frame.is_map) {
            frame.items.push_back(std::move(object));
        } else if (!frame.has_key) {
            if (object.kind() != ObjectKind::string)
                throw Refusal{ErrorCode::bad_input, mark.line, "a key must be a plain word"};
            frame.key = object.text();
            frame.has_key = true;
            frame.merges = false;
        } else {
            if (frame.merges) {
                merge(frame, mark, std::move(object));
            } else {
                frame.fields.emplace_back(std::move(frame.key), std::move(object));
            }
            frame.has_key = false;
        }
    }

    int started_ = -1;  // where the current document begins
    Object root_;
    std::vector<Frame> frames_;
    std::unordered_map<YAML::anchor_t, Anchored> anchors_;
    std::size_t alias_values_ = 0;
};

// The parser reads a stream; this one reads the text in place.
class TextBuffer final : public std::streambuf {
  public:
    explicit TextBuffer(std::string_view text) {
        // streambuf wants a writable pointer, but a buffer without put-back writes is never written.
        char* begin = const_cast<char*>(text.data());
        setg(begin, begin, begin + text.size());
    }
};

}  // namespace

Result<std::vector<Object>> parse_yaml(std::string_view text, std::string_view source) {
    const auto refuse = [&](ErrorCode code, int line, const std::string& what) {
        std::string where(source);
        const std::string at = line >= 0 ? "line " + std::to_string(line + 1) + ": " : "";
        return std::unexpected(Error{code, std::move(where), "bad YAML: " + at + what, ""});
    };
    try {
        TextBuffer buffer(text);
        std::istream stream(&buffer);
        YAML::Parser parser(stream);
        DocumentBuilder builder;
        std::vector<Object> documents;
        while (parser.HandleNextDocument(builder)) {
            Object document = builder.take();
            if (document.is_null()) continue;
            if (documents.size() == kMaxDocuments) {
                return refuse(ErrorCode::limit, static_cast<int>(document.line()) - 1,
                              "more than " + std::to_string(kMaxDocuments) + " documents");
            }
            documents.push_back(std::move(document));
        }
        return documents;
    } catch (const Refusal& refusal) {
        return refuse(refusal.code, refusal.line, refusal.what);
    } catch (const YAML::Exception& error) {
        return refuse(ErrorCode::bad_input, error.mark.line, error.msg);
    } catch (const std::bad_alloc&) {
        return refuse(ErrorCode::limit, -1, "too large for the memory of this machine");
    }
}

}  // namespace muster
