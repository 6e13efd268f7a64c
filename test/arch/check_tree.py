#!/usr/bin/env python3
"""Checks the rules of the tree that no compiler checks (rules.py). Prints `file:line: [rule] what, and what to do` per fault.

usage: check_tree.py [ROOT]      exit status 0: clean, 1: faults, 2: bad usage
"""

import functools
import os
import re
import sys
from pathlib import Path
from typing import NamedTuple

import rules
import source_text


class Fault(NamedTuple):
    file: str
    line: int
    rule: str
    text: str

    def __str__(self):
        return f"{self.file}:{self.line}: [{self.rule}] {self.text}"


class Tree:
    """All text files below a root: path from the root → content."""

    def __init__(self, root):
        self.files = {}
        for folder, folders, names in os.walk(root):
            folders[:] = sorted(set(folders) - rules.SKIPPED_FOLDERS)
            prefix = Path(folder).relative_to(root).as_posix() + "/"
            for name in sorted(names):
                if name in rules.TEXT_NAMES or os.path.splitext(name)[1] in rules.TEXT_SUFFIXES:
                    with open(os.path.join(folder, name), encoding="utf-8", errors="replace") as file:
                        self.files[prefix.removeprefix("./") + name] = file.read()

        self.cpp = self.having(".cpp", ".hpp")

    def having(self, *suffixes):
        return {name: text for name, text in self.files.items() if name.endswith(suffixes)}


# ------------------------------------------------------------------------------------------------------------------- includes

def rule_folder(name):
    """The longest folder of ALLOWED_INCLUDES that holds the file; None: no rule, which is a fault of its own."""
    holders = [f for f in rules.ALLOWED_INCLUDES if name.startswith(f + "/")]
    return max(holders, key=len, default=None)


def may_include(folder, target):
    allowed = [folder + "/"] + rules.ALLOWED_INCLUDES[folder]
    return any(target.startswith(p) if p.endswith("/") else target == p + ".hpp" for p in allowed)


def check_include_direction(tree):
    for name, text in tree.cpp.items():
        folder = rule_folder(name)
        if folder is None:
            yield Fault(name, 1, "include-direction", "no include rule for this folder; add one to test/arch/rules.py")
            continue
        for include in source_text.includes(text):
            if include.quoted and not include.path.endswith(".hpp") and include.path in tree.files:
                yield Fault(name, include.line, "include-direction", f'"{include.path}" is no header')
            elif include.quoted and include.path not in tree.files:
                yield Fault(name, include.line, "include-path", f'"{include.path}" is not a path from the root of the tree')
            elif include.quoted and not may_include(folder, include.path):
                yield Fault(name, include.line, "include-direction", f'{folder} may not include "{include.path}"')


def check_libraries(tree):
    for name, text in tree.cpp.items():
        free = name.startswith(rules.ANY_LIBRARY_FOLDERS)
        for include in source_text.includes(text):
            if include.quoted or include.path in rules.STANDARD_HEADERS:
                continue
            if rules.SYSTEM_HEADER.match(include.path):
                if not name.startswith(tuple(f + "/" for f in rules.SYSTEM_HEADER_FOLDERS)):
                    yield Fault(name, include.line, "system-header", f"<{include.path}> belongs where I/O is done")
                continue
            yield from check_library(name, include, free)


def check_library(name, include, free):
    for library, (headers, owners) in rules.LIBRARY_OWNERS.items():
        if not re.fullmatch(headers, include.path):
            continue
        if free:
            return
        if name.endswith(".hpp"):
            yield Fault(name, include.line, "library-in-header", f"{library} in a header: keep its types in the .cpp that owns it")
        elif not any(re.fullmatch(owner, name) for owner in owners):
            yield Fault(name, include.line, "library-owner", f"{library} may be included only in: {', '.join(owners) or 'tests and benchmarks'}")
        return
    yield Fault(name, include.line, "library-owner", f"<{include.path}> is of no library that rules.py knows; name its owner there")


def check_headers(tree):
    for name, text in tree.having(".hpp").items():
        if "#pragma once" not in text:
            yield Fault(name, 1, "pragma-once", "a header begins with #pragma once")
        match = re.search(r"^\s*using\s+namespace\b", source_text.code_only(text), re.MULTILINE)
        if match:
            yield Fault(name, line_of(text, match.end()), "using-namespace", "a header opens no namespace for those who include it")


# ------------------------------------------------------------------------------------------------------------------- the core

def check_core(tree):
    for name, text in tree.cpp.items():
        if name.startswith(rules.CORE_FOLDERS) and name not in rules.CORE_EXEMPT:
            for line, word, what in core_sins(text):
                yield Fault(name, line, "pure-core", f"`{word}` is {what}; the core takes such things as values")


@functools.lru_cache(maxsize=8192)
def core_sins(text):
    code = source_text.code_only(text)
    return [(line_of(code, match.start()), match.group().strip(), what)
            for pattern, what in rules.CORE_BANNED for match in re.finditer(pattern, code)]


