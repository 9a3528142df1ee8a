"""Python files as the house tests read them: parsed, and every name followed back to where it comes from."""

import ast
import builtins
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path, PurePosixPath

HOUSE = Path(__file__).parents[2]
CODE = ("app.py", "partnerdir")

Function = ast.FunctionDef | ast.AsyncFunctionDef
INNER = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)


@dataclass(frozen=True)
class Import:
    """One name brought in, whole (partnerdir.funding.models.Fund), and where in the file that is said."""

    name: str
    line: int
    is_inside: bool
    is_for_types_only: bool


@dataclass(frozen=True)
class Use:
    """One mention of a name, followed back through imports, `getattr` and other names given to it."""

    name: str
    line: int
    node: ast.AST


@dataclass(frozen=True)
class Source:
    """One Python file: its path below the house's root, as `partnerdir/clock.py`, and what is in it."""

    path: str
    text: str

    @cached_property
    def tree(self) -> ast.Module:
        """The file as Python parses it."""
        return ast.parse(self.text, filename=self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        """Everything in the file, flat."""
        return list(ast.walk(self.tree))

    @cached_property
    def module(self) -> str:
        """The name it is imported by."""
        parts = PurePosixPath(self.path).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def stem(self) -> str:
        """The file's name without its ending."""
        return PurePosixPath(self.path).stem

    def at(self, line: int) -> str:
        """Where a finding is: `partnerdir/clock.py line 3`."""
        return f"{self.path} line {line}"

    @cached_property
    def origins(self) -> dict[str, str]:
        """Where each name that this file imports, or calls by another name, comes from."""
        origins: dict[str, str] = {}
        for node in self.nodes:
            for written, whole in _brought_in(node, self):
                origins[written or whole.partition(".")[0]] = whole if written else whole.partition(".")[0]
        for node in self.nodes:
            for name, value in _given_names(node):
                whole = _whole_name(value, origins)
                if whole.partition(".")[0] not in ("here", "builtins") and "()" not in whole:
                    origins.setdefault(name, whole)
        return origins

    def whole_name(self, node: ast.AST) -> str:
        """`dt.now` as `datetime.datetime.now`; names of this file begin with `here.`, Python's own with `builtins.`."""
        return _whole_name(node, self.origins)

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, wherever in the file."""
        return [
            Import(whole, getattr(node, "lineno", 0), is_inside, is_for_types)
            for node, is_inside, is_for_types in self._walk_placed(self.tree)
            for _, whole in _brought_in(node, self)
        ]

    @cached_property
    def uses(self) -> list[Use]:
        """Every mention of a name, imports included."""
        mentioned = [Use(brought.name, brought.line, self.tree) for brought in self.imports]
        for node in self.nodes:
            if isinstance(node, ast.Name | ast.Attribute) or _is_getattr(node):
                mentioned.append(Use(self.whole_name(node), node.lineno, node))  # type: ignore[attr-defined]  # these have lines
        return mentioned

    @cached_property
    def strings(self) -> list[tuple[str, int]]:
        """Every piece of text in the code, with its line; docstrings are not code."""
        docstrings = {id(node.body[0].value) for node in self._documented() if isinstance(node.body[0], ast.Expr)}
        return [
            (node.value, node.lineno)
            for node in self.nodes
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings
        ]

    def _documented(self) -> Iterator[ast.Module | ast.ClassDef | Function]:
        for node in self.nodes:
            if isinstance(node, ast.Module | ast.ClassDef | Function) and node.body and ast.get_docstring(node) is not None:
                yield node

    def _walk_placed(
        self, node: ast.AST, is_inside: bool = False, is_for_types: bool = False
    ) -> Iterator[tuple[ast.AST, bool, bool]]:
        for child in ast.iter_child_nodes(node):
            inside = is_inside or isinstance(child, INNER)
            for_types = is_for_types or (isinstance(child, ast.If) and self._asks_for_types(child.test))
            yield child, inside, for_types
            yield from self._walk_placed(child, inside, for_types)

    def _asks_for_types(self, test: ast.expr) -> bool:
        return any(self.whole_name(part).endswith("TYPE_CHECKING") for part in ast.walk(test))


OTHERS = "node_modules"  # tools that npm put there


def list_sources(root: Path, *places: str) -> list[Source]:
    """The Python files at these places below the root, in order of path."""
    found = []
    for place in places or CODE:
        start = root / place
        found += [start] if start.is_file() else sorted(path for path in start.rglob("*.py") if OTHERS not in path.parts)
    return [_source(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in found]


def list_functions(source: Source) -> list[tuple[Function, ast.ClassDef | None]]:
    """Every function of a file, at any depth, with the class that it is a method of."""
    owners = {id(part): node for node in source.nodes if isinstance(node, ast.ClassDef) for part in node.body}
    return [(node, owners.get(id(node))) for node in source.nodes if isinstance(node, Function)]


@cache
def _source(path: str, text: str) -> Source:
    return Source(path, text)  # the same file is asked about by every rule; it is parsed once


def _brought_in(node: ast.AST, source: Source) -> Iterator[tuple[str | None, str]]:
    """What an import statement brings: (the name it is written by, the whole name)."""
    if isinstance(node, ast.Import):
        yield from ((alias.asname, alias.name) for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        parts = source.module.split(".") if source.stem == "__init__" else source.module.split(".")[:-1]
        near = parts[: len(parts) - node.level + 1] if node.level else []
        start = ".".join([*near, *([node.module] if node.module else [])])
        yield from ((alias.asname or alias.name, f"{start}.{alias.name}") for alias in node.names)


def _given_names(node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    if isinstance(node, ast.Assign):
        yield from ((target.id, node.value) for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign | ast.NamedExpr) and isinstance(node.target, ast.Name) and node.value:
        yield node.target.id, node.value


def _is_getattr(node: ast.AST) -> bool:
    return (
        isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "getattr"
        and len(node.args) > 1
        and isinstance(node.args[1], ast.Constant)
    )


def _whole_name(node: ast.AST, origins: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return origins.get(node.id) or f"{'builtins' if hasattr(builtins, node.id) else 'here'}.{node.id}"
    if isinstance(node, ast.Attribute):
        return f"{_whole_name(node.value, origins)}.{node.attr}"
    if isinstance(node, ast.Call) and _is_getattr(node):
        return f"{_whole_name(node.args[0], origins)}.{ast.literal_eval(node.args[1])}"
    if isinstance(node, ast.Call):
        return f"{_whole_name(node.func, origins)}()"
    if isinstance(node, ast.Subscript):
        return f"{_whole_name(node.value, origins)}[]"
    return "here.?"
