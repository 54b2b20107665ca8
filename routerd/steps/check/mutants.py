"""Mutants: the source with one simple fault each in what is tested, of which tests that mean something find one.

The faults are those of mutation testing (Offutt et al., 1996): another result, comparison, arithmetic or logical
operator, constant or condition, and a statement that is left out.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import chain, zip_longest

from routerd.domain.python_tree import python_tree

MOST = 10
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_COMPARISONS: dict[type[ast.cmpop], ast.cmpop] = {
    ast.Eq: ast.NotEq(),
    ast.NotEq: ast.Eq(),
    ast.Lt: ast.GtE(),
    ast.LtE: ast.Gt(),
    ast.Gt: ast.LtE(),
    ast.GtE: ast.Lt(),
    ast.Is: ast.IsNot(),
    ast.IsNot: ast.Is(),
    ast.In: ast.NotIn(),
    ast.NotIn: ast.In(),
}
_ARITHMETIC: dict[type[ast.operator], ast.operator] = {
    ast.Add: ast.Sub(),
    ast.Sub: ast.Add(),
    ast.Mult: ast.FloorDiv(),
    ast.Div: ast.Mult(),
    ast.FloorDiv: ast.Mult(),
    ast.Mod: ast.Mult(),
    ast.Pow: ast.Mult(),
}


def mutants(source: str, names: frozenset[str]) -> tuple[str, ...]:
    """At most ten faulty sources, each kind of fault in turn; none where nothing can be made faulty.

    ``names``: the qualified names of the functions and classes whose tests are checked.
    """
    tree = python_tree(source)
    if tree is None or source.startswith("\ufeff"):  # behind such a mark the columns of the first line are others
        return ()
    kinds: dict[str, list[tuple[ast.AST, str]]] = {}
    for function in _functions(tree, "", names):
        for node in chain.from_iterable(map(_walked, function.body)):
            for kind, text in _faults(node):
                kinds.setdefault(kind, []).append((node, text))
    found: list[str] = []
    for node, text in filter(None, chain.from_iterable(zip_longest(*kinds.values()))):
        mutant = _replaced(source, node, text)
        if mutant != source and python_tree(mutant) is not None:
            found.append(mutant)
        if len(found) == MOST:
            break
    return tuple(found)


def _functions(node: ast.AST, prefix: str, names: frozenset[str]) -> Iterator[_Function]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _Function | ast.ClassDef):
            name = f"{prefix}{child.name}"
            meant = any(name == one or name.startswith(f"{one}.") for one in names)
            if meant and isinstance(child, _Function):
                yield child
            else:
                yield from _functions(child, f"{name}.", names)


def _walked(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a statement, the outer ones first, without annotations, documentation and format strings."""
    if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)):
        return
    yield node
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns", "decorator_list", "ctx"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST):
                    yield from _walked(child)


def _faults(node: ast.AST) -> Iterator[tuple[str, str]]:
    """What may stand for a node: the kind of fault and the text."""
    if isinstance(node, ast.stmt):
        yield from _in_statement(node)
    elif isinstance(node, ast.Constant):
        yield from _in_constant(node)
    elif isinstance(node, ast.expr):
        yield from _in_expression(node)


def _in_statement(node: ast.stmt) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Return(value=ast.expr() as value) if not _is_none(value):
            yield "result", "return None"
        case ast.Raise() | ast.AugAssign() | ast.Expr(value=ast.Call() | ast.Await()):
            yield "statement", "pass"
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript()]):
            yield "statement", "pass"
        case _:
            return


def _in_expression(node: ast.expr) -> Iterator[tuple[str, str]]:
    match node:
        case ast.Yield(value=ast.expr() as value) if not _is_none(value):
            yield "result", "(yield None)"
        case ast.Compare(ops=[op, *rest]):
            yield "comparison", _text(ast.Compare(node.left, [_COMPARISONS[type(op)], *rest], node.comparators))
        case ast.BinOp(op=op) if type(op) in _ARITHMETIC:
            yield "arithmetic", _text(ast.BinOp(node.left, _ARITHMETIC[type(op)], node.right))
        case ast.BoolOp(op=op):
            yield "logic", _text(ast.BoolOp(ast.Or() if isinstance(op, ast.And) else ast.And(), node.values))
        case ast.UnaryOp(op=ast.Not() | ast.USub()):
            yield "logic", _text(node.operand)
        case _:
            return


def _in_constant(node: ast.Constant) -> Iterator[tuple[str, str]]:
    match node.value:
        case bool() as value:
            yield "constant", str(not value)
        case int() | float() as value:
            yield "constant", f"({value + 1!r})"
        case str() as value:
            yield "constant", repr(f"{value}~")
        case _:
            return


def _is_none(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and value.value is None


def _text(node: ast.expr) -> str:
    return f"({ast.unparse(ast.fix_missing_locations(node))})"


def _replaced(source: str, node: ast.AST, text: str) -> str:
    """The source with other text for a node, whose columns are bytes of UTF-8."""
    lines = source.encode("utf-8", "surrogatepass").splitlines(keepends=True)
    assert isinstance(node, ast.stmt | ast.expr)
    assert node.end_lineno is not None
    assert node.end_col_offset is not None
    before = b"".join([*lines[: node.lineno - 1], lines[node.lineno - 1][: node.col_offset]])
    after = b"".join([lines[node.end_lineno - 1][node.end_col_offset :], *lines[node.end_lineno :]])
    return (before + text.encode() + after).decode("utf-8", "surrogatepass")
