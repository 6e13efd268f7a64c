#!/usr/bin/env python3
"""Plans of middle worlds against an exact solver (HiGHS), which knows nothing of the planner's method.

usage: compare_plans.py MUSTER_SOLVER_WORLDS [FIRST_SEED [WORLDS]]

Each world becomes a mixed-integer program; the objective is minimised term by term: the level by trying the levels from fine to
coarse, then the number of domains per level, then the whole cells broken. `optimal` plans must equal the solver's optimum, `bounded`
ones must keep bound <= optimum <= plan, refusals must be infeasible. Exit status: 0 all true, 1 a difference, 77 no solver installed.
"""

import collections
import json
import subprocess
import sys
import time

try:
    import highspy
except ImportError:
    print("skipped: this Python has no highspy (test/solver/README.md says how to get it)")
    sys.exit(77)

SECONDS_PER_SOLVE = 60
ENOUGH = 100  # worlds decided, of the default number


class World:
    """What compare_plans needs of one line, with domains by depth and hosts by domain."""

    def __init__(self, line):
        self.seed, self.plan, self.wish = line["seed"], line["plan"], line["wish"]
        self.levels, self.roles, self.hosts = line["levels"], line["roles"], line["hosts"]
        self.parent = [parent for parent, _ in line["domains"]]
        self.depth = [depth for _, depth in line["domains"]]
        self.hosts_in = collections.defaultdict(list)
        for host, facts in enumerate(self.hosts):
            at = facts["domain"]
            while True:
                self.hosts_in[at].append(host)
                if at == 0:
                    break
                at = self.parent[at]

    def at_depth(self, depth):
        return [d for d, other in enumerate(self.depth) if other == depth]

    def room(self, host, role):
        """Members of the role alone that the host has room for."""
        facts, asks = self.hosts[host], self.roles[role]["asks"]
        most = self.roles[role]["members"]
        for free, ask in zip(facts["free"], asks):
            if ask > 0:
                most = min(most, max(0, free) // ask)
        return most

    def closed_hosts(self):
        """Hosts in domains that the gang would not have for itself."""
        closed = set()
        for domain in self.at_depth(self.wish["exclusive"]) if self.wish["exclusive"] else []:
            inside = self.hosts_in[domain]
            if any(self.hosts[h]["pods_that_may_go"] and self.hosts[h]["free_gpus"] < self.hosts[h]["gpus"] for h in inside):
                closed.update(inside)
        return closed

    def filling(self, domain, role):
        """Members of the role that fill the domain; None: the domain is not wholly free; 0: no number fills it."""
        inside = [self.hosts[h] for h in self.hosts_in[domain]]
        gpus = sum(h["gpus"] for h in inside)
        if gpus == 0 or any(h["pods_that_may_go"] or h["free_gpus"] != h["gpus"] for h in inside):
            return None
        ask = self.roles[role]["gpus"]
        return gpus // ask if ask > 0 and gpus % ask == 0 else 0


class Program:
    """The placements within one domain of a depth, as a mixed-integer program."""

    def __init__(self, world, depth):
        self.world, self.h = world, highspy.Highs()
        self.h.setOptionValue("output_flag", False)
        self.h.setOptionValue("threads", 1)
        self.h.setOptionValue("time_limit", float(SECONDS_PER_SOLVE))
        self.h.setOptionValue("mip_rel_gap", 0.0)
        self.h.setOptionValue("mip_abs_gap", 0.9)  # all objectives are integers
        self.roles = range(len(world.roles))
        self.add_members()
        self.add_used()
        self.add_holder(depth)
        self.add_wishes()

    def sum(self, terms):
        return self.h.qsum(list(terms))

    def members(self, domain, role=None):
        roles = self.roles if role is None else [role]
        return self.sum(self.x[h, r] for h in self.world.hosts_in[domain] for r in roles if (h, r) in self.x)

    def add_members(self):
        """x: members by host and role; each host's amounts hold."""
        world, closed = self.world, self.world.closed_hosts()
        self.room = {(h, r): world.room(h, r) for h in range(len(world.hosts)) for r in self.roles if h not in closed}
        self.x = {key: self.h.addIntegral(0, room) for key, room in self.room.items() if room > 0}
        for r in self.roles:
            mine = [x for (_, role), x in self.x.items() if role == r]
            self.h.addConstr(self.sum(mine) == world.roles[r]["members"]) if mine else self.impossible()
        for host, facts in enumerate(world.hosts):
            here = [r for r in self.roles if (host, r) in self.x]
            for k, free in enumerate(facts["free"] if len(here) > 1 else []):
                asked = [(world.roles[r]["asks"][k], self.x[host, r]) for r in here if world.roles[r]["asks"][k] > 0]
                if asked:
                    self.h.addConstr(self.sum(ask * x for ask, x in asked) <= free)

    def impossible(self):
        self.h.addConstr(self.h.addVariable(0, 0) >= 1)

    def add_used(self):
        """y: whether a domain is in use; z: whether a role uses a host."""
        world = self.world
        self.z = {key: self.h.addBinary() for key in self.x}
        self.y = {}
        for domain, depth in enumerate(world.depth):
            hosts = [h for h in world.hosts_in[domain] if any((h, r) in self.x for r in self.roles)]
            if depth == 0 or not hosts:
                continue
            self.y[domain] = self.h.addBinary()
            for r in self.roles:
                most = min(sum(self.room.get((h, r), 0) for h in hosts), world.roles[r]["members"])
                if most:
                    self.h.addConstr(self.members(domain, r) <= most * self.y[domain])
        for (host, role), z in self.z.items():
            self.h.addConstr(self.x[host, role] <= self.room[host, role] * z)
            self.h.addConstr(z <= self.y[world.hosts[host]["domain"]])
        for domain, y in self.y.items():
            if world.parent[domain] in self.y:
                self.h.addConstr(y <= self.y[world.parent[domain]])

    def add_holder(self, depth):
        """One domain of that depth holds all; one of each role's own level holds the role."""
        self.within(depth, self.roles)
        for r in self.roles:
            self.within(self.world.roles[r]["required"], [r])

    def within(self, depth, roles):
        if depth == 0:
            return
        chosen = {d: self.h.addBinary() for d in self.world.at_depth(depth)}
        self.h.addConstr(self.sum(chosen.values()) == 1)
        for domain, w in chosen.items():
            for r in roles:
                self.h.addConstr(self.members(domain, r) <= self.world.roles[r]["members"] * w)

    def add_wishes(self):
        for size, depth in self.world.wish["slices"]:
            for domain in self.world.at_depth(depth):
                slices = self.h.addIntegral(0, 10_000)
                self.h.addConstr(self.members(domain) - size * slices == 0)
        for most, fewest, balanced, depth in self.world.wish["spread"]:
            self.add_spread(most, fewest, balanced, depth)

    def add_spread(self, most, fewest, balanced, depth):
        domains = self.world.at_depth(depth)
        for domain in domains if most else []:
            self.h.addConstr(self.members(domain) <= most)
        if fewest:
            # Here a domain that is not in use must not count as used.
            for domain in domains:
                if domain in self.y:
                    self.h.addConstr(self.y[domain] - self.members(domain) <= 0)
            self.h.addConstr(self.used_at(depth) >= fewest)
        if balanced:
            # A slice lies in one domain of this level if its own level is the same or finer.
            unit = max([size for size, at in self.world.wish["slices"] if at >= depth] or [1])
            all_members = sum(role["members"] for role in self.world.roles)
            least = self.h.addIntegral(0, all_members // unit)
            for domain in domains:
                if domain in self.y:
                    self.h.addConstr(self.members(domain) - unit * least <= unit)
                    self.h.addConstr(unit * least - self.members(domain) + all_members * self.y[domain] <= all_members)

    def least(self, expression):
        """The least value of the expression, which later solves keep; None: infeasible. Raises TimeoutError."""
        self.h.minimize(expression)
        status = self.h.getModelStatus()
        if status == highspy.HighsModelStatus.kInfeasible:
            return None
        if status != highspy.HighsModelStatus.kOptimal:
            raise TimeoutError(str(status))
        value = round(self.h.getInfo().objective_function_value)
        self.h.addConstr(expression <= value)
        return value

    def used_at(self, depth):
        return self.sum([y for d, y in self.y.items() if self.world.depth[d] == depth] or [self.h.addVariable(0, 0)])

    def broken_cells(self):
        """1 for each wholly free domain and role whose members there do not fill it."""
        world, costs = self.world, [self.h.addVariable(0, 0)]
        for domain in self.y:
            for r in self.roles:
                filling = world.filling(domain, r)
                if filling is None:
                    continue
                members, most = self.members(domain, r), world.roles[r]["members"]
                used, filled = self.h.addBinary(), self.h.addBinary()
                self.h.addConstr(members <= most * used)
                self.h.addConstr(filled <= used)
                if 0 < filling <= most:
                    self.h.addConstr(members >= filling * filled)
                    self.h.addConstr(members + (most - filling) * filled <= most)
                else:
                    self.h.addConstr(1 * filled <= 0)
                costs.append(used - filled)
        return self.sum(costs)


def optimum(world):
    """The best objective vector {level, domains by level, broken cells}; None: nothing fits."""
    required, preferred = world.wish["required"], world.wish["preferred"]
    finest = max(preferred, required) if preferred else world.levels
    for depth in range(finest, required - 1, -1):
        program = Program(world, depth)
        first = program.least(program.used_at(1))
        if first is None:
            continue
        # All levels from the preferred one down are equally good.
        held = min(depth, preferred) if preferred else depth
        vector = [world.levels + 1 - held, first]
        vector += [program.least(program.used_at(d)) for d in range(2, world.levels + 1)]
        return vector + [program.least(program.broken_cells())]
    return None


def judge(world):
    """What the plan is, and what is wrong with it (None: nothing)."""
    best, plan = optimum(world), world.plan
    verdict, length = plan["verdict"], world.levels + 2
    if verdict in ("no-fit", "exhausted"):
        wrong = verdict == "no-fit" and best is not None
        return verdict, f"the solver has {best}" if wrong else None
    if best is None:
        return verdict, "the solver says that nothing fits"
    # Terms before the level are about GPUs' links, of which these worlds know nothing.
    leading = plan["objective"][:-length]
    objective, bound = plan["objective"][-length:], plan["bound"][-length:]
    if any(leading):
        return verdict, f"terms before the level are not 0: {leading}"
    wrong = objective != best if verdict == "optimal" else not bound <= best <= objective
    return verdict, f"plan {objective}, bound {bound}, solver {best}" if wrong else None


def main():
    if len(sys.argv) < 2 or len(sys.argv) > 4:
        print(__doc__)
        return 2
    lines = subprocess.run(sys.argv[1:], check=True, capture_output=True, text=True).stdout.splitlines()
    seen, faults, begun = collections.Counter(), 0, time.monotonic()
    for line in lines:
        world = World(json.loads(line))
        try:
            verdict, wrong = judge(world)
        except TimeoutError as reason:
            seen["undecided"] += 1
            print(f"seed {world.seed}: undecided ({reason})")
            continue
        seen[f"{verdict}, {len(world.roles)} role(s)"] += 1
        if wrong:
            faults += 1
            print(f"seed {world.seed}: {verdict}: {wrong}")
    decided = len(lines) - seen["undecided"]
    for what, number in sorted(seen.items()):
        print(f"{what}: {number}")
    print(f"{decided} worlds decided by HiGHS {highspy.Highs().version()}, {faults} different, {time.monotonic() - begun:.0f} s")
    enough = len(sys.argv) > 2 or decided >= ENOUGH
    return 0 if faults == 0 and enough else 1


if __name__ == "__main__":
    sys.exit(main())
