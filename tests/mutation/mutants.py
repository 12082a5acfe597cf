"""What a mutant is, and the generated ones: one operator, constant or label of a source changed.

A generated mutant is named file:function:kind:number, the number counting its kind within the
function, so a name survives changes elsewhere. Blanked out before looking for things to change:
comments, strings, preprocessor lines, LVS_REQUIRE, and the records for observers."""

import re
from dataclasses import dataclass, field

NOT_CODE = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|^[ \t]*#[^\n]*", re.DOTALL | re.MULTILINE
)


@dataclass
class Mutant:
    name: str
    section: str  # of spec/linux-host.md
    path: str  # from the root of the project
    text: str  # the whole mutated source
    shows: str  # the changed line, before and after
    also: list = field(default_factory=list)  # sources to compile when `path` is a header


def blank(text, begin, end):
    return text[:begin] + re.sub(r"[^\n]", " ", text[begin:end]) + text[end:]


def closing(code, at):
    """Where the bracket that opens at `at` closes."""
    pairs = {"(": ")", "{": "}", "[": "]"}
    depth, opening, close = 0, code[at], pairs[code[at]]
    for i in range(at, len(code)):
        depth += (code[i] == opening) - (code[i] == close)
        if depth == 0:
            return i
    raise ValueError("unbalanced " + opening)


OBSERVING = r"if \((?:environment_\.observation\.wants\(|CaptureWatch\* const)"


def code_of(source):
    """The source with everything that is not to be mutated blanked, character for character."""
    code = NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)
    for match in list(re.finditer(r"\bLVS_REQUIRE\(|\bconstexpr std::array<", code)):
        code = blank(code, match.start(), code.index(";", match.start()))
    for match in list(re.finditer(OBSERVING, code)):
        body = code.index("{", closing(code, match.start() + 3))
        code = blank(code, match.start(), closing(code, body) + 1)
    return code


HEAD = r"^(?!namespace|struct|class|enum|template|\})\S[^;{}]*?\{"


def functions(code):
    """(name, returns bool, begin, end) of every function, as clang-format lays them out."""
    found = []
    for match in re.finditer(HEAD, code, re.M):
        head = code[match.start() : match.end()]
        name = re.search(r"([A-Za-z_]\w*)\(", head)
        if name is None or "=" in head.split("(")[0]:
            continue
        end = closing(code, match.end() - 1)
        returns_bool = re.match(r"(inline )?bool\b", head) is not None
        found.append((name.group(1), returns_bool, match.end(), end))
    return found


OPERATORS = {
    " == ": " != ", " != ": " == ", " < ": " <= ", " <= ": " < ", " > ": " >= ", " >= ": " > ",
}  # fmt: skip


def simple_changes(code, begin, end, returns_bool):
    """(kind, begin, end, replacement) of each change of one token or expression."""
    body = code[begin:end]
    for match in re.finditer(r" (==|!=|<=|>=|<|>)(?= |\n)", body):
        old = match.group(1)
        yield "compare", begin + match.start(1), begin + match.end(1), OPERATORS[f" {old} "].strip()
    for match in re.finditer(r" (&&|\|\|)(?= |\n)", body):
        new = "||" if match.group(1) == "&&" else "&&"
        yield "logic", begin + match.start(1), begin + match.end(1), new
    for match in re.finditer(r"!(?!=)", body):
        yield "not", begin + match.start(), begin + match.end(), ""
    for match in re.finditer(r"\b(true|false)\b", body):
        new = "false" if match.group() == "true" else "true"
        yield "constant", begin + match.start(), begin + match.end(), new
    for match in re.finditer(r"(?<![\w.'])\d[\d']*(?:U|LL|ULL)?(?![\w'])", body):
        new = f"({match.group()} + 1)"
        yield "number", begin + match.start(), begin + match.end(), new
    if returns_bool:
        for match in re.finditer(r"\breturn\s+(?!true;|false;)([^;]+);", body):
            if "[" not in match.group(1):
                new = f"!({match.group(1)})"
                yield "return", begin + match.start(1), begin + match.end(1), new


LABELS = re.compile(r"case [\w:]+:")


def groups_of(code, begin, end):
    """The labels of a switch: lists of (begin, end) of those that share their statements."""
    groups, after = [], None
    for match in LABELS.finditer(code, begin, end):
        between = "" if after is None else code[after : match.start()].strip()
        if after is None or between:
            groups.append([])
        groups[-1].append((match.start(), match.end()))
        after = match.end()
    return groups


def label_changes(code, begin, end):
    """Each label of a switch joins the next group of labels (of the last group: the one before)."""
    for match in re.finditer(r"\bswitch \(", code[begin:end]):
        body = code.index("{", closing(code, begin + match.end() - 1))
        groups = groups_of(code, body, closing(code, body))
        for at, group in enumerate(groups):
            if len(groups) < 2:
                continue
            target = groups[at + 1][0] if at + 1 < len(groups) else groups[at - 1][0]
            for label in group:
                yield label, target[0]


def shown(source, changed, at):
    line = source.count("\n", 0, at)
    before = source.splitlines()[line].strip()
    after = changed.splitlines()[line].strip() if line < len(changed.splitlines()) else ""
    return f"{line + 1}: {before}  ->  {after}"


def generated(path, source, section_of):
    """All generated mutants of one file. section_of(function) is a section, or None to skip it."""
    code = code_of(source)
    short = path.split("/")[-1]
    mutants, count = [], {}

    def add(function, kind, text, shows):
        number = count[function, kind] = count.get((function, kind), 0) + 1
        name = f"{short}:{function}:{kind}:{number}"
        mutants.append(Mutant(name, section_of(function), path, text, shows))

    for function, returns_bool, begin, end in functions(code):
        if section_of(function) is None:
            continue
        for kind, start, stop, new in simple_changes(code, begin, end, returns_bool):
            # The return of a real expression: its text, not the blanked one.
            if kind == "return":
                new = f"!({source[start:stop]})"
            text = source[:start] + new + source[stop:]
            add(function, kind, text, shown(source, text, start))
        for (start, stop), target in label_changes(code, begin, end):
            label = source[start:stop]
            without = source[:start] + " " * (stop - start) + source[stop:]
            text = without[:target] + label + " " + without[target:]
            if "[[fallthrough]];" in source[:start].rstrip()[-20:]:
                continue  # the label ends a fall-through, which then has nowhere to fall
            add(function, "label", text, f"{label} moves to {source[target:].split(chr(10))[0]}")
    return mutants
