#!/usr/bin/env python3
"""Plants a violation of each rule in a temporary copy of the tree and proves that check_tree.py reports it, and nothing else."""

import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
sys.path.insert(0, str(HERE))

import check_tree  # noqa: E402
import rules  # noqa: E402
import source_text  # noqa: E402

WORD = {"to-do": "TO" + "DO", "fix-me": "FIX" + "ME", "xs": "XX" + "X", "hack": "HA" + "CK", "missing": "not imple" + "mented"}
LONG_FUNCTION = "int long_one() {\n" + "    ++counter;\n" * rules.MAX_FUNCTION_LINES + "}\n"

# What each banned pattern of the core must catch, in the order of rules.CORE_BANNED.
CORE_SINS = [
    ["auto t = std::chrono::system_clock::now();", "auto t = steady_clock::now();", "auto t = time(nullptr);"],
    ['auto home = getenv("HOME");'],
    ["std::mutex guard;", "std::atomic<int> count;"],
    ["std::thread worker;", "std::this_thread::sleep_for(delay);"],
    ["#include <iostream>", "#include <thread>", "#include <random>"],
    ['auto f = fopen("x", "r");', "std::ifstream in;"],
    ["std::cerr << 1;", "spdlog::info(1);", 'std::printf("x");'],
    ["int s = socket(1, 2, 3);"],
    ["nlohmann::json j;", "simdjson::padded_string p;", "YAML::Node n;"],
    ["int r = rand();", "std::random_device d;", "std::mt19937_64 generator;"],
    ["std::hash<Node*> h;"],
]
LIBRARY_HEADER = {
    "Boost.Beast and Asio": "boost/beast/core.hpp", "Boost.Graph": "boost/graph/adjacency_list.hpp", "cpp-httplib": "httplib.h",
    "pugixml": "pugixml.hpp", "simdjson": "simdjson.h", "yaml-cpp": "yaml-cpp/yaml.h", "spdlog and fmt": "spdlog/spdlog.h", "prometheus-cpp": "prometheus/counter.h",
    "OpenSSL": "openssl/ssl.h", "nlohmann_json": "nlohmann/json.hpp", "GoogleTest": "gtest/gtest.h", "rapidcheck": "rapidcheck.h",
    "Google Benchmark": "benchmark/benchmark.h",
}


