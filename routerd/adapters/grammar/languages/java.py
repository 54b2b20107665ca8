"""Java: everything is inside a class; annotations are modifiers; Javadoc."""

from __future__ import annotations

from routerd.adapters.grammar.rules import JAVADOC, Rules, by_field, last_part
from routerd.domain.symbol import SymbolKind

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "annotation_type_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
    "method_declaration": SymbolKind.METHOD,
    "constructor_declaration": SymbolKind.METHOD,
    "compact_constructor_declaration": SymbolKind.METHOD,
}

RULES = Rules(
    package="tree_sitter_java",
    declarations=f"[{' '.join(f'({kind})' for kind in KINDS)}] @def",
    declare=by_field(KINDS),
    imports="""
        (import_declaration [(scoped_identifier) (identifier)] @module) @import
        (import_declaration (asterisk) @name)
        """,
    binds=last_part("."),
    names=("identifier", "type_identifier"),
    comments=("line_comment", "block_comment"),
    doc=JAVADOC,
    module_clause="package_declaration",
    attributes=("annotation", "marker_annotation"),
)
