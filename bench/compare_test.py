#!/usr/bin/env python3
"""Tests of compare.py."""

import contextlib
import io
import json
import tempfile
import unittest
from pathlib import Path

import compare


def result(**benchmarks):
    """Text as Google Benchmark writes it: name=[times in ns of the repetitions], and an aggregate that must be ignored."""
    runs = []
    for name, times in benchmarks.items():
        runs += [{"name": name, "run_name": name, "run_type": "iteration", "real_time": t, "cpu_time": t, "time_unit": "ns"} for t in times]
        runs.append({"name": name + "_median", "run_name": name, "run_type": "aggregate", "real_time": 9e9, "cpu_time": 9e9, "time_unit": "ns"})
    return json.dumps({"context": {}, "benchmarks": runs})


class Compare(unittest.TestCase):
    def run_with(self, before, after, *options):
        with tempfile.TemporaryDirectory() as folder:
            paths = [Path(folder) / "before.json", Path(folder) / "after.json"]
            for path, text in zip(paths, (before, after)):
                path.write_text(text)
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                status = compare.main([str(p) for p in paths] + list(options))
            return status, output.getvalue()

    def test_median_of_the_repetitions_counts_not_the_outlier(self):
        self.assertEqual(compare.medians(result(plan=[10, 11, 500]), "cpu_time", "x"), {"plan": 11})

    def test_units_are_brought_together(self):
        text = json.dumps({"benchmarks": [{"name": "a", "cpu_time": 2.5, "real_time": 1, "time_unit": "ms"}]})
        self.assertEqual(compare.medians(text, "cpu_time", "x"), {"a": 2.5e6})

    def test_equal_results_pass(self):
        self.assertEqual(self.run_with(result(plan=[10]), result(plan=[10]))[0], 0)

    def test_slower_than_the_threshold_fails_and_is_named(self):
        status, output = self.run_with(result(plan=[100], snap=[5]), result(plan=[120], snap=[5]))
        self.assertEqual(status, 1)
        self.assertRegex(output, r"plan +100 ns +120 ns +1\.20 +SLOWER")

    def test_threshold_decides(self):
        self.assertEqual(self.run_with(result(plan=[100]), result(plan=[120]), "--threshold", "1.25")[0], 0)

    def test_faster_and_new_benchmarks_pass(self):
        status, output = self.run_with(result(plan=[100]), result(plan=[50], fresh=[1]))
        self.assertEqual(status, 0)
        self.assertIn("faster", output)
        self.assertIn("new", output)

    def test_benchmark_that_has_gone_fails(self):
        self.assertEqual(self.run_with(result(plan=[100], snap=[1]), result(plan=[100]))[0], 1)

    def test_bad_input_is_told_from_a_slow_result(self):
        for text in ("", "{}", '{"benchmarks": []}', '{"benchmarks": [{"name": "a"}]}'):
            self.assertEqual(self.run_with(text, result(plan=[1]))[0], 2, text)

    def test_failed_benchmark_is_bad_input(self):
        text = json.dumps({"benchmarks": [{"name": "a", "run_type": "iteration", "error_occurred": True, "error_message": "no plan"}]})
        status, output = self.run_with(text, result(a=[1]))
        self.assertEqual(status, 2)
        self.assertIn("a failed: no plan", output)


if __name__ == "__main__":
    unittest.main()
