#include "cli/read_input.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <system_error>

namespace muster {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> refuse_path(const std::string& path, std::string what, std::string remedy) {
    return std::unexpected(Error{ErrorCode::bad_input, path, std::move(what), std::move(remedy)});
}

bool is_manifest(const fs::path& path) {
    const std::string ending = path.extension().string();
    return ending == ".yaml" || ending == ".yml" || ending == ".json";
}

Result<std::vector<std::string>> manifests_in(const std::string& folder) {
    std::error_code error;
    std::vector<std::string> files;
    for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error)) {
        if (is_manifest(at->path()) && !at->is_directory(error)) files.push_back(at->path().string());
    }
    if (error) return refuse_path(folder, "cannot be read: " + error.message(), "check its permissions");
    if (files.empty())
        return refuse_path(folder, "holds no .yaml, .yml or .json file",
                           "name the files, or the folder that holds them");
    std::ranges::sort(files);
    return files;
}

class InputCollector {
  public:
    explicit InputCollector(std::istream& in) : in_(in) {}

    void add(const std::string& path) {
        std::error_code error;
        if (path == "-") return add_stdin();
        if (!fs::is_directory(path, error)) return add_file(path);
        auto files = manifests_in(path);
        if (!files) return texts.errors.push_back(std::move(files).error());
        for (const auto& file : *files) add_file(file);
    }

    InputTexts texts;

  private:
    void add_stdin() {
        if (stdin_taken_) {
            return texts.errors.push_back({ErrorCode::bad_input, "-", "standard input is named twice", "keep one"});
        }
        stdin_taken_ = true;
        std::string text((std::istreambuf_iterator<char>(in_)), std::istreambuf_iterator<char>());
        texts.sources.push_back({"stdin", std::move(text)});
    }
    void add_file(const std::string& path) {
        auto text = read_file(path);
        if (!text) return texts.errors.push_back(std::move(text).error());
        texts.sources.push_back({path, *std::move(text)});
    }

    std::istream& in_;
    bool stdin_taken_ = false;
};

}  // namespace

Result<std::string> read_file(const std::string& path) {
    std::error_code error;
    if (fs::is_directory(path, error)) return refuse_path(path, "is a folder", "name a file");
    const auto size = fs::file_size(path, error);
    if (!error && size > kMaxInputBytes) {
        return refuse_path(path, "is larger than " + std::to_string(kMaxInputBytes >> 30) + " GiB", "split it");
    }
    std::ifstream file(path, std::ios::binary);
    if (!file) return refuse_path(path, std::string("cannot be read: ") + std::strerror(errno), "check the path");
    std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
    if (file.bad()) return refuse_path(path, "cannot be read to its end", "check the disk");
    return text;
}

InputTexts read_inputs(const std::vector<std::string_view>& paths, std::istream& in) {
    InputCollector collector(in);
    for (const auto path : paths) collector.add(std::string(path));
    return std::move(collector.texts);
}

}  // namespace muster
