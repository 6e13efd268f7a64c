// What the living members of a gang ask for together: size and wish, on which they must agree, and what is wrong with
// what they say. Kept up to date member by member, since thousands of members may be declared wrongly, too.
#pragma once

#include "placement/gang/tally.hpp"
#include "placement/model/gang.hpp"
#include "placement/model/result.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace muster {

class Declarations {
  public:
    Declarations() = default;
    Declarations(Declarations&&) = default;
    Declarations& operator=(Declarations&&) = default;
    ~Declarations() = default;
    Declarations(const Declarations&) = delete;  // holds places in its own maps
    Declarations& operator=(const Declarations&) = delete;

    // After any change of the member; O(log members).
    void update(const SeatEntry& entry);
    void remove(const SeatEntry& entry) { replace(entry, false, nullptr); }

    // The living member with the first name that declares something; all others are compared with it. Null: none.
    [[nodiscard]] const PodFacts* model() const;
    // What is wrong with single members, and where they differ from the model: of the first `most` members with a
    // fault, in order of names, at most so many errors, each once. O(most × (different terms + log most)).
    [[nodiscard]] std::vector<Error> errors(std::size_t most) const;
    // Roles that have a wish but no member, as errors of `gang`. O(wishes × log roles).
    [[nodiscard]] std::vector<Error> unused_roles(const std::vector<RoleWish>& wishes, const std::string& gang) const;

    // Whether `anew`, made from nothing, has come to the same.
    [[nodiscard]] bool equals(const Declarations& anew) const;

  private:
    struct Terms {  // the same on all
        std::optional<std::int32_t> needed;
        TopologyWish wish;
        std::vector<RoleWish> roles;
        auto operator<=>(const Terms&) const = default;
        [[nodiscard]] bool stated_by(const GangDeclaration& gang) const {
            return needed == gang.needed && wish == gang.wish && roles == gang.roles;
        }
    };
    using RoleCount = std::map<std::string, std::int32_t>;
    struct ByName {  // of the pod, which stays the same as long as the pod lives
        bool operator()(const SeatEntry* a, const SeatEntry* b) const;
    };
    using Members = std::set<const SeatEntry*, ByName>;
    using ByTerms = std::map<Terms, Members>;
    struct Stated {
        ByTerms::iterator terms;
        RoleCount::iterator role;
    };

    [[nodiscard]] std::string known_roles() const;
    void replace(const SeatEntry& entry, bool declares, const std::vector<Error>* own);
    [[nodiscard]] std::vector<Error> errors_of(const SeatEntry* entry) const;

    ByTerms terms_;    // who states them
    RoleCount roles_;  // how many are of it
    std::map<const SeatEntry*, Stated, ByName> declared_;
    std::map<const SeatEntry*, std::vector<Error>, ByName> wrong_;  // errors of single members, where there are any
};

}  // namespace muster
