"""Which findings of ruff are worth a comment where the project did not select their rule itself.

A rule that is right in one case of many is right where the code around it says so: a shared default that the body
changes, an error that is swallowed without a word, a file that nothing closes.
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
    (
        "append",
        "add",
        "clear",
        "extend",
        "insert",
        "pop",
        "popitem",
        "remove",
        "discard",
        "update",
        "setdefault",
        "sort",
    )
)
_ENDING = frozenset(("close", "flush", "kill", "terminate", "unlink", "rmtree", "remove", "shutdown", "cancel"))
_SHELLS = frozenset(("run", "call", "check_call", "check_output", "Popen", "system", "popen", "getoutput"))
_SQL_VALUE = re.compile(r"""(?:[=<>]|\blike|\bvalues\s*\(|\bin\s*\()\s*['"]*\s*(?:\{|%s|\+)""", re.I)
"""A value that is put into a statement, where a name of a table or column cannot be bound."""
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


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

    def line(self, finding: Finding) -> str:
        """The first line of the finding, without its indent."""
        return self.document.text.bare(finding.span.start.line).strip()

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
            return any(_changed(node, names[0]) for node in ast.walk(function))
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


def _never_closed(code: Reviewed, finding: Finding) -> bool:
    """Whether a built-in ``open`` is used on the spot, or bound to a local that is neither closed nor handed on."""
    at = (finding.span.start.line + 1, finding.span.start.column)
    for function in list(code.around(finding))[-1:]:
        nodes = list(ast.walk(function))
        for node in nodes:
            match node:
                case ast.Attribute(value=ast.Call(func=ast.Name(id="open")) as call) if _at(call) == at:
                    return True
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="open")) as call):
                    if _at(call) == at:
                        return not any(_leaves(other, name) for other in nodes if other is not node)
    return False


def _at(node: ast.expr) -> tuple[int, int]:
    return node.lineno, node.col_offset


def _leaves(node: ast.AST, name: str) -> bool:
    """Whether a use of a local is anything but a method call or a loop over it."""
    inner = list(ast.iter_child_nodes(node))
    used = any(isinstance(one, ast.Name) and one.id == name for one in inner)
    if isinstance(node, ast.Attribute):
        return used and node.attr in ("close", "__exit__")
    return used and not isinstance(node, ast.For | ast.comprehension)


def _not_handed_on(code: Reviewed, finding: Finding) -> bool:
    """Whether an import is neither a package's own surface, nor one of a private module, nor for its effect.

    A name that a comment or a text repeats may be used there, as in comments with types.
    """
    line, text, uri = finding.span.start.line + 1, code.document.text, code.document.uri
    name = text.slice(finding.span).rpartition(" ")[2].rpartition(".")[2]
    named = re.findall(rf"\b{re.escape(name)}\b", text.string)
    if uri.endswith(("/__init__.py", ".pyi")) or len(named) > 1:
        return False
    for node in code.nodes:
        if isinstance(node, ast.Name) and node.id == "__all__":
            return False
        if isinstance(node, ast.Try) and node.lineno <= line <= (node.end_lineno or line):
            return False
        if isinstance(node, ast.Import | ast.ImportFrom) and node.lineno <= line <= (node.end_lineno or line):
            module = node.module if isinstance(node, ast.ImportFrom) else node.names[0].name
            relative = isinstance(node, ast.ImportFrom) and node.level > 0
            effect = isinstance(node, ast.Import) and "." in (module or "")
            if relative or effect or (module or "").startswith("_"):
                return False
    return True


def _declared(code: Reviewed, finding: Finding) -> bool:
    """Whether the names of the module are those that it shows: none is made, deleted or looked up by a call."""
    made = ("globals", "exec", "vars", "locals", "setattr")
    calls = (n.func.id for n in code.nodes if isinstance(n, ast.Call) and isinstance(n.func, ast.Name))
    deleted = any(isinstance(n, ast.Name) and isinstance(n.ctx, ast.Del) for n in code.nodes)
    lazy = any(isinstance(n, ast.FunctionDef) and n.name == "__getattr__" for n in code.nodes)
    lazy = lazy or "global_enum" in code.document.text.string
    return not deleted and not lazy and not any(call in made for call in calls)


