"""Rust: an ``impl`` is a scope with its type's name; outer and inner doc comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import Declared, Rules, text_of
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "function_item": SymbolKind.FUNCTION,
    "function_signature_item": SymbolKind.FUNCTION,
    "struct_item": SymbolKind.STRUCT,
    "union_item": SymbolKind.STRUCT,
    "enum_item": SymbolKind.ENUM,
    "trait_item": SymbolKind.TRAIT,
    "type_item": SymbolKind.TYPE,
    "mod_item": SymbolKind.MODULE,
}


def declare(node: Node) -> Declared | None:
    """An item by its name; an ``impl`` as a scope named by the last part of its type."""
    body = node.child_by_field_name("body")
    if node.type == "impl_item":
        type_ = node.child_by_field_name("type")
        bare = text_of(type_).partition("<")[0] if type_ else ""
        return Declared(None, SymbolKind.STRUCT, body, tuple(re.findall(r"\w+", bare)[-1:]))
    name = node.child_by_field_name("name")
    return name and Declared(name, KINDS[node.type], body)


RULES = Rules(
    package="tree_sitter_rust",
    declarations=f"[{' '.join(f'({kind})' for kind in KINDS)} (impl_item)] @def",
    declare=declare,
    imports="""
        [(use_declaration) (extern_crate_declaration)] @import
        (use_declaration argument: [(scoped_identifier path: (_) @module name: (identifier) @name)
            (identifier) @module
            (scoped_use_list path: (_) @module)
            (use_wildcard (_) @module "*" @name)
            (use_as_clause path: [(scoped_identifier path: (_) @module) (identifier) @module])])
        (use_as_clause alias: (identifier) @name)
        (use_list [(identifier) @name (scoped_identifier name: (identifier) @name)
            (use_wildcard "*" @name)])
        (extern_crate_declaration name: (identifier) @module)
        """,
    binds=lambda module: (module,),
    names=("identifier", "type_identifier", "field_identifier", "shorthand_field_identifier"),
    comments=("line_comment", "block_comment"),
    doc=re.compile(r"///(?!/)|/\*\*(?![*/])"),
    module_doc=re.compile(r"//!|/\*!"),
    attributes=("attribute_item",),
)
