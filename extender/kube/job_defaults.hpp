// What Jobs say about the size of gangs: the default of `members` for a Job's pods.
#pragma once

#include "dialects/kubernetes.hpp"
#include "extender/kube/reflector.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace muster::kube {

// Thread-safe. Filled by a reflector of Jobs.
class JobDefaults final : public OwnerDefaults, public ObjectSink {
  public:
    [[nodiscard]] std::optional<std::int32_t> parallelism(std::string_view controller_uid) const override;

    // Called on the reflector's thread, after the fact, with the UID of a Job that is new or has changed its
    // parallelism.
    void on_change(std::function<void(const std::string& uid)> changed);
    // Called once, when all Jobs were listed for the first time.
    void on_listed(std::function<void()> listed);

    void list_begins() override { ++round_; }
    void seen(const Object& object) override;
    void gone(const Object& object) override;
    void list_ends() override;

  private:
    struct Job {
        std::int32_t parallelism = 1;
        std::uint64_t round = 0;  // list that last showed it
    };
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    mutable std::mutex mutex_;
    std::unordered_map<std::string, Job, Hash, std::equal_to<>> jobs_;  // by UID
    std::uint64_t round_ = 0;                                           // the reflector's thread alone
    std::function<void(const std::string&)> changed_;
    std::function<void()> listed_;
};

}  // namespace muster::kube
