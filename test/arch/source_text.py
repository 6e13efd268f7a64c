"""Reads C++, Python and Go well enough to judge them: code without comments and texts, includes, and where functions begin and end."""

import ast
import functools
import re
from typing import NamedTuple


class Include(NamedTuple):
    line: int
    path: str
    quoted: bool


class Function(NamedTuple):
    name: str
    first: int  # line of the signature
    last: int   # line of the closing brace

    @property
    def lines(self):
        return self.last - self.first + 1


_TOKEN = re.compile(
    r"""//[^\n]*(?:\\\n[^\n]*)*            # line comment, continued lines too
      | /\*.*?\*/                           # block comment
      | R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"   # raw text
      | "(?:[^"\\\n]|\\.)*"                 # text
      | (?<![0-9A-Fa-f_])'(?:[^'\\\n]|\\.)+'  # character, but not the digit separator of 8'192
    """,
    re.DOTALL | re.VERBOSE)


# The check's own test judges the same files many times over.
@functools.lru_cache(maxsize=8192)
def code_only(text):
    """`text` with comments, texts and characters blanked; same length, same lines."""
    return _TOKEN.sub(lambda m: _blank(m.group()), text)


def _blank(piece):
    hollow = re.sub(r"[^\n]", " ", piece)
    # A text stays a (hollow) text: `extern "C" {` must not become `extern {`.
    return '"' + hollow[1:-1] + '"' if piece[0] in "\"R" else hollow


@functools.lru_cache(maxsize=8192)
def includes(text):
    """The #include lines of a C++ file; those inside comments are not."""
    return list(_includes(text))


def _includes(text):
    bare = re.sub(r"/\*.*?\*/", lambda m: re.sub(r"[^\n]", " ", m.group()), text, flags=re.DOTALL)
    for number, line in enumerate(bare.splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*([<"])([^>"]+)[>"]', line)
        if match:
            yield Include(number, match.group(2), match.group(1) == '"')


def cpp_functions(text):
    """Function bodies at namespace or class scope. A lambda counts as part of the function around it."""
    code = code_only(text)
    code = re.sub(r"^[ \t]*#(?:[^\n\\]|\\\n|\\.)*", lambda m: re.sub(r"[^\n]", " ", m.group()), code, flags=re.MULTILINE)
    yield from _scope(code, 0, len(code))


def _scope(code, begin, end):
    """Walks one namespace or class body: `head` is the text since the last complete declaration."""
    head = pos = begin
    parens = 0
    while pos < end:
        c = code[pos]
        if c in "([":
            parens += 1
        elif c in ")]":
            parens -= 1
        elif c == ";" and parens == 0:
            head = pos + 1
        elif c == ":" and re.fullmatch(r"\s*(public|private|protected)\s*", code[head:pos]):
            head = pos + 1
        elif c == "{":
            close = _matching(code, pos, end)
            kind = _kind(code[head:pos]) if parens == 0 else "value"
            if kind == "scope":
                yield from _scope(code, pos + 1, close)
                head = close + 1
            elif kind == "function" and not re.match(r"\s*[,{]", code[close + 1:close + 200]):
                yield _function(code, head, pos, close)
                head = close + 1
            # Otherwise an initialiser (of a value, or of a member before a constructor's body): the declaration goes on.
            pos = close
        pos += 1


def _kind(head):
    head = re.sub(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)", " ", head, flags=re.DOTALL)
    head = re.sub(r"^\s*template\s*<.*?>\s*(?=\b(class|struct|union|requires|inline|static|constexpr|auto|explicit)\b)", "", head, flags=re.DOTALL)
    if re.search(r"\bnamespace\b[\w\s:]*$", head) or re.search(r'\bextern\s*"[^"]*"\s*$', head):
        return "scope"
    if re.match(r"\s*(inline\s+|typedef\s+|static\s+|constexpr\s+|const\s+)*(class|struct|union)\b[^()=]*(:[^=]*)?$", head):
        return "scope"
    if re.match(r"\s*(inline\s+|typedef\s+)*enum\b", head):
        return "value"
    if re.search(r"(?<!operator)(?<![=!<>+\-*/%&|^])=(?![=>])", _outside_parens(head)) and not re.search(r"\]\s*(\([^{]*)?$", head):
        return "value"
    return "function" if "(" in head else "value"


def _outside_parens(head):
    while True:
        shorter = re.sub(r"\([^()]*\)|operator\s*[=!<>+\-*/%&|^]+", "", head)
        if shorter == head:
            return head
        head = shorter


def _matching(code, pos, end):
    depth = 0
    for i in range(pos, end):
        if code[i] == "{":
            depth += 1
        elif code[i] == "}":
            depth -= 1
            if depth == 0:
                return i
    return end - 1


def _function(code, head, brace, close):
    start = head + len(code[head:brace]) - len(code[head:brace].lstrip())
    signature = " ".join(code[start:brace].split())
    name = re.search(r"(operator\s*[^\s(]+|~?[\w:]+)\s*\(", signature)
    label = name.group(1) if name else signature[:40]
    if re.fullmatch(r"[A-Z][A-Z0-9_]{2,}", label):  # a macro: TEST(Suite, sentence)
        label = signature[:60]
    return Function(label, code.count("\n", 0, start) + 1, code.count("\n", 0, close) + 1)


def go_functions(text):
    """Relies on gofmt: a function begins with `func` and ends with `}` in the first column."""
    lines = text.splitlines()
    for i, line in enumerate(lines):
        match = re.match(r"func (?:\([^)]*\) )?(\w+)", line)
        if match and not line.endswith("}"):
            last = next((j for j in range(i + 1, len(lines)) if lines[j].startswith("}")), i)
            yield Function(match.group(1), i + 1, last + 1)


def python_functions(text):
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield Function(node.name, node.lineno, node.end_lineno)


_FUNCTIONS_OF = {".cpp": cpp_functions, ".hpp": cpp_functions, ".go": go_functions, ".py": python_functions}


@functools.lru_cache(maxsize=8192)
def functions(suffix, text):
    """The functions of a file of that kind; none for kinds that are not measured."""
    measure = _FUNCTIONS_OF.get(suffix)
    return list(measure(text)) if measure else []
