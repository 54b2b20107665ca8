"""A node of a syntax tree as the language files see it, and the few ways in which most of them read one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from routerd.domain.symbol import SymbolKind


class Node(Protocol):
    """What is used of a tree-sitter node; the parser itself is known to ``adapters.grammar`` alone."""

    @property
    def id(self) -> int:
        """Its identity within its tree."""

    @property
    def type(self) -> str:
        """Its name in the grammar."""

    @property
    def text(self) -> bytes | None:
        """Its source in UTF-8."""

    @property
    def is_named(self) -> bool:
        """Whether it is more than a keyword or a sign."""

    @property
    def is_missing(self) -> bool:
        """Whether the parser invented it."""

    @property
    def start_byte(self) -> int:
        """Where it begins."""

    @property
    def end_byte(self) -> int:
        """Where it ends."""

    @property
    def start_point(self) -> tuple[int, int]:
        """Where it begins: row and byte in the row, from zero."""

    @property
    def end_point(self) -> tuple[int, int]:
        """Where it ends, likewise."""

    @property
    def parent(self) -> Node | None:
        """The node around it."""

    @property
    def prev_sibling(self) -> Node | None:
        """The node before it."""

    @property
    def next_sibling(self) -> Node | None:
        """The node behind it."""

    @property
    def child_count(self) -> int:
        """How many parts it has."""

    @property
    def named_child_count(self) -> int:
        """How many of its parts are named."""

    @property
    def children(self) -> Sequence[Node]:
        """Its parts."""

    @property
    def named_children(self) -> Sequence[Node]:
        """Its named parts."""

    def child(self, index: int, /) -> Node | None:
        """One of its parts."""

    def child_by_field_name(self, name: str, /) -> Node | None:
        """The part that the grammar gives this name."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What one node declares; without a name it is only a scope for what stands inside it."""

    name: Node | None
    kind: SymbolKind
    body: Node | None = None
    path: tuple[str, ...] = ()
    """Names between the enclosing symbol and this one: a Go receiver, a Rust ``impl``, a C++ ``Class::``."""


def by_field(kinds: Mapping[str, SymbolKind]) -> Callable[[Node], Declared | None]:
    """The usual case: the node's type gives the kind, its fields ``name`` and ``body`` the rest."""

    def declare(node: Node) -> Declared | None:
        name = node.child_by_field_name("name")
        return Declared(name, kinds[node.type], node.child_by_field_name("body")) if name else None

    return declare


def text_of(node: Node) -> str:
    """A node's source."""
    return (node.text or b"").decode("utf-8", "replace")


def last_part(separator: str) -> Callable[[str], tuple[str, ...]]:
    """Binding the last part of a dotted or slashed path."""
    return lambda module: (module.rpartition(separator)[2],)


def binds_nothing(_: str) -> tuple[str, ...]:
    """Binding no name: an import that names none brings none into the file."""
    return ()
