"""Checks of a Python syntax tree for what ruff's stable rules do not find: faults that are certain, or nearly so."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

from routerd.domain.finding import Severity
from routerd.offline.source import Function, dotted, own, short

Fault = tuple[ast.AST, Severity, str, str]
"""Where, how severe, the rule, and the message."""
_LEAVES = (ast.Return, ast.Raise, ast.Break, ast.Continue)
_CHANGES = frozenset(("add", "clear", "insert", "pop", "popitem", "remove", "discard"))
"""Without ``append`` and ``extend``, by which a loop may find more to do."""
_IN_PLACE = frozenset(("append", "extend", "insert", "reverse", "sort"))
"""Methods of lists that return None."""
_PURE = frozenset(("abs", "enumerate", "isinstance", "len", "range", "reversed", "round", "sorted", "sum", "zip"))


def faults_of(body: Sequence[ast.stmt]) -> list[Fault]:
    """The faults in a list of statements, unordered, each once."""
    found = {(getattr(fault[0], "lineno", 0), fault[2]): fault for fault in _faults(body)}
    return list(found.values())


def _faults(body: Sequence[ast.stmt]) -> Iterator[Fault]:
    nodes = [node for statement in body for node in ast.walk(statement)]
    yield from _lost_coroutines(nodes)
    yield from _wrong_arguments(body, nodes)
    for node in nodes:
        for check in _CHECKS:
            yield from check(node)


def _lost_coroutines(nodes: list[ast.AST]) -> Iterator[Fault]:
    """Calls of this file's own asynchronous functions as statements, unless a plain function has the same name."""
    kinds: dict[str, set[bool]] = {}
    for node in nodes:
        for inner in ast.iter_child_nodes(node):
            if isinstance(inner, Function):
                name = f"self.{inner.name}" if isinstance(node, ast.ClassDef) else inner.name
                kinds.setdefault(name, set()).add(isinstance(inner, ast.AsyncFunctionDef))
    for node in nodes:
        kinds.setdefault(getattr(node, "name", ""), set()).add(isinstance(node, ast.AsyncFunctionDef))
    for node in nodes:
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and kinds.get(dotted(node.value)) == {True}:
            message = f"`{dotted(node.value)}` is asynchronous: without `await` this call never runs."
            yield node, Severity.ERROR, "missing-await", message


def _wrong_arguments(body: Sequence[ast.stmt], nodes: list[ast.AST]) -> Iterator[Fault]:
    """Calls of this file's own functions with too many or too few arguments."""
    bound = Counter(n.id for n in nodes if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load))
    bound.update(n.arg for n in nodes if isinstance(n, ast.arg))
    bound.update(n.name for n in nodes if isinstance(n, Function | ast.ClassDef))
    bound.update((a.asname or a.name) for n in nodes if isinstance(n, ast.Import | ast.ImportFrom) for a in n.names)
    functions = {
        s.name: s.args for s in body if isinstance(s, Function) and bound[s.name] == 1 and not s.decorator_list
    }
    for node in nodes:
        name = node.func.id if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) else ""
        if isinstance(node, ast.Call) and name in functions:
            fault = _fault_of_call(node, functions[name])
            if fault:
                yield node, Severity.ERROR, "wrong-arguments", f"`{name}` {fault}: this raises TypeError."


def _fault_of_call(call: ast.Call, declared: ast.arguments) -> str:
    if any(isinstance(a, ast.Starred) for a in call.args) or any(k.arg is None for k in call.keywords):
        return ""
    positional = [a.arg for a in (*declared.posonlyargs, *declared.args)]
    keywords = {k.arg for k in call.keywords}
    if len(call.args) > len(positional) and not declared.vararg:
        return f"takes at most {len(positional)} positional arguments, and gets {len(call.args)}"
    unknown = keywords - {a.arg for a in (*declared.args, *declared.kwonlyargs)}
    if unknown and not declared.kwarg:
        return f"has no parameter `{min(filter(None, unknown))}`"
    needed = positional[len(call.args) : len(positional) - len(declared.defaults)]
    needed += [a.arg for a, d in zip(declared.kwonlyargs, declared.kw_defaults, strict=True) if d is None]
    missing = [name for name in needed if name not in keywords]
    return f"needs an argument for `{missing[0]}`" if missing else ""


