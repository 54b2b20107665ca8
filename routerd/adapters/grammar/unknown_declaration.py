"""Whether a name in a tree is that of a declaration with a body, by the fields that all grammars have in common."""

from __future__ import annotations

from routerd.languages.node import Node

_NAMES = ("name", "key")
"""Fields for the name of what is declared, or of what an object has a function by."""
_DEEPEST = 4
"""Nodes between a word and the computed name that it is in: ``[Symbol.iterator]() { … }``."""


def names_a_declaration(leaf: Node | None) -> bool:
    """Whether a node is the name of a function, method or class that is written out there."""
    node = _computed(leaf) or leaf
    around = node.parent if node is not None else None
    if node is None or around is None:
        return False
    named = (around.child_by_field_name(field) for field in _NAMES)
    if not any(one is not None and one.id == node.id for one in named):
        return False
    value = around.child_by_field_name("value")
    return any(one is not None and one.child_by_field_name("body") is not None for one in (around, value))


def _computed(leaf: Node | None) -> Node | None:
    node = leaf
    for _ in range(_DEEPEST):
        if node is None or node.type.startswith("computed"):
            return node
        node = node.parent
    return None
