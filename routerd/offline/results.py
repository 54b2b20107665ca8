"""Describes what a function returns or yields, by its return and yield statements."""

from __future__ import annotations

import ast

from routerd.offline.english import PREDICATES, word_set
from routerd.offline.facts import Facts
from routerd.offline.names import listing, raw_words, sentence, words
from routerd.offline.source import annotation_text, dotted, short
from routerd.offline.styles import DocEntry

_EMPTY_NAMES = word_set("result results res ret retval rv r x y out output value values v data")
"""Local names without meaning."""
_MAX_KEYS = 6


def returned(facts: Facts) -> DocEntry | None:
    """The documentation line of the result; ``None`` without a result, or where the body does not say what it is."""
    phrase = "" if not facts.returns_value or facts.is_property else _result(list(facts.results))
    if not phrase or (raw_words(facts.node.name)[:1] and raw_words(facts.node.name)[0] in PREDICATES):
        return None
    text = sentence(phrase)
    if facts.may_return_none:
        text = text.removesuffix(".") + ", or `None`."
    return DocEntry("", annotation_text(facts.node.returns) or _inferred(facts), text)


def yielded(facts: Facts) -> DocEntry | None:
    """The documentation line of the yielded values; ``None`` where the body does not say what they are."""
    values = [n.value for n in facts.yields if isinstance(n, ast.Yield) and n.value is not None]
    phrase = _same_names(values) or _shape(values)
    if facts.is_context_manager and facts.yields and not values:
        phrase = "nothing, for the time of the `with` block"
    return DocEntry("", _item_type(facts.node.returns), sentence(phrase)) if phrase else None


def _result(values: list[ast.expr]) -> str:
    known = _same_names(values) or _shape(values)
    code = short(values[0]) if len(values) == 1 else ""
    return known or (f"`{code}`" if code else "")


def _same_names(values: list[ast.expr]) -> str:
    """Results that are all plain names or attributes of the instance."""
    names = [dotted(value) for value in values if isinstance(value, ast.Name | ast.Attribute)]
    if not values or len(names) < len(values) or not all(names):
        return ""
    if set(names) == {"self"}:
        return "the same instance"
    plain = list(dict.fromkeys(name.rpartition(".")[2] for name in names))
    if len(plain) > 3 or any(name in _EMPTY_NAMES or len(name) < 3 or name.isupper() for name in plain):
        return ""
    return " or ".join(f"the {' '.join(words(name))}" for name in plain)


def _shape(values: list[ast.expr]) -> str:
    """Results described by their syntax."""
    if values and all(isinstance(value, ast.Constant) for value in values):
        codes = list(dict.fromkeys(f"`{short(value, 30)}`" for value in values))
        return listing(codes, word="or") if "``" not in codes and len(codes) <= 4 else ""
    if len(values) != 1:
        return "`True` or `False`" if values and all(_boolean(value) for value in values) else ""
    value = values[0]
    if isinstance(value, ast.Tuple) and value.elts:
        codes = [short(element, 30) for element in value.elts]
        return f"a tuple of {listing([f'`{code}`' for code in codes])}" if all(codes) else ""
    if isinstance(value, ast.Dict) and value.keys and all(isinstance(k, ast.Constant) for k in value.keys):
        keys = [f"`{short(key, 30)}`" for key in value.keys if key is not None]
        return f"a dictionary with {listing(keys, _MAX_KEYS)}" if "``" not in keys else ""
    if isinstance(value, ast.Call):
        name = dotted(value).rpartition(".")[2]
        if name == "cls" or (name[:1].isupper() and not name.isupper()):
            return "a new instance" if name == "cls" else f"a new `{name}`"
    return f"whether `{short(value)}`" if isinstance(value, ast.Compare) and short(value) else ""


def _boolean(value: ast.expr) -> bool:
    if isinstance(value, ast.BoolOp):
        return all(_boolean(part) for part in value.values)
    if isinstance(value, ast.UnaryOp):
        return isinstance(value.op, ast.Not)
    if isinstance(value, ast.Call):
        return dotted(value) in ("bool", "isinstance", "issubclass", "any", "all", "hasattr", "callable")
    return isinstance(value, ast.Compare) or (isinstance(value, ast.Constant) and isinstance(value.value, bool))


_LITERALS = {
    ast.List: "list", ast.ListComp: "list", ast.Dict: "dict", ast.DictComp: "dict", ast.Set: "set",
    ast.SetComp: "set", ast.Tuple: "tuple", ast.JoinedStr: "str",
}  # fmt: skip


def _inferred(facts: Facts) -> str:
    """The type of the results if their syntax is unambiguous."""
    kinds = {_kind(value) for value in facts.results}
    return kinds.pop() if len(kinds) == 1 else ""


def _kind(value: ast.expr) -> str:
    if _boolean(value):
        return "bool"
    return type(value.value).__name__ if isinstance(value, ast.Constant) else _LITERALS.get(type(value), "")


def _item_type(annotation: ast.expr | None) -> str:
    """``T`` of an ``Iterator[T]`` or ``Generator[T, …]``."""
    if not isinstance(annotation, ast.Subscript):
        return ""
    inner = annotation.slice
    return ast.unparse(inner.elts[0] if isinstance(inner, ast.Tuple) and inner.elts else inner)
