"""Plain values: built-ins and methods without side effects or long run time, and sample arguments.

Sets are excluded, as the order of their elements differs between runs.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from typing import Any

from routerd.offline.english import word_set
from routerd.offline.facts import Parameter
from routerd.offline.source import expression

_MAX_SIZE = 1_000
"""The most elements or characters of a value in an assertion."""

BUILTINS: Mapping[str, Callable[..., Any]] = {
    "abs": abs, "all": all, "any": any, "bool": bool, "dict": dict, "float": float, "int": int, "len": len,
    "list": list, "max": max, "min": min, "ord": ord, "reversed": lambda v: tuple(reversed(v)),
    "range": lambda *v: range(*v) if all(abs(n) <= _MAX_SIZE for n in v) else _too_long(),
    "sorted": sorted, "str": str, "sum": sum, "tuple": tuple,
    "enumerate": lambda v: tuple(enumerate(v)), "zip": lambda *v: tuple(zip(*v, strict=False)),
}  # fmt: skip

METHODS: Mapping[type, frozenset[str]] = {
    str: word_set(
        """
        upper lower strip lstrip rstrip title capitalize casefold swapcase split splitlines rsplit
        startswith endswith replace find rfind count join isdigit isalpha isalnum isspace isupper islower
        partition rpartition removeprefix removesuffix
        """
    ),
    list: frozenset(("append", "count", "copy", "pop", "reverse", "insert", "extend")),
    dict: frozenset(("get", "keys", "values", "items", "copy")),
    tuple: frozenset(("count",)),
}

_SAMPLES: Mapping[str, tuple[Any, ...]] = {
    "int": (2, 5, 0, -1), "float": (1.5, 4.0, 0.0, -2.0), "str": ("a b", "Word", "", "x1"),
    "bool": (True, False), "bytes": (b"ab", b""), "list": ([3, 1, 2], []),
    "list[int]": ([3, 1, 2], [5], []), "list[float]": ([0.5, 2.0], [1.0], []),
    "list[str]": (["b", "a"], ["c"], []), "tuple[int, ...]": ((3, 1), (2,), ()),
    "tuple[str, ...]": (("b", "a"), ()), "dict[str, int]": ({"a": 1, "b": 2}, {}),
    "dict[str, str]": ({"a": "b"}, {}), "Sequence[int]": ([3, 1, 2], [5], []),
    "Sequence[str]": (["b", "a"], []), "Sequence[float]": ([0.5, 2.0], [1.0]),
    "Iterable[int]": ([3, 1, 2], []), "Iterable[str]": (["b", "a"], []),
    "Iterable[float]": ([0.5, 2.0], []), "Mapping[str, int]": ({"a": 1}, {}),
    "Mapping[str, str]": ({"a": "b"}, {}), "None": (None,),
}  # fmt: skip


def small(value: Any) -> bool:
    """Whether a value is supported."""
    if isinstance(value, int):
        return value.bit_length() <= 64
    return not isinstance(value, str | bytes | list | tuple | dict | set | range) or len(value) <= _MAX_SIZE


def samples(parameter: Parameter) -> tuple[Any, ...]:
    """Sample values of a parameter by its annotation, else by its default; empty without either."""
    annotation = parameter.annotation
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        annotation = expression(annotation.value)
    if annotation is not None:
        written = (
            ast.unparse(annotation).removeprefix("Optional[").removesuffix("]") if _is_optional(annotation) else ""
        )
        found: tuple[Any, ...] = ()
        for part in (written or ast.unparse(annotation)).replace("typing.", "").split(" | "):
            found += _SAMPLES.get(part.replace("List[", "list[").replace("Dict[", "dict["), ())
        return found
    if isinstance(parameter.default, ast.Constant) and parameter.default.value is not None:
        return _SAMPLES.get(type(parameter.default.value).__name__, ())
    return ()


def written(value: Any) -> str | None:
    """A value as source that evaluates to the same value, or ``None``."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    code = repr(value)
    try:
        again = ast.literal_eval(code)
    except (ValueError, SyntaxError):
        return None
    return code if again == value and type(again) is type(value) else None


def _is_optional(annotation: ast.expr) -> bool:
    return isinstance(annotation, ast.Subscript) and ast.unparse(annotation.value).endswith("Optional")


def _too_long() -> range:
    raise ValueError("too long")
