// Damage to what is left: how many whole cells a placement breaks (HiveD's invariant: never break a bigger cell while a
// smaller free one exists; reference gpu-topology §5, §6.4).
//
// A domain of any level (host, rack, block, …; not the cluster) is a *whole cell* when it holds devices and everything
// in it is free: each of its nodes is ready and schedulable, has no pod that may go away, and has all its devices free.
// (Staying pods, such as DaemonSets, do not break a cell as long as they use no device.) Cost of m ≥ 1 members in a
// whole cell: 0 when they use up all its devices, of each kind; else 1. In any other domain: 0. The sum over all
// domains is the number of cells broken but not filled; a broken block counts beside its broken rack and host, so
// breaking big cells costs more. Members that ask for no device fill nothing: they break each whole cell they enter.
#pragma once

#include "placement/plan/policy.hpp"
#include "policies/params.hpp"

#include <memory>
#include <string_view>

namespace muster {

inline constexpr std::string_view kWholeCells = "whole_cells";

[[nodiscard]] std::shared_ptr<const DomainPolicy> make_whole_cells(const WholeCellsParams& params);

}  // namespace muster
