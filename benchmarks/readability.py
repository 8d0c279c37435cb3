"""Counts that bear on readability, one column for each code base: `python -m benchmarks.readability [NAME=PATH ...]`.

PATH is a package folder, or several with commas between them. Without arguments, it counts this project's core.

Belongs here: counts of source text, syntax trees and imports. Does not: what they mean, which is in
docs/internals/decisions.md.
"""

from __future__ import annotations

import argparse
import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from radon.complexity import ComplexityVisitor

ROOT = Path(__file__).parent.parent
CORE = [ROOT / "pipelines", ROOT / "schemas", ROOT / "tidebook"]
"""The packages of this project's core, without plugins, tests and benchmarks."""

COMPLEX = 10
"""A function above this cyclomatic complexity counts as complex: McCabe's limit."""

LAYOUT = {
    tokenize.ENCODING,
    tokenize.NEWLINE,
    tokenize.NL,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
DIRECTIVE = re.compile(r"#:?\s*(!|noqa|type:|pragma|fmt:|mypy:|ruff:|isort:|pyright:|pylint:)")
"""A comment for a tool, which tells the reader nothing."""

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
Imports = dict[str, set[str]]
"""Each module with the modules of the same code base that it imports."""


@dataclass(frozen=True)
class Module:
    """One source file; `name` is dotted, such as `httpx._models`."""

    name: str
    is_package: bool
    source: str
    tree: ast.Module


@dataclass(frozen=True)
class Lines:
    """Line numbers of one module by what stands there; one line may hold both code and a comment."""

    total: int
    code: set[int]
    comments: set[int]
    docstrings: set[int]


def read_module(path: Path, root: Path) -> Module:
    """Parse a file; its name starts below `root`."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    is_package = parts[-1] == "__init__"
    if is_package:
        parts.pop()
    source = path.read_text(encoding="utf-8")
    return Module(".".join(parts), is_package, source, ast.parse(source, str(path)))


def read_modules(folders: Sequence[Path]) -> list[Module]:
    """Parse all Python files in package folders.

    Raises:
        FileNotFoundError: a folder holds no Python file.
    """
    modules = []
    for folder in folders:
        paths = sorted(folder.resolve().rglob("*.py"))
        if not paths:
            raise FileNotFoundError(f"{folder}: found no Python files, expected the folder of a package")
        modules += [read_module(path, folder.resolve().parent) for path in paths]
    return modules


# Lines


def is_docstring(node: ast.AST) -> bool:
    """Whether a statement is a string and nothing else: a docstring, or one below a constant or field."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)


def docstring_lines(tree: ast.Module) -> set[int]:
    """Return the lines that hold docstrings."""
    lines: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and is_docstring(node):
            lines.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return lines


def lines_of(module: Module) -> Lines:
    """Sort the lines of a module into code, comments and docstrings.

    Comments above the first statement are licences and comments such as `# noqa` are for tools: neither counts.
    """
    docstrings = docstring_lines(module.tree)
    code: set[int] = set()
    comments: set[int] = set()
    in_header = True
    for token in tokenize.generate_tokens(io.StringIO(module.source).readline):
        line = token.start[0]
        if token.type in LAYOUT:
            continue
        if token.type == tokenize.COMMENT:
            if not in_header and not DIRECTIVE.match(token.string):
                comments.add(line)
            continue
        in_header = False
        if token.type != tokenize.STRING or line not in docstrings:
            code.update(range(line, token.end[0] + 1))
    return Lines(len(module.source.splitlines()), code, comments, docstrings)


def function_length(function: Function, lines: Lines) -> int:
    """Count the lines of code from `def` to the end."""
    return len(lines.code.intersection(range(function.lineno, (function.end_lineno or function.lineno) + 1)))


# Syntax


def functions_of(module: Module) -> list[Function]:
    """Return all functions: methods and nested ones too."""
    return [node for node in ast.walk(module.tree) if isinstance(node, Function)]


def complexity(function: Function) -> int:
    """Return radon's cyclomatic complexity; nested functions are counted on their own."""
    (counted,) = ComplexityVisitor.from_ast(function).functions
    return int(counted.complexity)


def count_statements(module: Module) -> int:
    """Count statements other than docstrings, which would dilute a count per 1,000 statements."""
    return sum(isinstance(node, ast.stmt) and not is_docstring(node) for node in ast.walk(module.tree))


def comprehensions_of(node: ast.AST) -> set[Comprehension]:
    """Return the comprehensions and generator expressions in a node, itself among them if it is one."""
    return {each for each in ast.walk(node) if isinstance(each, Comprehension)}


def nested_comprehensions(module: Module) -> int:
    """Count comprehensions inside another one."""
    nested: set[Comprehension] = set()
    for outer in comprehensions_of(module.tree):
        nested |= comprehensions_of(outer) - {outer}
    return len(nested)


def conditionals_of(module: Module) -> list[ast.IfExp]:
    """Return the conditional expressions, as in `a if x else b`."""
    return [node for node in ast.walk(module.tree) if isinstance(node, ast.IfExp)]


def chained_conditionals(module: Module) -> int:
    """Count conditional expressions that are an operand of another one, as in `a if x else b if y else c`."""
    chained = 0
    for outer in conditionals_of(module):
        chained += sum(isinstance(operand, ast.IfExp) for operand in (outer.body, outer.test, outer.orelse))
    return chained


# Imports


def import_statements(node: ast.AST, in_functions: bool) -> Iterator[ast.Import | ast.ImportFrom]:
    """Yield the imports below a node that run; those for type checkers do not."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.Import, ast.ImportFrom)):
            yield child
        elif isinstance(child, ast.If) and ast.unparse(child.test).endswith("TYPE_CHECKING"):
            for other in child.orelse:
                yield from import_statements(other, in_functions)
        elif in_functions or not isinstance(child, Function):
            yield from import_statements(child, in_functions)


def imported_names(statement: ast.Import | ast.ImportFrom, module: Module) -> Iterator[str]:
    """Yield the full name of each thing that a statement imports: a module, or something in one."""
    if isinstance(statement, ast.Import):
        yield from (alias.name for alias in statement.names)
        return
    base = statement.module or ""
    if statement.level:
        package = module.name.split(".")
        steps_up = statement.level - module.is_package
        parents = package[: len(package) - steps_up]
        base = ".".join([*parents, base] if base else parents)
    yield from (f"{base}.{alias.name}" for alias in statement.names)


def module_of(name: str, known: set[str]) -> str | None:
    """Return the module that an import of `name` loads: that of this name, or the one that holds it."""
    outer = name.rpartition(".")[0]
    # A distribution may put its folders below one name: pipelines/run.py is then imported as tidebook.pipelines.run.
    for candidate in (name, name.partition(".")[2], outer, outer.partition(".")[2]):
        if candidate in known:
            return candidate
    return None


def imports_of(modules: Sequence[Module], in_functions: bool = False) -> Imports:
    """Return the imports between modules that run when a module is loaded; also those in functions, if asked for."""
    known = {module.name for module in modules}
    imports: Imports = {}
    for module in modules:
        targets: set[str] = set()
        for statement in import_statements(module.tree, in_functions):
            for name in imported_names(statement, module):
                target = module_of(name, known)
                if target is not None:
                    targets.add(target)
        imports[module.name] = targets - {module.name}
    return imports


def reachable(start: str, imports: Imports) -> set[str]:
    """Return the modules that a module imports, directly or by others; itself only if it is in a cycle."""
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        for target in imports[waiting.pop()]:
            if target not in seen:
                seen.add(target)
                waiting.append(target)
    return seen


def cycles_of(imports: Imports) -> dict[str, frozenset[str]]:
    """Return each module with the modules of its import cycle: with itself alone if it is in none."""
    reached = {name: reachable(name, imports) for name in imports}
    cycles = {}
    for name, others in reached.items():
        cycles[name] = frozenset([name, *(other for other in others if name in reached[other])])
    return cycles


def longest_chain(imports: Imports) -> list[str]:
    """Return the modules of the longest chain of imports, from its top; a cycle counts as one, its first by name."""
    cycles = cycles_of(imports)

    @functools.cache
    def chain(cycle: frozenset[str]) -> list[str]:
        targets = {target for name in cycle for target in imports[name]} - cycle
        below = max((chain(cycles[target]) for target in sorted(targets)), key=len, default=[])
        return [min(cycle), *below]

    return max(map(chain, cycles.values()), key=len)


# The table


def per(count: float, of: int, base: int) -> str:
    """Return how many there are for each `base`, with one decimal."""
    return f"{base * count / of:.1f}" if of else "–"


def line_rows(modules: Sequence[Module]) -> dict[str, str]:
    """Count lines by what stands there."""
    lines = [lines_of(module) for module in modules]
    total = sum(each.total for each in lines)
    return {
        "lines of code": f"{sum(len(each.code) for each in lines):,}",
        "comment lines, % of all lines": per(sum(len(each.comments) for each in lines), total, 100),
        "docstring lines, % of all lines": per(sum(len(each.docstrings) for each in lines), total, 100),
    }


def function_rows(modules: Sequence[Module]) -> dict[str, str]:
    """Count functions: how many, how long, how complex."""
    lengths: list[int] = []
    complexities: list[int] = []
    documented = 0
    for module in modules:
        lines = lines_of(module)
        for function in functions_of(module):
            lengths.append(function_length(function, lines))
            complexities.append(complexity(function))
            documented += ast.get_docstring(function) is not None
    total = len(lengths)
    above = sum(each > COMPLEX for each in complexities)
    return {
        "functions": f"{total:,}",
        "functions with a docstring, %": per(documented, total, 100),
        "median length of a function, lines of code": f"{median(lengths or [0]):.0f}",
        "longest function, lines of code": f"{max(lengths, default=0)}",
        "mean complexity of a function": per(sum(complexities), total, 1),
        f"functions with complexity above {COMPLEX}": f"{above}",
        f"functions with complexity above {COMPLEX}, per 100": per(above, total, 100),
    }


def expression_rows(modules: Sequence[Module]) -> dict[str, str]:
    """Count expressions that hold branches or loops."""
    statements = sum(count_statements(module) for module in modules)
    comprehensions = sum(len(comprehensions_of(module.tree)) for module in modules)
    nested = sum(nested_comprehensions(module) for module in modules)
    conditionals = sum(len(conditionals_of(module)) for module in modules)
    chained = sum(chained_conditionals(module) for module in modules)
    return {
        "comprehensions per 1,000 statements": per(comprehensions, statements, 1000),
        "nested comprehensions": f"{nested}",
        "nested comprehensions per 1,000 statements": per(nested, statements, 1000),
        "conditional expressions per 1,000 statements": per(conditionals, statements, 1000),
        "chained conditional expressions": f"{chained}",
        "chained conditional expressions per 1,000 statements": per(chained, statements, 1000),
    }


def import_rows(modules: Sequence[Module]) -> dict[str, str]:
    """Count modules and how they import each other."""
    imports = imports_of(modules)
    return {
        "modules": f"{len(modules)}",
        "longest import chain, modules": f"{len(longest_chain(imports))}",
        "the same with imports in functions": f"{len(longest_chain(imports_of(modules, in_functions=True)))}",
        "modules in an import cycle": f"{sum(len(cycle) > 1 for cycle in cycles_of(imports).values())}",
    }


def counts(modules: Sequence[Module]) -> dict[str, str]:
    """Return all rows of the table for one code base, as printed."""
    return {**line_rows(modules), **function_rows(modules), **expression_rows(modules), **import_rows(modules)}


def table(bases: dict[str, list[Path]]) -> str:
    """Return a Markdown table with a row for each count and a column for each code base."""
    columns = {name: counts(read_modules(folders)) for name, folders in bases.items()}
    rows = [["", *columns], ["---", *("---:" for _ in columns)]]
    for label in next(iter(columns.values())):
        rows.append([label, *(column[label] for column in columns.values())])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print counts that bear on readability, as a Markdown table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.readability", description=main.__doc__)
    parser.add_argument("bases", nargs="*", metavar="NAME=PATH[,PATH]", help="default: the core of this project")
    bases: dict[str, list[Path]] = {}
    for argument in parser.parse_args(arguments).bases:
        name, equals, folders = argument.partition("=")
        if not equals:
            parser.error(f"found {argument}, expected NAME=PATH, such as httpx=../httpx/httpx")
        bases[name] = [Path(folder) for folder in folders.split(",")]
    print(table(bases or {"Tidebook": CORE}))


if __name__ == "__main__":
    main()
