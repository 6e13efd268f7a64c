#include "extender/kube/event_writer.hpp"

#include "extender/kube/write_bodies.hpp"
#include "extender/obs/log.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <utility>

namespace muster::kube {

std::string wall_clock_micro() {
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now);
    const std::time_t time = seconds.count();
    std::tm fields{};
    gmtime_r(&time, &fields);
    char date[32] = {}, text[48] = {};
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &fields);
    const auto micro = std::chrono::duration_cast<std::chrono::microseconds>(now - seconds).count();
    std::snprintf(text, sizeof text, "%s.%06ldZ", date, static_cast<long>(micro));
    return text;
}

EventWriter::EventWriter(ApiClient& api, std::string instance, EventLimits limits)
    : api_(api),
      instance_(std::move(instance)),
      limits_(limits),
      allowance_(limits.burst),
      counted_at_(std::chrono::steady_clock::now()) {
    thread_ = std::thread([this] { run(); });
}

EventWriter::~EventWriter() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void EventWriter::add(EventNote note) {
    {
        const std::lock_guard lock(mutex_);
        if (queue_.size() >= limits_.queue) {
            ++dropped_;
            return;
        }
        queue_.push_back(std::move(note));
    }
    changed_.notify_all();
}

void EventWriter::run() {
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
        if (stopping_) return;
        if (const Millis wait = until_allowed(); wait.count() > 0) {
            changed_.wait_for(lock, wait, [this] { return stopping_; });
            continue;
        }
        allowance_ -= 1;
        const EventNote note = std::move(queue_.front());
        queue_.pop_front();
        lock.unlock();
        write(note);
        lock.lock();
    }
}

Millis EventWriter::until_allowed() {
    const auto now = std::chrono::steady_clock::now();
    const std::chrono::duration<double> passed = now - std::exchange(counted_at_, now);
    allowance_ = std::min(limits_.burst, allowance_ + passed.count() * limits_.per_second);
    if (allowance_ >= 1) return Millis(0);
    return Millis(1 + static_cast<Millis::rep>((1 - allowance_) / limits_.per_second * 1'000));
}

void EventWriter::write(const EventNote& note) {
    // Unique as client-go makes it: the object's name and a moment; the number parts equal moments.
    const auto moment = std::chrono::system_clock::now().time_since_epoch().count();
    char suffix[40] = {};
    std::snprintf(suffix, sizeof suffix, ".%llx%03x", static_cast<unsigned long long>(moment),
                  static_cast<unsigned>(number_++ & 0xFFF));
    ApiRequest request;
    request.method = "POST";
    request.path = "/apis/events.k8s.io/v1/namespaces/" + percent_encode(note.pod.ns) + "/events";
    request.content_type = "application/json";
    // An object's name has at most 253 characters.
    request.body = event_body(note, note.pod.name.substr(0, 220) + suffix, wall_clock_micro(), instance_);
    const auto answer = api_.send(std::move(request));
    if (answer && answer->ok()) {
        ++written_;
        return;
    }
    ++dropped_;
    log::debug("event-dropped",
               {{"reason", note.reason}, {"error", answer ? describe_answer(*answer) : to_string(answer.error())}});
}

}  // namespace muster::kube
