#include "extender/http/exchange.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

namespace muster {
namespace {

HttpResponse with_body(std::string body) {
    HttpResponse response;
    response.body = std::move(body);
    return response;
}

void no_wake() {
    FAIL() << "woken";
}

TEST(PendingAnswer, KeepsAReplyThatCameBeforeAnybodyWaited) {
    PendingAnswer answer;
    answer.reply(with_body("first"));
    answer.reply(with_body("second"));
    const auto taken = answer.take_or_wait(no_wake);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->body, "first");
}

TEST(PendingAnswer, WakesTheWaiterOnceWhenTheReplyComes) {
    PendingAnswer answer;
    int wakes = 0;
    EXPECT_FALSE(answer.take_or_wait([&] { ++wakes; }));
    answer.reply(with_body("x"));
    answer.reply(with_body("y"));
    EXPECT_EQ(wakes, 1);
    EXPECT_EQ(answer.take_or_wait(no_wake)->body, "x");
}

TEST(PendingAnswer, TellsThatTheClientHasGoneOnceAndOnlyBeforeAReply) {
    PendingAnswer answer;
    int gone = 0;
    answer.on_gone([&] { ++gone; });
    answer.vanish();
    answer.vanish();
    EXPECT_EQ(gone, 1);
    answer.reply(with_body("late"));

    PendingAnswer replied;
    replied.on_gone([&] { ++gone; });
    replied.reply(with_body("x"));
    replied.vanish();
    EXPECT_EQ(gone, 1);
}

TEST(PendingAnswer, TellsAtOnceIfTheClientHasGoneAlready) {
    PendingAnswer answer;
    answer.vanish();
    bool gone = false;
    answer.on_gone([&] { gone = true; });
    EXPECT_TRUE(gone);
}

TEST(PendingAnswer, ForgetsTheWaiterThatHasGone) {
    PendingAnswer answer;
    EXPECT_FALSE(answer.take_or_wait(no_wake));
    answer.vanish();
    answer.reply(with_body("late"));
}

TEST(PendingAnswer, EitherRepliesOrIsGoneWhenBothComeAtOnce) {
    for (int round = 0; round < 2'000; ++round) {
        PendingAnswer answer;
        std::atomic<int> gone{0};
        std::atomic<int> wakes{0};
        answer.on_gone([&] { ++gone; });
        ASSERT_FALSE(answer.take_or_wait([&] { ++wakes; }));
        std::thread other([&] { answer.reply(with_body("x")); });
        answer.vanish();
        other.join();
        ASSERT_EQ(gone + wakes, 1);
    }
}

TEST(MakeExchange, Answers500WhenItIsDropped) {
    const auto answer = std::make_shared<PendingAnswer>();
    make_exchange(answer).reset();
    const auto taken = answer->take_or_wait(no_wake);
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->status, 500);
}

}  // namespace
}  // namespace muster
