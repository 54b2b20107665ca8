"""What the engine must be told about one language; each file in ``languages`` holds one of these."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

NEVER = re.compile(r"(?!)")
JAVADOC = re.compile(r"/\*\*(?!/)")


@dataclass(frozen=True, slots=True)
class Declared:
    """What one node declares; without a name it is only a scope for what stands inside it."""

    name: Node | None
    kind: SymbolKind
    body: Node | None = None
    path: tuple[str, ...] = ()
    """Names between the enclosing symbol and this one: a Go receiver, a Rust ``impl``, a C++ ``Class::``."""


@dataclass(frozen=True, slots=True)
class Rules:
    """One language in the words of its grammar: node types, and queries with fixed capture names."""

    package: str
    """The module of the grammar's wheel, imported on first use."""
    declarations: str
    """Query whose ``@def`` are the nodes that ``declare`` is asked about."""
    declare: Callable[[Node], Declared | None]
    imports: str
    """Query: ``@import`` a statement; in it ``@module``, the ``@name`` that it binds, and perhaps ``@guard``."""
    names: tuple[str, ...]
    """Types of the leaves that are identifiers."""
    entry: str = "language"
    """The function of the wheel that gives the grammar."""
    comments: tuple[str, ...] = ("comment",)
    doc: re.Pattern[str] = NEVER
    """How a comment begins that documents what stands below it."""
    directive: re.Pattern[str] = NEVER
    """How a comment begins that is an order to a tool: never documentation, and kept in the code's tokens."""
    docstrings: bool = False
    """Documentation is the first statement of a body, not a comment."""
    module_doc: re.Pattern[str] = NEVER
    """How a comment begins that documents the module, where it stands at the top of the file."""
    module_clause: str | None = None
    """The node whose documentation is the module's."""
    wrappers: Mapping[str, bool] = field(default_factory=dict)
    """Parents that belong to a declaration's whole, and whether they belong to its header too."""
    attributes: tuple[str, ...] = ()
    """Decorators and the like, before a declaration or as the first of its children."""
    after_signature: tuple[str, ...] = ()
    """What stands between signature and body and belongs to neither."""
    guards: tuple[str, ...] = ()
    """The only texts with which an import's ``@guard`` makes it an import."""
    binds: Callable[[str], tuple[str, ...]] = lambda module: ()
    """The names that an import of a module binds where it names none."""
    disguise: Callable[[bytes], bytes] = bytes
    """What the parser is shown instead of a source, byte for byte as long: macros that no grammar expands."""
    slow_after: bytes = b""
    """Of this sign, many in a statement make the grammar's recovery quadratic, in one step that nothing can stop."""
    keeps_crlf: bool = False
    """Whether CRLF and LF in a string are different programs; most languages read both as LF."""


def by_field(kinds: Mapping[str, SymbolKind]) -> Callable[[Node], Declared | None]:
    """The usual case: the node's type gives the kind, its fields ``name`` and ``body`` the rest."""

    def declare(node: Node) -> Declared | None:
        name = node.child_by_field_name("name")
        return name and Declared(name, kinds[node.type], node.child_by_field_name("body"))

    return declare


def text_of(node: Node) -> str:
    """A node's source."""
    return (node.text or b"").decode("utf-8", "replace")


def last_part(separator: str) -> Callable[[str], tuple[str, ...]]:
    """Binding the last part of a dotted or slashed path."""
    return lambda module: (module.rpartition(separator)[2],)
