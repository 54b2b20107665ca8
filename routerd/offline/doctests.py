"""Converts doctests to assertions: the examples of a docstring with their expected output."""

from __future__ import annotations

import ast
import builtins
import textwrap
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from routerd.domain.python_tree import python_tree
from routerd.offline.module import misleading
from routerd.offline.source import dotted


class UnfitError(Exception):
    """The example cannot be converted to an assertion; the text continues ``the example of f``."""


@dataclass(slots=True)
class DoctestExample:
    """The body of a test, and the names it needs."""

    lines: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)
    """Names to import from the module under test."""
    captures: bool = False


def example_of(docstring: str, bound: Mapping[str, int], prints: bool) -> DoctestExample | None:
    """The examples of one docstring as a test body; ``None`` without examples. Raises UnfitError.

    ``bound`` counts the bindings of the module's names; ``prints`` says whether the module may print.
    """
    import doctest  # noqa: PLC0415 - costs a debugger and a test runner, so not at the start of the daemon

    try:
        shown = doctest.DocTestParser().get_examples(docstring)
    except ValueError as fault:
        raise UnfitError("is not laid out as a doctest") from fault
    if not shown:
        return None
    example = DoctestExample()
    known: set[str] = set()
    # Modules that an example imports may print as well.
    prints = prints or any("import" in one.source for one in shown)
    for one in shown:
        tree = python_tree(one.source)
        if one.options or tree is None or "<BLANKLINE>" in one.want:
            raise UnfitError("uses doctest options or does not parse")
        example.imports |= _needed(tree, known, bound)
        code = _code(tree, one.source)
        if one.exc_msg is not None:
            example.lines += [f"with pytest.raises({_error(one.exc_msg)}):", textwrap.indent(code, "    ")]
        elif one.want:
            example.lines += _asserted(tree, code, one.want, prints, example)
        else:
            example.lines.append(code)
    if not any("assert " in line or "pytest.raises" in line for line in example.lines):
        raise UnfitError("promises no output")
    _check("\n".join(example.lines))
    return example


def _asserted(tree: ast.Module, code: str, want: str, prints: bool, example: DoctestExample) -> list[str]:
    only = tree.body[0] if len(tree.body) == 1 else None
    if not isinstance(only, ast.Expr):
        if "print(" not in code or any(isinstance(n, ast.Expr) and dotted(n.value) != "print" for n in ast.walk(tree)):
            raise UnfitError("shows values in a way that only the prompt does")
        example.captures = True
        return [code, f"assert capsys.readouterr().out == {want!r}"]
    value = ast.unparse(only.value)
    if dotted(only.value) == "print":
        example.captures = True
        return [value, f"assert capsys.readouterr().out == {want!r}"]
    wanted = want.removesuffix("\n")
    if prints or (not _literal(wanted) and isinstance(only.value, ast.Call)):
        example.captures = True
        return [
            f"shown = {value}",
            'shown = "" if shown is None else f"{shown!r}\\n"',
            f"assert capsys.readouterr().out + shown == {want!r}",
        ]
    if wanted in ("True", "False", "None"):
        return [f"assert ({value}) is {wanted}" if _loose(only.value) else f"assert {value} is {wanted}"]
    return [f"assert {_operand(only.value)} == {wanted}" if _literal(wanted) else f"assert repr({value}) == {wanted!r}"]


def _literal(wanted: str) -> bool:
    """Whether the output is a literal that evaluates to itself."""
    try:
        return repr(ast.literal_eval(wanted)) == wanted
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return False


def _loose(node: ast.expr) -> bool:
    """Whether the expression needs parentheses in a comparison."""
    return isinstance(node, ast.Compare | ast.BoolOp | ast.IfExp | ast.Lambda | ast.NamedExpr | ast.UnaryOp)


def _operand(node: ast.expr) -> str:
    return f"({ast.unparse(node)})" if _loose(node) else ast.unparse(node)


def _error(message: str) -> str:
    name = message.partition(":")[0].strip().rpartition(".")[2]
    kind = getattr(builtins, name, None)
    if not (isinstance(kind, type) and issubclass(kind, BaseException)):
        raise UnfitError("raises an error of the project's own")
    return name


def _needed(tree: ast.Module, known: set[str], bound: Mapping[str, int]) -> set[str]:
    """Names that a step uses from the module; adds those that it binds itself to ``known``."""
    loads = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)}
    made = set(_made(ast.walk(tree)))
    needed: set[str] = set()
    for name in loads - known - made:
        if name in bound and not name.startswith("__"):
            if hasattr(builtins, name) or misleading(name) or name in ("capsys", "shown"):
                raise UnfitError(f"needs `{name}`, whose name means something else in a test")
            needed.add(name)
        elif not hasattr(builtins, name) or name in ("exit", "quit", "input", "_"):
            raise UnfitError(f"needs `{name}`, which the module does not declare")
    if made & set(bound) & loads - known:
        raise UnfitError("binds a name of the module anew")
    known |= made
    return needed


def _made(nodes: Iterable[ast.AST]) -> Iterable[str]:
    for node in nodes:
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            yield node.name


def _code(tree: ast.Module, source: str) -> str:
    """The step as written, unless indenting would change a multi-line string."""
    strings = (n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str))
    return ast.unparse(tree) if any("\n" in string for string in strings) else source.rstrip("\n")


def _check(body: str) -> None:
    """Raises UnfitError if the steps are not valid in a function, such as ``import *`` and ``await``."""
    try:
        compile("def test():\n" + textwrap.indent(body, "    "), "<example>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError) as fault:
        raise UnfitError("cannot stand in a function") from fault