class PlantedFaults(unittest.TestCase):
    """Each case adds files to the copy and compares the faults with those before (none, when the tree is clean)."""

    @classmethod
    def setUpClass(cls):
        cls.holder = tempfile.TemporaryDirectory(prefix="check_tree_test.")
        cls.copy = Path(cls.holder.name) / "tree"
        for name, text in check_tree.Tree(ROOT).files.items():
            target = cls.copy / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        # A header in each ruled folder, each used by a listed test, so that what is planted later is the only fault.
        for folder in rules.ALLOWED_INCLUDES:
            cls.write(f"{folder}/innocent.hpp", "#pragma once\n")
        cls.write("test/arch_probe_test.cpp", "".join(f'#include "{f}/innocent.hpp"\n' for f in rules.ALLOWED_INCLUDES))
        with open(cls.copy / "test/CMakeLists.txt", "a", encoding="utf-8") as lists:
            lists.write("\nset(arch_probe arch_probe_test.cpp)\n")
        cls.before = set(check_tree.faults(cls.copy))

    @classmethod
    def tearDownClass(cls):
        cls.holder.cleanup()

    @classmethod
    def write(cls, name, text):
        target = cls.copy / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")

    def planted(self, files):
        """The faults that `files` (path → content) bring, as (file, rule); a .cpp among them is listed in CMake first."""
        lists = self.copy / "CMakeLists.txt"
        old_lists = lists.read_text(encoding="utf-8")
        sources = [n for n in files if n.endswith(".cpp")]
        lists.write_text(old_lists + "\nset(planted " + " ".join(sources) + ")\n", encoding="utf-8")
        made = [self.copy / n for n in files if not (self.copy / n).exists()]
        kept = {self.copy / n: (self.copy / n).read_text(encoding="utf-8") for n in files if (self.copy / n).exists()}
        try:
            for name, text in files.items():
                self.write(name, text)
            return sorted({(f.file, f.rule) for f in set(check_tree.faults(self.copy)) - self.before})
        finally:
            lists.write_text(old_lists, encoding="utf-8")
            for path in made:
                path.unlink()
            for path, text in kept.items():
                path.write_text(text, encoding="utf-8")

    def expect(self, name, text, rule):
        self.assertEqual(self.planted({name: text}), [(name, rule)], text)

    def test_clean_file_brings_no_fault(self):
        self.assertEqual(self.planted({"placement/plan/fine.cpp": '#include <vector>\n#include "placement/cluster/snapshot.hpp"\n'}), [])

    def test_every_forbidden_pair_of_folders_is_reported(self):
        pairs = 0
        for folder in rules.ALLOWED_INCLUDES:
            files = {f"{folder}/sinner_{i}.cpp": f'#include "{other}/innocent.hpp"\n'
                     for i, other in enumerate(rules.ALLOWED_INCLUDES) if not check_tree.may_include(folder, f"{other}/innocent.hpp")}
            self.assertEqual(self.planted(files), sorted((name, "include-direction") for name in files), folder)
            pairs += len(files)
        self.assertGreater(pairs, 100)

    def test_rules_of_the_design_stand_in_the_table(self):
        for folder, target in [("placement/model", "placement/topology/fabric.hpp"), ("placement/plan", "placement/cluster/cluster_state.hpp"),
                               ("placement/verify", "placement/plan/room/node_room.hpp"), ("placement/plan", "placement/verify/verify_plan.hpp"),
                               ("placement/plan/room", "placement/plan/tree/wishes.hpp"), ("placement/plan/tree", "placement/plan/roles/role_room.hpp"),
                               ("placement/plan/crossing", "placement/plan/gang_planner.hpp"), ("placement/gang", "placement/plan/policy.hpp"), ("policies", "placement/plan/room/trial.hpp"),
                               ("dialects", "placement/plan/policy.hpp"), ("config", "dialects/object.hpp"), ("extender/wire", "dialects/object.hpp"),
                               ("extender/service", "extender/http/server.hpp"), ("extender/http", "extender/kube/lease.hpp"),
                               ("extender/kube", "extender/http/server.hpp"), ("extender/service", "extender/kube/lease.hpp"),
                               ("offline", "extender/service/scheduler_service.hpp"), ("extender/http", "offline/place.hpp"),
                               ("offline", "cli/place.hpp"), ("cli", "test/any.hpp"), ("cli", "bench/any.hpp")]:
            self.assertFalse(check_tree.may_include(folder, target), f"{folder} → {target}")

    def test_include_path_must_start_at_the_root(self):
        self.expect("placement/plan/near.cpp", '#include "trial.hpp"\n', "include-path")

    def test_including_a_source_is_reported(self):
        self.expect("placement/model/greedy.cpp", '#include "placement/model/check.cpp"\n', "include-direction")

    def test_folder_without_include_rule_is_reported(self):
        self.expect("extender/a.cpp", "", "include-direction")

    def test_every_library_is_kept_in_its_owner(self):
        for library in rules.LIBRARY_OWNERS:
            line = f"#include <{LIBRARY_HEADER[library]}>\n"
            self.expect("extender/service/borrower.cpp", line, "library-owner")
            self.expect("test/placement/borrower.hpp", "#pragma once\n" + line, "dead-header")

    def test_library_in_a_product_header_is_reported(self):
        name = "extender/obs/leaky.hpp"
        files = {name: "#pragma once\n#include <spdlog/spdlog.h>\n", "extender/obs/leaky_user.cpp": f'#include "{name}"\n'}
        self.assertEqual(self.planted(files), [(name, "library-in-header")])

    def test_owner_may_include_its_library(self):
        self.assertEqual(self.planted({"extender/http/server_extra.cpp": "#include <boost/beast/core.hpp>\n#include <sys/socket.h>\n"}), [])

    def test_unknown_library_is_reported(self):
        self.expect("extender/http/novelty.cpp", "#include <absl/strings/str_cat.h>\n", "library-owner")

    def test_system_header_outside_the_edge_is_reported(self):
        self.expect("dialects/reader.cpp", "#include <sys/stat.h>\n", "system-header")

    def test_every_banned_token_of_the_core_is_reported(self):
        self.assertEqual(len(CORE_SINS), len(rules.CORE_BANNED))
        for (pattern, what), sins in zip(rules.CORE_BANNED, CORE_SINS):
            self.write("policies/impure.cpp", "\n".join(sins))
            found = set(check_tree.faults(self.copy)) - self.before
            (self.copy / "policies/impure.cpp").unlink()
            lines = {f.line for f in found if f.rule == "pure-core" and what in f.text}
            self.assertEqual(lines, set(range(1, len(sins) + 1)), pattern)

    def test_banned_words_in_comments_and_texts_are_free(self):
        self.assertEqual(self.planted({"placement/plan/talk.cpp": '// no std::mutex, no rand()\n/* socket( */ const char* t = "std::thread";\n'}), [])

    def test_tokens_banned_in_the_core_are_free_at_the_edge(self):
        self.assertEqual(self.planted({"extender/service/locked.cpp": "#include <mutex>\nstd::mutex guard;\n"}), [])

    def test_threads_outside_the_service_are_reported(self):
        for name in ("offline/worker.cpp", "test/offline/worker_test.cpp"):
            self.expect(name, "#include <thread>\nstd::jthread worker;\n", "threads")
        self.assertEqual(self.planted({"extender/service/worker.cpp": "#include <thread>\nstd::thread worker;\n"}), [])

    def test_long_files_are_reported(self):
        self.expect("placement/plan/big.cpp", "\n" * (rules.MAX_FILE_LINES + 1), "file-size")
        self.expect("test/placement/plan/big_test.cpp", "\n" * (rules.MAX_TEST_FILE_LINES + 1), "file-size")
        self.assertEqual(self.planted({"test/placement/plan/big_test.cpp": "\n" * rules.MAX_TEST_FILE_LINES}), [])

    def test_long_functions_are_reported_in_every_language(self):
        self.expect("placement/plan/deep.cpp", LONG_FUNCTION, "function-size")
        self.expect("test/e2e/long.go", "package e2e\n\nfunc long() {\n" + "\ta()\n" * 70 + "}\n", "function-size")
        self.expect("test/arch/rules.py", (HERE / "rules.py").read_text() + "\ndef long():\n" + "    pass\n" * 70, "function-size")

    def test_dead_files_are_reported(self):
        (self.copy / "policies/forgotten.cpp").write_text("")
        try:
            found = {(f.file, f.rule) for f in set(check_tree.faults(self.copy)) - self.before}
        finally:
            (self.copy / "policies/forgotten.cpp").unlink()
        self.assertEqual(found, {("policies/forgotten.cpp", "dead-source")})
        self.expect("policies/unloved.hpp", "#pragma once\n", "dead-header")
        self.expect("deploy/lonely" "_thing.sh", "true\n", "dead-script")

    def test_header_used_only_by_its_own_source_is_dead(self):
        files = {"policies/pair.hpp": "#pragma once\n", "policies/pair.cpp": '#include "policies/pair.hpp"\n'}
        self.assertEqual(self.planted(files), [("policies/pair.hpp", "dead-header")])

    def test_header_rules_are_reported(self):
        self.expect("policies/innocent.hpp", "// empty\n", "pragma-once")
        self.expect("policies/innocent.hpp", "#pragma once\nusing namespace std;\n", "using-namespace")

    def test_words_of_unfinished_work_are_reported(self):
        for word in WORD.values():
            self.expect("config/later.yaml", f"# {word}: later\n", "unfinished")

    def test_paths_of_one_machine_are_reported(self):
        for path in ("/ho" + "me/ada/src", "/ro" + "ot/.cache", "/wo" + "rk/main", "/Us" + "ers/ada"):
            self.expect("config/paths.yaml", f"cache: {path}\n", "machine-path")
        self.assertEqual(self.planted({"config/paths.yaml": "url: http://x/ho" + "me/a\ndir: $HOME/wo" + "rk/a\n"}), [])

    def test_missing_and_long_readmes_are_reported(self):
        self.assertEqual(self.planted({"placement/model/deeper/a.cpp": ""}), [("placement/model/deeper/README.md", "readme")])
        self.expect("policies/README.md", "line\n" * (rules.MAX_README_LINES + 1), "readme")

    def test_no_rule_lacks_its_planted_violation(self):
        named = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|readme)"', (HERE / "check_tree.py").read_text()))
        tested = set(re.findall(r'"([a-z]+(?:-[a-z]+)+|readme)"', Path(__file__).read_text()))
        self.assertLessEqual(named - {"utf-8"}, tested)


