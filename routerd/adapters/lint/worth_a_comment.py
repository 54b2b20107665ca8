"""Which findings of ruff are worth a comment where the project did not select their rule itself.

A rule that is right in one case of many is right where the code around it says so: a shared default that the body
changes, an error that is swallowed without a word.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from routerd.domain.document import Document
from routerd.domain.finding import Finding
from routerd.domain.python_tree import python_tree

_CHANGING = frozenset(
    "append add clear extend insert pop popitem remove discard update setdefault sort".split()  # noqa: SIM905
)
_READ = (ast.Call, ast.Await, ast.Yield, ast.Subscript, ast.Attribute, ast.BinOp)
_ELSEWHERE = re.compile("__path__|basestring|cmp|execfile|file|long|raw_input|reduce|reload|unichr|unicode|xrange")
_ENDING = frozenset(("close", "flush", "kill", "terminate", "unlink", "rmtree", "remove", "shutdown", "cancel"))


@dataclass(frozen=True)
class Reviewed:
    """A document that findings are about."""

    document: Document

    def worth(self, finding: Finding) -> bool:
        """Whether the finding is; of rules without a doubt always."""
        doubt = _DOUBTS.get(finding.rule or "")
        return doubt is None or doubt(self, finding)

    @cached_property
    def nodes(self) -> tuple[ast.AST, ...]:
        """All nodes; empty if the document does not parse."""
        tree = python_tree(self.document.text.string)
        return tuple(ast.walk(tree)) if tree else ()

    def around(self, finding: Finding) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda]:
        """The functions around a finding, the innermost last."""
        line = finding.span.start.line + 1
        functions = (n for n in self.nodes if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda))
        yield from (node for node in functions if node.lineno <= line <= (node.end_lineno or node.lineno))


def _changes_default(code: Reviewed, finding: Finding) -> bool:
    """Whether the body changes the parameter with this default, or hands it out."""
    for function in code.around(finding):
        arguments = function.args
        positional = [*arguments.posonlyargs, *arguments.args]
        pairs = [
            *zip(positional[::-1], arguments.defaults[::-1], strict=False),
            *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
        ]
        at = finding.span.start
        names = [a.arg for a, d in pairs if d and _literal(d) and (d.lineno - 1, d.col_offset) == (at.line, at.column)]
        if names:
            # Kept between calls on purpose.
            deliberate = names[0].startswith("_") or "cache" in names[0] or "memo" in names[0]
            return not deliberate and any(_changed(node, names[0]) for node in ast.walk(function))
    return False


def _literal(default: ast.expr) -> bool:
    """Whether a default depends on nothing; one that holds a variable binds it on purpose."""
    return not any(isinstance(node, ast.Name) for node in ast.walk(default))


def _changed(node: ast.AST, name: str) -> bool:
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=method)):
            return owner == name and method in _CHANGING
        case ast.Subscript(value=ast.Name(id=owner), ctx=ast.Store() | ast.Del()):
            return owner == name
        case ast.AugAssign(target=ast.Name(id=owner)) | ast.Return(value=ast.Name(id=owner)):
            return owner == name
        case ast.Assign(targets=[ast.Attribute()], value=ast.Name(id=owner)):
            return owner == name
        case _:
            return False


def _unexplained(code: Reviewed, finding: Finding) -> bool:
    """Whether an error is swallowed without a word: no comment, no call that deals with it, none of it raised again.

    What is closed or flushed at the end may fail.
    """
    for node in (one for one in code.nodes if isinstance(one, ast.Try)):
        for handler in node.handlers:
            if handler.lineno == finding.span.start.line + 1:
                lines = range(max(node.lineno - 3, 0), handler.end_lineno or handler.lineno)
                told = any("#" in code.document.text.bare(line) for line in lines)
                raised = any(isinstance(one, ast.Raise) for other in node.handlers for one in other.body)
                dealt = any(isinstance(one, ast.Call) for part in handler.body for one in ast.walk(part))
                return not (told or raised or dealt or _ends(node.body))
    return False


def _ends(body: list[ast.stmt]) -> bool:
    """Whether a block only ends the use of something."""
    calls = [s.value.func for s in body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call)]
    return len(calls) == len(body) and all(isinstance(f, ast.Attribute) and f.attr in _ENDING for f in calls)


def _declared(code: Reviewed, finding: Finding) -> bool:
    """Whether the names of the module are those that it shows: none is made, deleted or looked up by a call.

    A name of Python 2 stands where only that version comes, and a package has its path.
    """
    if _ELSEWHERE.fullmatch(code.document.text.slice(finding.span)):
        return False
    made = ("globals", "exec", "vars", "locals", "setattr")
    calls = (n.func.id for n in code.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    deleted = any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del) for n in code.nodes)
    lazy = any(isinstance(n, ast.FunctionDef) and n.name == "__getattr__" for n in code.nodes)
    lazy = lazy or "global_enum" in code.document.text.string
    return not deleted and not lazy and not any(call in made for call in calls)


def _left_over(code: Reviewed, finding: Finding) -> bool:
    """Whether a local that is not used is a leftover: the name of an error, or of a value that is there without it.

    A call is made for its effect; a value that is read from something may be kept alive or be a probe; a comment that
    repeats the name may say why.
    """
    line, name = finding.span.start.line + 1, code.document.text.slice(finding.span)
    unused = name.startswith(("dummy", "unused", "ignore", "junk"))
    if unused or any("#" in one and name in one.partition("#")[2] for one in code.document.text.bare_lines()):
        return False
    handlers = (node for node in code.nodes if isinstance(node, ast.ExceptHandler) and node.name)
    assigned = (node for node in code.nodes if isinstance(node, ast.Assign) and node.lineno == line)
    return any(node.lineno == line for node in handlers) or any(
        isinstance(node.targets[-1], ast.Name) and not any(isinstance(one, _READ) for one in ast.walk(node.value))
        for node in assigned
    )


_DOUBTS: Mapping[str, Callable[[Reviewed, Finding], bool]] = {
    "B006": _changes_default,
    "E722": _unexplained,
    "F821": _declared,
    "F822": lambda code, finding: not code.document.uri.endswith("/__init__.py") and _declared(code, finding),
    "F841": _left_over,
    "RUF006": lambda code, finding: "=" not in code.document.text.bare(finding.span.start.line).partition("(")[0],
}
