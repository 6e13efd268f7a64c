#!/usr/bin/env python3
"""Plays kube-scheduler against `muster serve --cluster` and prints what became of each gang. Standard library only.

usage: play.py --muster BINARY [--cluster FILE]

Without --cluster it plays cluster.yaml beside this file and checks that the story told there came true. With any file it checks that
no gang is bound in part and that no node has more than its GPUs. Exit status 0: all as expected, 1: not.
"""

import argparse
import itertools
import json
import os
import sys
import time
from pathlib import Path

from scheduler import GPU, TOPOLOGY, Scheduler, gang_of, gpus_of
from server import Muster, Unexpected, call_json

HERE = Path(__file__).resolve().parent
SETTLED = {"admitted", "waiting", "blocked", "served"}
SETTLE_SECONDS = 15
BIND_SECONDS = 30

# What the story in cluster.yaml must come to: gang → (domains of the plan, number of nodes); None: refused.
EXPECTED = {"bert": ({"b2/r2"}, 4), "diffusion": ({"b2/r1"}, 3), "llama": None, "mixtral": ({"b1/r1", "b1/r2"}, 4)}


# -------------------------------------------------------------------------------------------------------------------- reading

def read_objects(path):
    """Documents of one line each, as cluster.yaml has them: nodes, pods."""
    objects = [json.loads(line) for line in Path(path).read_text().splitlines() if line.startswith("{")]
    nodes = [o for o in objects if o["kind"] == "Node"]
    pods = [o for o in objects if o["kind"] == "Pod"]
    if not nodes or not pods:
        raise Unexpected(f"{path}: no nodes or no pods found; each object stands on one line, in YAML's flow style")
    return nodes, pods


def rack_of(node):
    labels = node["metadata"].get("labels", {})
    return "/".join(labels.get(f"topology.muster.scheduler/{level}", "?") for level in ("block", "rack"))


# -------------------------------------------------------------------------------------------------------------------- playing

def gang_views(muster):
    return {view["gang"]: view for view in call_json(muster.admin, "GET", "/v1/gangs")["items"]}


def wait_until_settled(muster, gangs):
    """Until each gang has a verdict. kube-scheduler learns of it by the lifted gates; here /v1/gangs tells."""
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        views = gang_views(muster)
        if all(views.get(gang, {}).get("state") in SETTLED for gang in gangs):
            return views
        if time.monotonic() > deadline:
            raise Unexpected(f"gangs without a verdict after {SETTLE_SECONDS} s: { {g: views.get(g) for g in gangs} }")
        time.sleep(0.01)


def in_turn(groups):
    """First pods of all groups, then second pods, …: gangs must not need to come one after the other."""
    return [pod for row in itertools.zip_longest(*groups) for pod in row if pod]


def play(muster, nodes, pods):
    """(gang → its pods, single pods, attempts, views afterwards)"""
    pending = [p for p in pods if not p["spec"].get("nodeName")]
    gangs = {}
    for pod in pending:
        if gang_of(pod):
            gangs.setdefault(gang_of(pod), []).append(pod)
    singles = [p for p in pending if not gang_of(p)]
    before = wait_until_settled(muster, gangs)
    # A gate keeps a pod out of kube-scheduler's queue until Muster lifts it; a pod without one is tried whatever Muster thinks.
    ready = [members for gang, members in gangs.items()
             if before[gang]["state"] == "admitted" or not any(p["spec"].get("schedulingGates") for p in members)]
    scheduler = Scheduler(muster, nodes, pods)
    for pod in in_turn(ready) + singles:
        scheduler.take_up(pod)
    attempts = scheduler.wait_for_binds(BIND_SECONDS)
    return gangs, singles, {a.pod["metadata"]["uid"]: a for a in attempts}, gang_views(muster)


# ------------------------------------------------------------------------------------------------------------------- checking

def placed(members, attempts):
    tried = [attempts.get(p["metadata"]["uid"]) for p in members]
    return [a for a in tried if a and a.node]


def check_invariants(nodes, pods, gangs, attempts, views):
    """What must hold for any cluster file."""
    for gang, members in gangs.items():
        bound = len(placed(members, attempts))
        if bound not in (0, len(members)):
            yield f"gang {gang} is bound in part: {bound} of {len(members)}"
        if bound and (views[gang]["state"], views[gang]["served"]) != ("served", len(members)):
            yield f"gang {gang} is bound, but /v1/gangs says {views[gang]}"
        if not bound and not views[gang]["reason"]:
            yield f"gang {gang} is not bound, and /v1/gangs gives no reason"
    used = {n["metadata"]["name"]: 0 for n in nodes}
    for pod in pods:
        attempt = attempts.get(pod["metadata"]["uid"])
        node = pod["spec"].get("nodeName") or (attempt.node if attempt else "")
        if node:
            used[node] += gpus_of(pod)
    for node in nodes:
        name, total = node["metadata"]["name"], int(node["status"]["allocatable"][GPU])
        if used[name] > total:
            yield f"node {name}: {used[name]} GPUs given of {total}"


