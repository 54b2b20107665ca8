"""C: a declaration's name stands deep in its declarator; prototypes count; Doxygen comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import Declared, Rules
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.STRUCT,
    "enum_specifier": SymbolKind.ENUM,
}
DECLARATIONS = """
    (function_definition) @def
    [(struct_specifier body: (_)) (union_specifier body: (_)) (enum_specifier body: (_))] @def
    (type_definition) @def
    (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))
        (pointer_declarator (pointer_declarator (function_declarator)))]) @def
    """
DOXYGEN = re.compile(r"//[/!](?![/<])|/\*[*!](?![*/<])")


def declare(node: Node) -> Declared | None:
    """A function by its declarator, a typedef by its new name, a struct, union or enum with a body."""
    parent = node.parent
    if node.type == "type_definition":
        return _typedef(node)
    if node.type in KINDS:
        name = node.child_by_field_name("name")
        if name is None or (parent is not None and parent.type == "type_definition"):
            return None
        return Declared(name, KINDS[node.type], node.child_by_field_name("body"))
    if parent is not None and parent.type == "compound_statement" and node.type == "declaration":
        return None  # a local variable that is initialised in parentheses
    name = function_name(node.child_by_field_name("declarator"))
    return name and Declared(name, SymbolKind.FUNCTION, node.child_by_field_name("body"))


def function_name(declarator: Node | None) -> Node | None:
    """The name that the innermost function declarator declares; ``None`` for a variable."""
    inner = None
    while declarator is not None and declarator.child_count:
        below = declarator.child_by_field_name("declarator")
        if below is None and declarator.type in ("parenthesized_declarator", "reference_declarator"):
            below = declarator.named_children[-1] if declarator.named_children else None
        if declarator.type == "function_declarator":
            inner = below
        if below is None:
            break
        declarator = below
    return None if inner is None or inner.type == "parenthesized_declarator" else inner


def _typedef(node: Node) -> Declared | None:
    type_, name = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    while name is not None and name.type != "type_identifier":
        name = name.child_by_field_name("declarator") or next(iter(name.named_children), None)
    body = type_.child_by_field_name("body") if type_ else None
    kind = KINDS.get(type_.type, SymbolKind.TYPE) if type_ and body else SymbolKind.TYPE
    return name and Declared(name, kind, body)


RULES = Rules(
    package="tree_sitter_c",
    declarations=DECLARATIONS,
    declare=declare,
    imports="(preproc_include path: (_) @module) @import",
    names=("identifier", "type_identifier", "field_identifier"),
    doc=DOXYGEN,
    module_doc=DOXYGEN,
    keeps_crlf=True,
)
