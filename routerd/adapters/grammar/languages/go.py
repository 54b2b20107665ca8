"""Go: methods belong to their receiver's type; a comment directly above is the documentation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import Declared, Rules, last_part, text_of
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

TYPES = {"struct_type": SymbolKind.STRUCT, "interface_type": SymbolKind.INTERFACE}


def declare(node: Node) -> Declared | None:
    """A function, a method of its receiver's type, or a type by what it is."""
    name = node.child_by_field_name("name")
    if name is None:
        return None
    if node.type in ("type_spec", "type_alias"):
        type_ = node.child_by_field_name("type")
        kind = TYPES.get(type_.type, SymbolKind.TYPE) if type_ else SymbolKind.TYPE
        inside = type_.children if type_ and type_.type in TYPES else []
        # A struct's fields are one node behind the keyword; an interface's methods stand between braces.
        return Declared(name, kind, inside[1] if len(inside) > 1 else None)
    if node.type == "method_elem":
        return Declared(name, SymbolKind.METHOD)
    body = node.child_by_field_name("body")
    receiver = node.child_by_field_name("receiver")
    if receiver is None:
        return Declared(name, SymbolKind.FUNCTION, body)
    # (r *Recv[T]) names Recv: the first word that is not followed by another word.
    types = re.findall(r"\w+(?=\s*(?:\[.*)?\s*\)$)", text_of(receiver).replace("\n", " "))
    return Declared(name, SymbolKind.METHOD, body, tuple(types[:1]))


RULES = Rules(
    package="tree_sitter_go",
    declarations="""[(function_declaration) (method_declaration) (type_spec) (type_alias)
        (method_elem)] @def""",
    declare=declare,
    imports="""
        (import_spec path: [
            (interpreted_string_literal (interpreted_string_literal_content) @module)
            (raw_string_literal (raw_string_literal_content) @module)]) @import
        (import_spec name: (_) @name)
        """,
    binds=last_part("/"),
    names=("identifier", "type_identifier", "field_identifier", "package_identifier"),
    doc=re.compile(r"//|/\*"),
    directive=re.compile(r"//(?:go:|line |export |extern |nolint| ?\+build)"),
    module_clause="package_clause",
    wrappers={"type_declaration": True},
)
