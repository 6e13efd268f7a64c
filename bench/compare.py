#!/usr/bin/env python3
"""Compares two result files of Google Benchmark (--benchmark_format=json), benchmark by benchmark, by the median of the repetitions.

usage: compare.py BEFORE.json AFTER.json [--metric real_time|cpu_time] [--threshold 1.10]

Exit status 0: nothing is slower than threshold × before; 1: something is, or has gone; 2: bad usage or input.
"""

import argparse
import json
import statistics
import sys

NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


class BadInput(Exception):
    pass


def medians(text, metric, source):
    """Name → median in nanoseconds. Aggregates in the file are ignored: they are made anew from the repetitions."""
    try:
        runs = [b for b in json.loads(text)["benchmarks"] if b.get("run_type", "iteration") == "iteration"]
        times = {}
        for run in runs:
            if run.get("error_occurred"):
                raise BadInput(f"{source}: {run['name']} failed: {run.get('error_message', 'no message')}")
            times.setdefault(run.get("run_name", run["name"]), []).append(run[metric] * NANOSECONDS[run["time_unit"]])
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{source}: not a result of --benchmark_format=json: {error!r}") from error
    if not times:
        raise BadInput(f"{source}: no benchmarks in it")
    return {name: statistics.median(values) for name, values in times.items()}


def compare(before, after, threshold):
    """Rows (name, before, after, ratio, verdict), worst first. A time that is None was not measured on that side."""
    rows = []
    for name in before.keys() | after.keys():
        old, new = before.get(name), after.get(name)
        if old is None or new is None:
            rows.append((name, old, new, None, "new" if old is None else "GONE"))
        else:
            ratio = new / old if old > 0 else float("inf") if new > 0 else 1.0
            rows.append((name, old, new, ratio, "SLOWER" if ratio > threshold else "faster" if ratio * threshold < 1 else "same"))
    return sorted(rows, key=lambda row: (-(row[3] or 0.0), row[0]))


def shown(nanoseconds):
    if nanoseconds is None:
        return "-"
    unit = next((u for u in ("s", "ms", "us") if nanoseconds >= NANOSECONDS[u]), "ns")
    return f"{nanoseconds / NANOSECONDS[unit]:.3g} {unit}"


def print_rows(rows):
    head = ("benchmark", "before", "after", "ratio", "")
    cells = [(name, shown(old), shown(new), "-" if ratio is None else f"{ratio:.2f}", verdict) for name, old, new, ratio, verdict in rows]
    widths = [max(len(line[i]) for line in [head, *cells]) for i in range(len(head))]
    for line in [head, *cells]:
        print("  ".join(text.ljust(w) if i in (0, 4) else text.rjust(w) for i, (text, w) in enumerate(zip(line, widths))).rstrip())


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("before")
    parser.add_argument("after")
    parser.add_argument("--metric", choices=("real_time", "cpu_time"), default="cpu_time")
    parser.add_argument("--threshold", type=float, default=1.10)
    options = parser.parse_args(arguments)
    if options.threshold < 1:
        parser.error("--threshold is a ratio of at least 1")
    try:
        sides = []
        for path in (options.before, options.after):
            with open(path, encoding="utf-8") as file:
                sides.append(medians(file.read(), options.metric, path))
    except (OSError, BadInput) as error:
        print(f"compare.py: {error}", file=sys.stderr)
        return 2
    rows = compare(*sides, options.threshold)
    print_rows(rows)
    return 1 if any(row[4] in ("SLOWER", "GONE") for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
