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
    section: str  # of spec/linux-host.md, or of spec/ipvs.md for models/ipvs
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


OBSERVING = (
    r"if \((?:environment_\.observation\.wants\(|CaptureWatch\* const"
    r"|(?:!picked\.valid\(\) && )?observation_\.wants\()"
)


def code_of(source):
    """The source with everything that is not to be mutated blanked, character for character."""
    code = NOT_CODE.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), source)
    for match in list(re.finditer(r"\bLVS_REQUIRE\(|\bconstexpr std::array<", code)):
        code = blank(code, match.start(), code.index(";", match.start()))
    for match in list(re.finditer(OBSERVING, code)):
        body = code.index("{", closing(code, match.start() + 3))
        code = blank(code, match.start(), closing(code, body) + 1)
    return code


HEAD = r"^{indent}(?!namespace|struct|class|enum|template|\}}|public|private)\S[^;{{}}]*?\{{"
CLASS = r"^(?:struct|class)\b[^;{]*\{"


def functions(code, members=False):
    """(name, returns bool, begin, end) of every function, as clang-format lays them out; with
    `members` also of those that are defined in their class."""
    found = functions_in(code, 0, len(code), "")
    if members:
        for match in re.finditer(CLASS, code, re.M):
            end = closing(code, match.end() - 1)
            found += functions_in(code, match.end(), end, "  ")
    return found


def functions_in(code, from_here, to_there, indent):
    found = []
    for match in re.compile(HEAD.format(indent=indent), re.M).finditer(code, from_here, to_there):
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


SIGNS = {" + ": " - ", " - ": " + ", " += ": " -= ", " -= ": " += ", "++": "--", "--": "++"}
# One whole statement on a line of its own: a call, an assignment, a step.
STATEMENT = re.compile(
    r"^ +(?!return\b|break\b|continue\b|using\b)(?:[\w.\[\]>*-]|::|\+\+|--|\((?=\*))+"
    r"(?:\(.*\)| [-+|&]?= [^;]*|\+\+|--)?;$",
    re.M,
)


def further_changes(code, begin, end):
    """More of the same, for sources that are all rules: signs, and statements that are left out."""
    body = code[begin:end]
    for match in re.finditer(r" [+-] (?=\S)| [+-]= |\+\+|--", body):
        yield "sign", begin + match.start(), begin + match.end(), SIGNS[match.group()]
    for match in STATEMENT.finditer(body):
        yield "gone", begin + match.start(), begin + match.end(), ";"


CONSTANT = re.compile(
    r"^ *(?:(?:inline|static) )*constexpr [^;(){}=]*\b(k\w+)(?: = |\{)([^;]*);", re.M
)


def constant_changes(code, inside):
    """(name, begin, end, replacement) of each number in a named constant outside functions."""
    for match in CONSTANT.finditer(code):
        if any(begin <= match.start() < end for _, _, begin, end in inside):
            continue
        for number in re.finditer(r"(?<![\w.'])\d[\d']*(?:U|LL|ULL)?(?![\w'])", match.group(2)):
            at = match.start(2)
            yield match.group(1), at + number.start(), at + number.end(), f"({number.group()} + 1)"


CELLS = re.compile(r"/\*(\w{3})\*/ \{\{([^}]*)\}\}")
STATES = "NO ES SS SR FW TW CL CW LA LI SA".split()
TABLES = [f"{strictness}:{direction}" for strictness in ("normal", "secure")
          for direction in ("input", "output", "input_only")]  # fmt: skip


def cells(path, source, sections):
    """Each cell of the transition tables, changed to each of two other states."""
    found = []
    for row, match in enumerate(CELLS.finditer(source)):
        where = f"{path.split('/')[-1]}:{TABLES[row // 4]}:{match.group(1)}"
        for column, cell in enumerate(re.finditer(r"\w\w", match.group(2))):
            begin = match.start(2) + cell.start()
            for step in (1, 5):
                other = STATES[(STATES.index(cell.group()) + step) % len(STATES)]
                text = source[:begin] + other + source[begin + 2 :]
                shows = f"{match.group(1)} in {STATES[column]}: {cell.group()}  ->  {other}"
                name = f"{where}:{STATES[column]}:{other}"
                found.append(Mutant(name, sections[row // 12], path, text, shows))
    return found


def widths(path, source, section):
    """Each width in a format of printf, one more."""
    found = []
    for number, match in enumerate(re.finditer(r"%-?0?(\d+)", source)):
        begin, end = match.span(1)
        text = source[:begin] + str(int(match.group(1)) + 1) + source[end:]
        name = f"{path.split('/')[-1]}:width:{number + 1}"
        found.append(Mutant(name, section, path, text, shown(source, text, begin)))
    return found


def shown(source, changed, at):
    line = source.count("\n", 0, at)
    before = source.splitlines()[line].strip()
    after = changed.splitlines()[line].strip() if line < len(changed.splitlines()) else ""
    return f"{line + 1}: {before}  ->  {after}"


def generated(path, source, section_of, whole=False):
    """All generated mutants of one file. section_of(function) is a section, or None to skip it.
    `whole`: members of classes, named constants, signs and statements too."""
    code = code_of(source)
    short = path.split("/")[-1]
    mutants, count = [], {}

    def add(function, kind, text, shows):
        number = count[function, kind] = count.get((function, kind), 0) + 1
        name = f"{short}:{function}:{kind}:{number}"
        mutants.append(Mutant(name, section_of(function), path, text, shows))

    inside = functions(code, whole)
    for function, returns_bool, begin, end in inside:
        if section_of(function) is None:
            continue
        changes = list(simple_changes(code, begin, end, returns_bool))
        if whole:
            changes += further_changes(code, begin, end)
        for kind, start, stop, new in changes:
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
    for name, start, stop, new in constant_changes(code, inside) if whole else []:
        if section_of(name) is not None:
            text = source[:start] + new + source[stop:]
            add(name, "constant", text, shown(source, text, start))
    return mutants
