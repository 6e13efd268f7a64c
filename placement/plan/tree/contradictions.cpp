#include "placement/plan/tree/contradictions.hpp"

#include "placement/plan/tree/slice_steps.hpp"
#include "placement/plan/tree/wishes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace muster {
namespace {

// Of one wish, by the members that it is about.
class WishReading {
  public:
    WishReading(const Fabric& fabric, const GangRequest& request) : fabric_(fabric), request_(request) {
        const auto bound = std::ranges::count_if(
            request.fixed, [&](const FixedMember& member) { return fabric.find(member.node.str()).has_value(); });
        reason_.need = static_cast<std::int32_t>(request.members() + static_cast<std::size_t>(bound));
        if (const auto level = request.wish.required ? fabric.level(*request.wish.required) : std::nullopt)
            required_ = depth_of(*level);
    }

    std::optional<Shortfall> run() {
        if (slices() || spread()) return std::move(reason_);
        return std::nullopt;
    }

  private:
    struct Slice {
        std::uint32_t depth = 0;
        const SliceWish* wish = nullptr;
    };

    bool fault(ReasonCode code, std::vector<std::string> details) {
        reason_.code = code;
        reason_.details = std::move(details);
        return true;
    }

    bool slices() {
        std::vector<Slice> slices;
        for (const auto& wish : request_.wish.slices) {
            if (const auto level = fabric_.level(wish.level)) slices.push_back({depth_of(*level), &wish});
        }
        std::ranges::stable_sort(slices, {}, &Slice::depth);
        for (std::size_t i = 0; i < slices.size(); ++i) {
            const SliceWish& wish = *slices[i].wish;
            reason_.level = wish.level;
            reason_.limit = wish.size;
            if (i > 0) {
                const SliceWish& coarser = *slices[i - 1].wish;
                const bool nested =
                    slices[i - 1].depth < slices[i].depth && wish.size < coarser.size && coarser.size % wish.size == 0;
                if (!nested) return fault(ReasonCode::slices_not_nested, {coarser.level, std::to_string(coarser.size)});
            }
            if (slices[i].depth < required_) return fault(ReasonCode::slice_above_required, {*request_.wish.required});
            if (wish.size < 1 || uneven({slices[i].depth, wish.size})) return fault(ReasonCode::slice_uneven, {});
        }
        return false;
    }

    [[nodiscard]] bool uneven(const SliceAt& slice) const {
        if (reason_.need % slice.size == 0 && request_.fixed.empty()) return false;
        const auto ranked = RankedSlices::make(fabric_, request_, std::vector{slice});
        return ranked ? ranked->uneven().has_value() : reason_.need % slice.size != 0;
    }

    bool spread() {
        for (const auto& wish : request_.wish.spread) {
            const auto level = wish.min_domains > 1 ? fabric_.level(wish.level) : std::nullopt;
            if (!level) continue;
            reason_.level = wish.level;
            reason_.limit = wish.min_domains;
            if (depth_of(*level) <= required_)
                return fault(ReasonCode::spread_above_required, {*request_.wish.required});
            std::int32_t size = 1;
            for (const SliceAt& slice : slices_of(fabric_, request_.wish)) {
                if (slice.depth >= depth_of(*level)) size = std::max(size, slice.size);
            }
            // Slices of which members have ended are smaller.
            const std::int32_t parts = request_.fixed.empty() ? reason_.need / size : reason_.need;
            reason_.best = parts;
            if (parts < wish.min_domains) return fault(ReasonCode::spread_too_few, {});
            reason_.best = 0;
        }
        return false;
    }

    const Fabric& fabric_;
    const GangRequest& request_;
    Shortfall reason_;
    std::uint32_t required_ = 0;  // depth
};

// The members of one role name and their own wish, as a gang.
GangRequest of_role(const GangRequest& request, const RoleRequest& role) {
    GangRequest own{request.key, {}, role.wish, {}, {}};
    for (const auto& other : request.roles) {
        if (other.name == role.name) own.roles.push_back(other);
    }
    std::ranges::copy_if(request.fixed, std::back_inserter(own.fixed),
                         [&](const FixedMember& member) { return member.role == role.name; });
    // The finer of both levels holds the role.
    if (!own.wish.required) own.wish.required = request.wish.required;
    return own;
}

}  // namespace

std::optional<Shortfall> contradiction(const Fabric& fabric, const GangRequest& request) {
    if (auto reason = WishReading(fabric, request).run()) return reason;
    for (const auto& role : request.roles) {
        if (role.wish.slices.empty() && role.wish.spread.empty()) continue;
        const GangRequest own = of_role(request, role);
        if (auto reason = WishReading(fabric, own).run()) return reason;
    }
    return std::nullopt;
}

}  // namespace muster
