// The children of one domain as places for members, and what can be said about dividing m members among them in closed
// form.
//
// A *paid* child holds bound members already: using it adds no domain to any count. Over the other children the fewest
// domains for m members are the shortest prefix of them, roomiest first, that together with all paid ones has room for
// m.
//
// Which divisions use the fewest? Let j be that number, t the room of the j-th roomiest unpaid child, and *slack* what
// the shortest prefix has too much. Every choice then costs some of the slack, whatever the order in which children are
// looked at: leaving out a child with room r > t costs r − t, taking one with r < t costs t − r, and each place left
// empty in a taken (or paid) child costs 1. A division of m members over j unpaid children is possible exactly when its
// costs sum to the slack. Since slack < t, few divisions remain: this is what makes the exact search fast.
//
// All of it holds for whole slices as for members. So the children are counted in units: each takes its base, which is
// owed to a slice that bound members began, and any number of units up to its room.
#pragma once

#include "placement/model/ids.hpp"
#include "placement/topology/fabric.hpp"

#include <cstdint>
#include <span>
#include <vector>

namespace muster {

// What wishes leave of each domain, by domain index (wishes.hpp): its room is base + some units. Empty: bases of 0,
// units of 1.
struct Steps {
    std::span<const std::int32_t> base;
    std::span<const std::int32_t> unit;  // the same for all children of a domain
};

struct Branch {
    DomainIdx child;
    std::int32_t room = 0;  // units; ≥ 1, or ≥ 0 beside a base
    bool paid = false;
    std::int32_t base = 0;  // members; > 0 only if paid
};

// One child within a window.
struct Choice {
    DomainIdx child;
    std::int32_t least = 1, most = 0;  // units if taken
    std::int32_t base = 0;             // members that it gets anyway
    std::int32_t take_use = 0;         // budget used by taking `most` units; each unit less uses 1 more
    std::int32_t skip_use = 0;         // budget used by giving it none; above the budget: it must be taken
    bool counts = true;                // taking it is one of the picks
};

// Divisions of `units`: take exactly `picks` of the choices that count, and use up exactly `budget`.
struct Window {
    std::int32_t units = 0;
    std::int32_t picks = 0;
    std::int32_t budget = 0;
    std::int32_t unit = 1;        // members
    std::vector<Choice> choices;  // in path order; children that no division touches are left out

    [[nodiscard]] std::int32_t members(const Choice& choice, std::int32_t taken) const {
        return choice.base + taken * unit;
    }
};

class Branches {
  public:
    // `room` and `paid` by domain index. O(children × log children). Room is cut at `most`.
    Branches(const Fabric& fabric, std::span<const std::int64_t> room, std::span<const char> paid, DomainIdx domain,
             std::int32_t most, Steps steps = {});

    [[nodiscard]] std::span<const Branch> all() const { return branches_; }
    // Members in a unit of each child.
    [[nodiscard]] std::int32_t unit() const { return unit_; }
    // Of the members what the bases leave, which are whole units.
    [[nodiscard]] std::int32_t units(std::int32_t members) const;
    // Unpaid children needed for m members, which must fit: all bases and some units. O(log children).
    [[nodiscard]] std::int32_t fewest(std::int32_t m) const;
    // The divisions of the members over the fewest unpaid children. O(children).
    [[nodiscard]] Window tight(std::int32_t members) const;
    // Of a tight window, the division that gives the first child as many members as possible, then the second, and so
    // on. Members, aligned with window.choices. O(children × (1 + budget)).
    [[nodiscard]] static std::vector<std::int32_t> first_division(const Window& window);

  private:
    std::vector<Branch> branches_;  // with room, path order
    std::int32_t unit_ = 1;
    std::int32_t bases_ = 0;            // members
    std::vector<std::int64_t> prefix_;  // [j]: units of all paid children and the j roomiest others
};

}  // namespace muster