def _declared_twice(code: Reviewed, finding: Finding) -> bool:
    """Whether two declarations of the name stand in the same block, so that the first one never counts."""
    name = code.document.text.slice(finding.span)
    for node in code.nodes:
        for block in (getattr(node, "body", None), getattr(node, "orelse", None)):
            declared = [s for s in block if getattr(s, "name", "") == name] if isinstance(block, list) else []
            if len(declared) > 1 and any(s.lineno <= finding.span.start.line + 1 <= s.body[0].lineno for s in declared):
                return True
    return False


def _no_probe(code: Reviewed, finding: Finding) -> bool:
    """Whether a local that is not used is more than what the end of a ``try`` was tried for, and not so named."""
    line = finding.span.start.line + 1
    if code.document.text.slice(finding.span).startswith(("dummy", "unused", "ignore", "junk")):
        return False
    tries = (node for node in code.nodes if isinstance(node, ast.Try) and node.handlers)
    return not any(node.body[-1].lineno == line for node in tries)


def _computes(code: Reviewed, finding: Finding) -> bool:
    """Whether an expression that stands alone computes something; a name or an attribute may be read for its effect."""
    line = finding.span.start.line + 1
    alone = (node.value for node in code.nodes if isinstance(node, ast.Expr) and node.lineno == line)
    on_purpose = "/ 0" in code.line(finding) or not _no_probe(code, finding)
    return not on_purpose and any(not isinstance(value, ast.Name | ast.Attribute) for value in alone)


def _calls(code: Reviewed, finding: Finding, names: frozenset[str]) -> list[ast.Call]:
    """The calls of such functions around the finding."""
    line = finding.span.start.line + 1
    calls = (n for n in code.nodes if isinstance(n, ast.Call) and n.lineno <= line <= (n.end_lineno or line) and n.args)
    return [c for c in calls if (getattr(c.func, "attr", None) or getattr(c.func, "id", None)) in names]


def _puts_together(code: Reviewed, finding: Finding) -> bool:
    """Whether a command of a shell is put together in the call itself."""
    return any(_formatted(call.args[0]) for call in _calls(code, finding, _SHELLS))


def _formatted(text: ast.expr) -> bool:
    formats = isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute) and text.func.attr == "format"
    return formats or isinstance(text, ast.JoinedStr | ast.BinOp)


def _of_data(code: Reviewed, finding: Finding) -> bool:
    """Whether ``eval`` gets what a call returns, and no names of its own to choose from."""
    calls = _calls(code, finding, frozenset(("eval",)))
    return any(len(call.args) + len(call.keywords) == 1 and isinstance(call.args[0], ast.Call) for call in calls)


def _in_order(code: Reviewed, finding: Finding) -> bool:
    """Whether a value is compared with itself by order; by ``==`` it may be a test for NaN."""
    line = finding.span.start.line + 1
    compares = (node for node in code.nodes if isinstance(node, ast.Compare) and node.lineno == line)
    same = (node for node in compares if ast.dump(node.left) == ast.dump(node.comparators[0]))
    return any(isinstance(node.ops[0], _ORDERED) for node in same)


_DOUBTS: Mapping[str, Callable[[Reviewed, Finding], bool]] = {
    "B006": _changes_default,
    "B015": _computes,
    "B018": _computes,
    "B023": lambda code, finding: "lambda" in code.line(finding) and "append(" in code.line(finding),
    "E722": _unexplained,
    "F401": _not_handed_on,
    "F811": _declared_twice,
    "F821": _declared,
    "F822": _declared,
    "F841": _no_probe,
    "PLR0124": _in_order,
    "PLW0127": lambda code, finding: bool(list(code.around(finding))),
    "PLW1510": lambda code, finding: code.line(finding).startswith("subprocess."),
    "S307": _of_data,
    "S602": _puts_together,
    "S605": _puts_together,
    "S608": lambda code, finding: _SQL_VALUE.search(code.line(finding)) is not None,
    "SIM115": _never_closed,
}
