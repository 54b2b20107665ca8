"""C#: namespaces are no part of a name's path; attributes come first; XML documentation comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import Declared, Rules
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "struct_declaration": SymbolKind.STRUCT,
    "interface_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
    "delegate_declaration": SymbolKind.TYPE,
    "method_declaration": SymbolKind.METHOD,
    "constructor_declaration": SymbolKind.METHOD,
    "operator_declaration": SymbolKind.METHOD,
    "property_declaration": SymbolKind.METHOD,
    "local_function_statement": SymbolKind.FUNCTION,
}


def declare(node: Node) -> Declared | None:
    """A declaration by its name, an operator by its sign."""
    name = node.child_by_field_name("name") or node.child_by_field_name("operator")
    body = node.child_by_field_name("body") or node.child_by_field_name("accessors")
    return name and Declared(name, KINDS[node.type], body)


RULES = Rules(
    package="tree_sitter_c_sharp",
    declarations=f"[{' '.join(f'({kind})' for kind in KINDS)}] @def",
    declare=declare,
    imports="""
        (using_directive) @import
        (using_directive (qualified_name) @module)
        (using_directive !name (identifier) @module)
        (using_directive name: (identifier) @name)
        """,
    names=("identifier",),
    doc=re.compile(r"///(?!/)|/\*\*(?!/)"),
    attributes=("attribute_list",),
    after_signature=("constructor_initializer",),
    keeps_crlf=True,
    slow_after=b"<",
)