def _unreachable(node: ast.AST) -> Iterator[Fault]:
    """Statements after one that always leaves the block."""
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        for before, after in pairwise(statements if isinstance(statements, list) else ()):
            # A yield that is never reached makes a generator on purpose; a break may stand after each case of a switch.
            on_purpose = isinstance(after, ast.Break) or (
                isinstance(after, ast.Expr) and isinstance(after.value, ast.Yield)
            )
            if isinstance(before, _LEAVES) and not on_purpose:
                message = f"This is never reached: the `{type(before).__name__.lower()}` above always leaves."
                yield after, Severity.WARNING, "unreachable", message
                break


def _returned_too_early(node: ast.AST) -> Iterator[Fault]:
    """A loop that adds something up and returns it in its first round."""
    if not isinstance(node, ast.For | ast.AsyncFor) or not isinstance(node.body[-1], ast.Return):
        return
    last = node.body[-1]
    sums = {dotted(s.target) for s in node.body if isinstance(s, ast.AugAssign)}
    goes_on = any(isinstance(n, ast.Continue) for n in own(node))
    if not goes_on and any(isinstance(n, ast.Name) and n.id in sums for n in ast.walk(last)):
        yield last, Severity.WARNING, "returned-too-early", "This returns in the first round of the loop."


def _changed_in_loop(node: ast.AST) -> Iterator[Fault]:
    """A loop that changes the size of what it iterates over, and goes on."""
    if not isinstance(node, ast.For | ast.AsyncFor):
        return
    source = node.iter
    if isinstance(source, ast.Call) and isinstance(source.func, ast.Attribute) and not source.args:
        source = source.func.value if source.func.attr in ("keys", "values", "items") else source
    # What runs over ``self`` decides itself what it runs over.
    name = (
        dotted(source).removeprefix("self") and dotted(source) if isinstance(source, ast.Name | ast.Attribute) else ""
    )
    found = (getattr(inner, field, None) for inner in ast.walk(node) for field in ("body", "orelse"))
    for block in [block for block in found if isinstance(block, list) and name]:
        for at, one in enumerate(block):
            if _changes(one, name) and not any(isinstance(later, _LEAVES) for later in block[at:]):
                message = f"`{name}` is changed while the loop runs over it: loop over a copy."
                yield one, Severity.WARNING, "changed-in-loop", message


def _changes(statement: ast.stmt, name: str) -> bool:
    if isinstance(statement, ast.Delete):
        return any(isinstance(t, ast.Subscript) and dotted(t.value) == name for t in statement.targets)
    call = statement.value if isinstance(statement, ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)):
        return False
    return call.func.attr in _CHANGES and dotted(call.func.value) == name


def _stuck(node: ast.AST) -> Iterator[Fault]:
    """A loop while one local is less than another or a number, that changes neither and that nothing leaves."""
    test = node.test if isinstance(node, ast.While) else None
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Lt | ast.LtE | ast.Gt | ast.GtE):
        return
    parts = [part for part in ast.walk(test) if isinstance(part, ast.expr)]
    names = {part.id for part in parts if isinstance(part, ast.Name)}
    inner = [n for statement in getattr(node, "body", ()) for n in ast.walk(statement)]
    left = any(isinstance(n, ast.Return | ast.Raise | ast.Break | ast.Yield | ast.YieldFrom | ast.Await) for n in inner)
    changed = {n.id for n in inner if isinstance(n, ast.Name) and not isinstance(n.ctx, ast.Load)}
    plain = all(isinstance(part, ast.Name | ast.Constant | ast.Compare | ast.BinOp) for part in parts)
    if plain and names and not left and not names & changed:
        message = f"Nothing in the loop changes `{short(test)}`: once it is true, the loop never ends."
        yield test, Severity.WARNING, "endless-loop", message