class CommandLine(unittest.TestCase):
    def run_check(self, *arguments):
        return subprocess.run([sys.executable, str(HERE / "check_tree.py"), *arguments], capture_output=True, text=True, check=False)

    def test_faults_give_status_one_and_name_file_and_line(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "CMakeLists.txt").write_text(f"# one\n# {WORD['to-do']} two\n")
            done = self.run_check(folder)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("CMakeLists.txt:2: [unfinished]", done.stdout)

    def test_clean_tree_gives_status_zero(self):
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "CMakeLists.txt").write_text("# nothing yet\n")
            self.assertEqual(self.run_check(folder).returncode, 0)

    def test_folder_that_is_no_tree_gives_status_two(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(self.run_check(folder).returncode, 2)


class ReadingCpp(unittest.TestCase):
    def functions(self, text):
        return [(f.name, f.lines) for f in source_text.cpp_functions(text)]

    def test_braces_in_comments_texts_and_characters_do_not_count(self):
        text = "int f() {\n  // }\n  /* } */ auto a = \"}\"; auto b = '}'; auto c = R\"x(})x\";\n  return 1'000;\n}\nint g() {\n}\n"
        self.assertEqual(self.functions(text), [("f", 5), ("g", 2)])

    def test_functions_are_found_in_namespaces_classes_and_linkage_blocks(self):
        text = 'namespace a::b {\nclass C final : public D {\n  public:\n    int f() const {\n    }\n};\n}\nextern "C" {\nvoid g() {\n}\n}\n'
        self.assertEqual(self.functions(text), [("f", 2), ("g", 2)])

    def test_member_initialisers_with_braces_belong_to_the_constructor(self):
        self.assertEqual(self.functions("C::C(int a)\n    : a_{a}, b_{1, 2}\n{\n    go();\n}\n"), [("C::C", 5)])

    def test_tables_and_enumerations_are_no_functions(self):
        text = "constexpr std::array kA{\n std::pair(1, 2),\n};\nconst std::map<int, F> kB = {\n {f(1), g()},\n};\nenum class E : int {\n a,\n};\n"
        self.assertEqual(self.functions(text), [])

    def test_lambdas_count_as_part_of_their_function(self):
        self.assertEqual(self.functions("void f() {\n    run([&](int a) {\n        go(a);\n    });\n}\n"), [("f", 5)])

    def test_operators_templates_and_trailing_returns_are_functions(self):
        text = ("bool operator==(A a, B b) {\n}\ntemplate <class T>\nauto f(T t = {}) -> decltype(t) {\n}\n"
                "struct [[nodiscard]] S {\n  S& operator=(const S&) {\n  }\n};\nTEST(Plan, fits_the_rack) {\n}\n")
        self.assertEqual(self.functions(text), [("operator==", 2), ("f", 3), ("operator=", 2), ("TEST(Plan, fits_the_rack)", 2)])

    def test_preprocessor_lines_do_not_count(self):
        self.assertEqual(self.functions("#define OPEN if (1) { \\\n  {\nint f() {\n}\n"), [("f", 2)])

    def test_commented_includes_are_not_read(self):
        text = '// #include <a>\n/*\n#include <b>\n*/\n#include <c>\n#  include "d.hpp"\n'
        self.assertEqual([(i.line, i.path) for i in source_text.includes(text)], [(5, "c"), (6, "d.hpp")])


if __name__ == "__main__":
    unittest.main(verbosity=1)
