#include "extender/kube/watch_stream.hpp"

#include <gtest/gtest.h>

namespace muster::kube {
namespace {

std::vector<std::string> names(WatchStream& stream, std::string_view piece) {
    std::vector<std::string> out;
    const auto fed = stream.feed(piece, [&](const WatchEvent& event) {
        out.emplace_back(event.object["metadata"]["name"].text());
        return true;
    });
    EXPECT_TRUE(fed);
    return out;
}

TEST(WatchStream, EventsAreTheSameHoweverTheBytesAreCut) {
    const std::string text = R"({"type":"ADDED","object":{"metadata":{"name":"a"}}})"
                             "\n"
                             R"({"type":"MODIFIED","object":{"metadata":{"name":"b\n"}}})"
                             "\n"
                             R"({"type":"DELETED","object":{"metadata":{"name":"c"}}})"
                             "\n";
    for (std::size_t size = 1; size <= text.size(); ++size) {
        WatchStream stream;
        std::vector<std::string> all;
        for (std::size_t at = 0; at < text.size(); at += size) {
            for (auto& name : names(stream, std::string_view(text).substr(at, size))) all.push_back(std::move(name));
        }
        EXPECT_EQ(all, (std::vector<std::string>{"a", "b\n", "c"})) << "pieces of " << size;
    }
}

TEST(WatchStream, StopsWhenTheReceiverHasEnough) {
    WatchStream stream;
    int count = 0;
    const std::string line = "{\"type\":\"BOOKMARK\",\"object\":{}}\n";
    EXPECT_TRUE(stream.feed(line + line, [&](const WatchEvent& event) {
        EXPECT_EQ(event.type, WatchEventType::bookmark);
        ++count;
        return false;
    }));
    EXPECT_EQ(count, 1);
}

TEST(WatchStream, RefusesWhatIsNoEvent) {
    const auto ignore = [](const WatchEvent&) { return true; };
    for (const char* bad : {"{\"type\":\"ADDED\"", "nonsense", "{\"type\":\"GUESS\",\"object\":{}}", "[]"}) {
        WatchStream stream;
        EXPECT_FALSE(stream.feed(std::string(bad) + "\n", ignore)) << bad;
    }
}

TEST(WatchStream, RefusesALineWithoutEnd) {
    WatchStream stream;
    const std::string piece(1UL << 20, 'x');
    Result<void> fed;
    int pieces = 0;
    while (fed && pieces < 100) {
        fed = stream.feed(piece, [](const WatchEvent&) { return true; });
        ++pieces;
    }
    EXPECT_FALSE(fed);
    EXPECT_EQ(pieces, 17);
}

}  // namespace
}  // namespace muster::kube