def _same_test(node: ast.AST) -> Iterator[Fault]:
    """A branch that is never taken, as the one before it has the same test."""
    if not isinstance(node, ast.If) or any(isinstance(n, ast.Call | ast.NamedExpr) for n in ast.walk(node.test)):
        return
    first, below = ast.dump(node.test), node.orelse
    while len(below) == 1 and isinstance(below[0], ast.If):
        if ast.dump(below[0].test) == first:
            message = "This branch is never taken: the same test stands above."
            yield below[0], Severity.WARNING, "same-test", message
            return
        below = below[0].orelse


def _handlers(node: ast.AST) -> Iterator[Fault]:
    """A handler of an error by name below one for every Exception."""
    wide = False
    for handler in node.handlers if isinstance(node, ast.Try) else ():
        kind = dotted(handler.type)
        if wide and kind.endswith("Error"):
            message = f"This is never reached: `except Exception` above catches `{kind}` too."
            yield handler, Severity.WARNING, "unreachable-handler", message
        wide = wide or kind == "Exception"


def _lost_result(node: ast.AST) -> Iterator[Fault]:
    """A call for its result alone, which is thrown away; and a list that is replaced by the None of its method.

    In a ``try`` such a call may be a test.
    """
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.For | ast.While | ast.If | ast.With):
        for one in node.body:
            value = one.value if isinstance(one, ast.Expr) else None
            if isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id in _PURE:
                yield one, Severity.WARNING, "lost-result", f"The result of `{value.func.id}` is not used."
    match node:
        case ast.Assign(targets=[target], value=ast.Call(func=ast.Attribute(value=owner, attr=name))):
            if name in _IN_PLACE and dotted(target) and dotted(target) == dotted(owner):
                message = f"`{name}` changes the list and returns `None`, which replaces the list here."
                yield node, Severity.WARNING, "lost-result", message


def _wrong_index(node: ast.AST) -> Iterator[Fault]:
    """An index that is a float, and the index that is one behind the last."""
    index = node.slice if isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Load) else None
    if isinstance(node, ast.Call) and dotted(node.func) == "range" and node.args:
        index = node.args[-1]
    match index:
        case ast.BinOp(op=ast.Div(), left=ast.Call(func=ast.Name(id="len"))):
            message = "`/` gives a float, which is no index: use `//`."
            yield node, Severity.ERROR, "float-index", message
        case ast.Call(func=ast.Name(id="len"), args=[counted]) if isinstance(node, ast.Subscript):
            if dotted(counted) and dotted(counted) == dotted(node.value):
                message = f"The last index is `len({dotted(counted)}) - 1`: this raises IndexError."
                yield node, Severity.ERROR, "index-past-end", message


def _text_and_number(node: ast.AST) -> Iterator[Fault]:
    """``"n: " + len(x)``."""
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        sides = [_text(node.left) + 2 * _number(node.left), _text(node.right) + 2 * _number(node.right)]
        if sorted(sides) == [1, 2]:
            yield node, Severity.ERROR, "text-and-number", "A text and a number cannot be added: this raises TypeError."


def _text(node: ast.expr) -> bool:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        return _text(node.left) or _text(node.right)
    return isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))


def _number(node: ast.expr) -> bool:
    counted = isinstance(node, ast.Call) and dotted(node.func) in ("len", "int", "float", "round", "sum")
    return counted or (isinstance(node, ast.Constant) and isinstance(node.value, int | float))


def _no_placeholders(node: ast.AST) -> Iterator[Fault]:
    """``raise ValueError("no {name}")``, where the function has a ``name``."""
    if not isinstance(node, Function):
        return
    names = {n.arg for n in ast.walk(node.args) if isinstance(n, ast.arg)}
    for raised in own(node):
        error = raised.exc if isinstance(raised, ast.Raise) else None
        # With a second argument the text is a template.
        for text in error.args if isinstance(error, ast.Call) and len(error.args) == 1 else ():
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                found = next((name for name in names if f"{{{name}}}" in text.value), None)
                if found:
                    message = f"`{{{found}}}` is shown as it stands: the text lacks its `f`."
                    yield text, Severity.WARNING, "missing-f", message


_CHECKS: tuple[Callable[[ast.AST], Iterator[Fault]], ...] = (
    _unreachable, _returned_too_early, _changed_in_loop, _stuck, _same_test, _handlers, _lost_result,
    _wrong_index, _text_and_number, _no_placeholders,
)  # fmt: skip
