"""The part of kube-scheduler that an extender sees: one scheduling thread that calls filter and prioritize, and a bind call per pod in a
thread of its own, parked until Muster answers. Its own filter knows GPUs only; that is all the demo's cluster needs."""

import threading
import time
from typing import NamedTuple

from server import Unexpected, call_json

GPU = "nvidia.com/gpu"
GANG_LABEL = "muster.scheduler/gang"
TOPOLOGY = "muster.scheduler/topology"


def gpus_of(pod):
    return sum(int(c["resources"].get("requests", {}).get(GPU, 0)) for c in pod["spec"]["containers"])


def gang_of(pod):
    """Name of the pod's gang; None: it is of no gang."""
    return pod["metadata"].get("labels", {}).get(GANG_LABEL)


class Attempt(NamedTuple):
    """What became of one pod: a node, or why there is none."""
    pod: dict
    node: str
    refusal: str
    begun: float
    ended: float


class Scheduler:
    def __init__(self, muster, nodes, pods):
        self.muster = muster
        self.free = {n["metadata"]["name"]: int(n["status"]["allocatable"][GPU]) for n in nodes}
        self.lock = threading.Lock()  # free, attempts
        self.binds = []
        self.attempts = []
        for pod in pods:
            if pod["spec"].get("nodeName"):
                self.free[pod["spec"]["nodeName"]] -= gpus_of(pod)

    def take_up(self, pod):
        """One scheduling cycle. Returns when the pod is refused, or assumed on a node with its bind call under way."""
        begun = time.monotonic()
        wanted = gpus_of(pod)
        with self.lock:
            offered = [name for name, free in self.free.items() if free >= wanted]
        if not offered:
            return self._done(pod, "", f"0 of {len(self.free)} nodes have {wanted} GPUs free", begun)
        left, refusal = self._filter(pod, offered)
        if not left:
            return self._done(pod, "", refusal, begun)
        node = left[0] if len(left) == 1 else self._best(pod, left)
        with self.lock:
            self.free[node] -= wanted
        thread = threading.Thread(target=self._bind, args=(pod, node, begun), daemon=True)
        self.binds.append(thread)
        thread.start()

    def wait_for_binds(self, seconds):
        deadline = time.monotonic() + seconds
        for thread in self.binds:
            thread.join(max(0.0, deadline - time.monotonic()))
        parked = sum(t.is_alive() for t in self.binds)
        if parked:
            raise Unexpected(f"{parked} bind calls are still parked after {seconds} s")
        return self.attempts

    def _filter(self, pod, offered):
        result = call_json(self.muster.scheduling, "POST", "/filter", {"Pod": pod, "Nodes": None, "NodeNames": offered})
        if result.get("Error"):
            return [], result["Error"]
        left = result["NodeNames"]
        unknown = set(left) - set(offered)
        if unknown or len(set(left)) != len(left):
            raise Unexpected(f"filter of {pod['metadata']['name']} answered nodes that were not offered, or one twice: {left}")
        reasons = {**(result["FailedNodes"] or {}), **(result["FailedAndUnresolvableNodes"] or {})}
        return left, ", ".join(sorted(set(reasons.values())))

    def _best(self, pod, names):
        scores = call_json(self.muster.scheduling, "POST", "/prioritize", {"Pod": pod, "Nodes": None, "NodeNames": names})
        by_host = {s["Host"]: s["Score"] for s in scores}
        whole = all(type(score) is int and 0 <= score <= 10 for score in by_host.values())
        if len(scores) != len(names) or set(by_host) != set(names) or not whole:
            raise Unexpected(f"prioritize must give each offered node one whole score from 0 to 10: {scores}")
        best = [host for host, score in by_host.items() if score == max(by_host.values())]
        if len(best) != 1:
            raise Unexpected(f"prioritize left a tie, which kube-scheduler breaks at random: {scores}")
        return best[0]

    def _bind(self, pod, node, begun):
        about = pod["metadata"]
        body = {"PodName": about["name"], "PodNamespace": about["namespace"], "PodUID": about["uid"], "Node": node}
        try:
            error = call_json(self.muster.binding, "POST", "/bind", body)["Error"]
        except (OSError, KeyError, ValueError, Unexpected) as failure:
            error = f"bind failed: {failure}"
        if error:
            with self.lock:
                self.free[node] += gpus_of(pod)
        self._done(pod, "" if error else node, error, begun)

    def _done(self, pod, node, refusal, begun):
        with self.lock:
            self.attempts.append(Attempt(pod, node, refusal, begun, time.monotonic()))