def check_threads(tree):
    for name, text in tree.cpp.items():
        if name.startswith(rules.THREAD_FOLDERS) or name in rules.THREAD_EXEMPT:
            continue
        code = source_text.code_only(text)
        for match in rules.THREAD.finditer(code):
            yield Fault(name, line_of(code, match.start()), "threads",
                        f"`{match.group()}` begins a thread, which the thread sanitizer does not see here; that is the service's part")


# ---------------------------------------------------------------------------------------------------------------------- sizes

def is_test(name):
    return name.startswith("test/") or name.endswith("_test.go")


def check_sizes(tree):
    for name, text in tree.having(*rules.SOURCE_SUFFIXES).items():
        limit = rules.MAX_TEST_FILE_LINES if is_test(name) else rules.MAX_FILE_LINES
        count = len(text.splitlines())
        if count > limit:
            yield Fault(name, limit + 1, "file-size", f"{count} lines, at most {limit}: split it by idea")
        for function in source_text.functions(Path(name).suffix, text):
            if function.lines > rules.MAX_FUNCTION_LINES:
                yield Fault(name, function.first, "function-size",
                            f"{function.name}: {function.lines} lines, at most {rules.MAX_FUNCTION_LINES}")


# ----------------------------------------------------------------------------------------------------------------- dead files

def cmake_sources(tree):
    """Every source that a CMakeLists.txt names, as a path from the root."""
    listed = set()
    for name, text in tree.files.items():
        if not name.endswith("CMakeLists.txt"):
            continue
        folder = Path(name).parent
        for word in re.findall(r"[\w./-]+\.cpp\b", re.sub(r"#.*", "", text)):
            listed.add((folder / word).as_posix())
    return listed


def check_dead_sources(tree):
    listed = cmake_sources(tree)
    for name in tree.having(".cpp"):
        if name not in listed:
            yield Fault(name, 1, "dead-source", "no CMakeLists.txt lists it: it is neither built nor tested")


def check_dead_headers(tree):
    users = {}
    for name, text in tree.cpp.items():
        for include in source_text.includes(text):
            users.setdefault(include.path, set()).add(name)
    for name in tree.having(".hpp"):
        if not users.get(name, set()) - {name, name[:-4] + ".cpp"}:
            yield Fault(name, 1, "dead-header", "no file but its own .cpp includes it")


def check_dead_scripts(tree):
    for name in tree.having(".py", ".sh"):
        word = re.compile(r"(?<![\w])" + re.escape(Path(name).name) + r"(?![\w])")
        module = re.compile(r"^\s*(import|from)\s+" + re.escape(Path(name).stem) + r"\b", re.MULTILINE)
        stem = Path(name).stem
        users = [text for other, text in tree.files.items() if other != name and stem in text]
        if not any(word.search(text) or module.search(text) for text in users):
            yield Fault(name, 1, "dead-script", "nothing names it: it is neither run nor documented")


# ------------------------------------------------------------------------------------------------------- words, paths, readmes

def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def check_words(tree):
    for name, text in tree.files.items():
        for line, rule, advice in words(text):
            yield Fault(name, line, rule, advice)


@functools.lru_cache(maxsize=8192)
def words(text):
    wanted = ((rules.UNFINISHED, "unfinished", "finish it, or file it, or leave it out"),
              (rules.MACHINE_PATH, "machine-path", "a path of one machine; use a relative path, $HOME or mktemp"))
    return [(line_of(text, match.start()), rule, f"`{match.group()}`: {advice}")
            for pattern, rule, advice in wanted for match in pattern.finditer(text)]


def check_readmes(tree):
    folders = {Path(name).parent.as_posix() for name in tree.having(".cpp", ".hpp", ".py", ".sh", ".go", ".yaml")}
    folders |= {name.split("/")[0] for name in tree.files if "/" in name}
    with_cpp = {Path(name).parent.as_posix() for name in tree.cpp}
    for folder in sorted(folders):
        hidden = any(part.startswith(".") for part in Path(folder).parts)
        if hidden or rules.README_EXEMPT.search(folder):
            continue
        # A folder without code of its own kind (manifests, data) is told in the README of the folder above.
        near = [folder] if folder in with_cpp else [folder, Path(folder).parent.as_posix()]
        if not any(f"{f}/README.md" in tree.files for f in near if f != "."):
            yield Fault(f"{folder}/README.md", 1, "readme", "missing: what the folder owns, what it must not know, how data passes, where to add things")
    for name, text in tree.files.items():
        if name.endswith("/README.md") and len(text.splitlines()) > rules.MAX_README_LINES:
            yield Fault(name, rules.MAX_README_LINES + 1, "readme", f"longer than a page ({rules.MAX_README_LINES} lines)")


CHECKS = [check_include_direction, check_libraries, check_headers, check_core, check_threads, check_sizes, check_dead_sources,
          check_dead_headers, check_dead_scripts, check_words, check_readmes]


def faults(root):
    tree = Tree(Path(root))
    return sorted({fault for check in CHECKS for fault in check(tree)})


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parents[2]
    if len(arguments) > 1 or not (root / "CMakeLists.txt").is_file():
        print(__doc__, file=sys.stderr)
        return 2
    found = faults(root)
    for fault in found:
        print(fault)
    print(f"check_tree: {len(found)} faults" if found else "check_tree: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