def check_story(nodes, gangs, singles, attempts, views):
    """What must come of the cluster file that ships."""
    racks = {n["metadata"]["name"]: rack_of(n) for n in nodes}
    for gang, expected in EXPECTED.items():
        on = {a.node for a in placed(gangs[gang], attempts)}
        found = ({racks[n] for n in on}, len(on)) if on else None
        if found != expected:
            yield f"gang {gang}: expected {expected}, found {found}"
    if (views["llama"]["reason"] or {}).get("code") != "level-too-small":
        yield f"gang llama: expected the reason level-too-small, found {views['llama']}"
    if any(not a.refusal for a in (attempts[p["metadata"]["uid"]] for p in gangs["llama"])):
        yield "gang llama: filter let a pod pass"
    if len(placed(singles, attempts)) != len(singles):
        yield f"the pod of no gang was not bound: {[attempts[p['metadata']['uid']].refusal for p in singles]}"


# ------------------------------------------------------------------------------------------------------------------- printing

def paint(text, code):
    return f"\033[{code}m{text}\033[0m" if sys.stdout.isatty() and not os.environ.get("NO_COLOR") else text


def wish_of(pod):
    wish = pod["metadata"].get("annotations", {}).get(TOPOLOGY, "")
    return {"preferred": "likes one ", "required": "must be one "}.get(wish.partition(":")[0], "") + wish.partition(":")[2].strip()


def row_of(name, members, view, attempts):
    """Texts of one line of the table, and whether the gang was placed."""
    shape = f"{len(members)} × {gpus_of(members[0])} GPU"
    done = placed(members, attempts)
    if not done:
        return [name, shape, wish_of(members[0]), "refused, 0 bound", "", "", (view["reason"] or {}).get("text", "")], False
    names = sorted({a.node for a in done})
    domain = view["domain"] if view else ""
    milliseconds = 1000 * (max(a.ended for a in done) - min(a.begun for a in done))
    verdict = f"all {len(done)} bound" if view else "bound"
    return [name, shape, wish_of(members[0]) if view else "of no gang", verdict, domain, f"{milliseconds:.0f}", " ".join(names)], True


def print_table(gangs, singles, attempts, views):
    rows = [row_of(gang, members, views[gang], attempts) for gang, members in gangs.items()]
    rows += [row_of(pod["metadata"]["name"], [pod], None, attempts) for pod in singles]
    head = ["gang", "pods", "wish", "verdict", "domain", "ms", "nodes, or the reason"]
    widths = [max(len(cells[i]) for cells in [head] + [r for r, _ in rows]) for i in range(len(head))]
    print("  " + paint("  ".join(c.ljust(w) for c, w in zip(head, widths)).rstrip(), "1"))
    for cells, good in rows:
        padded = [c.rjust(w) if name == "ms" else c.ljust(w) for name, c, w in zip(head, cells, widths)]
        padded[3] = paint(padded[3], "32" if good else "33")
        print("  " + "  ".join(padded).rstrip())


def print_picture(nodes, pods, attempts):
    """A letter per GPU: who has it."""
    on = {}
    for pod in pods:
        attempt = attempts.get(pod["metadata"]["uid"])
        node = pod["spec"].get("nodeName") or (attempt.node if attempt else "")
        letter = "#" if pod["spec"].get("nodeName") else (gang_of(pod) or pod["metadata"]["name"])[0]
        on[node] = on.get(node, "") + letter * gpus_of(pod)
    racks = {}
    for node in nodes:
        cells = on.get(node["metadata"]["name"], "").ljust(int(node["status"]["allocatable"][GPU]), "·")
        racks.setdefault(rack_of(node), []).append(cells)
    for rack, cells in racks.items():
        print(f"  {rack:8}" + "  ".join(paint(c, "2") if set(c) <= {"#", "·"} else c for c in cells))
    print("  (a letter per GPU: first letter of the gang or pod that has it, # used before, · free)")


def print_how_to_go_on(binary):
    print("How to go on")
    print(f"  the same plan without a server:   {os.path.relpath(binary)} place -f deploy/demo/cluster.yaml")
    print("  another cluster:                  change a copy of deploy/demo/cluster.yaml; bash deploy/demo.sh --cluster FILE")
    print("  a real kube-scheduler:            bash deploy/demo.sh --kubernetes")
    print("  all tests:                        bash test/run.sh")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--muster", required=True, help="the muster binary")
    parser.add_argument("--cluster", help="objects to play instead of the demo's own")
    options = parser.parse_args()
    cluster = Path(options.cluster or HERE / "cluster.yaml")
    try:
        nodes, pods = read_objects(cluster)
        with Muster(options.muster, cluster) as muster:
            gangs, singles, attempts, views = play(muster, nodes, pods)
        print(f"\n{len(nodes)} nodes, {sum(map(len, gangs.values())) + len(singles)} pods waiting; "
              "kube-scheduler's calls over HTTP: filter, prioritize, bind\n")
        print_table(gangs, singles, attempts, views)
        print()
        print_picture(nodes, pods, attempts)
        wrong = list(check_invariants(nodes, pods, gangs, attempts, views))
        if not options.cluster:
            wrong += check_story(nodes, gangs, singles, attempts, views)
    except (Unexpected, OSError, KeyError, ValueError) as failure:
        wrong = [f"{type(failure).__name__}: {failure}" if isinstance(failure, (KeyError, ValueError)) else str(failure)]
    print()
    for line in wrong:
        print("NOT AS EXPECTED: " + line, file=sys.stderr)
    if not wrong:
        print_how_to_go_on(options.muster)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
