"""JavaScript with JSX: functions in constants, fields and assignments count; JSDoc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import JAVADOC, Declared, Rules
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "class": SymbolKind.CLASS,
    "function_declaration": SymbolKind.FUNCTION,
    "generator_function_declaration": SymbolKind.FUNCTION,
    "method_definition": SymbolKind.METHOD,
}
FUNCTION_VALUE = "[(arrow_function) (function_expression) (generator_function) (class)]"
DECLARATIONS = f"""
    [(class_declaration) (function_declaration) (generator_function_declaration)] @def
    (class_body (method_definition) @def)
    (variable_declarator name: (identifier) value: {FUNCTION_VALUE}) @def
    (expression_statement (assignment_expression
        left: (member_expression property: (property_identifier)) right: {FUNCTION_VALUE}) @def)
    """
IMPORTS = """
    (import_statement source: (string (string_fragment) @module)) @import
    (import_clause (identifier) @name)
    (namespace_import (identifier) @name)
    (import_specifier name: (_) @name !alias)
    (import_specifier alias: (_) @name)
    (export_statement source: (string (string_fragment) @module)) @import
    (lexical_declaration (variable_declarator name: [
        (identifier) @name
        (object_pattern [
            (shorthand_property_identifier_pattern) @name
            (pair_pattern value: (identifier) @name)])
        ] value: (call_expression
            function: (identifier) @guard
            arguments: (arguments . (string (string_fragment) @module) .)))) @import
    """


def declare(node: Node) -> Declared | None:
    """A declaration by its own name, or a function by the name of what it is assigned to."""
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    if left := node.child_by_field_name("left"):
        name = left.child_by_field_name("property")
    if name is None or name.type == "string":
        return None
    if value is None:
        return Declared(name, KINDS[node.type], node.child_by_field_name("body"))
    kind = KINDS.get(value.type, SymbolKind.FUNCTION)
    return Declared(name, kind, value.child_by_field_name("body"))


RULES = Rules(
    package="tree_sitter_javascript",
    declarations=DECLARATIONS + f"(field_definition property: (_) value: {FUNCTION_VALUE}) @def",
    declare=declare,
    imports=IMPORTS,
    guards=("require",),
    names=(
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    ),
    comments=("comment", "html_comment"),
    doc=JAVADOC,
    module_doc=JAVADOC,
    wrappers={
        "lexical_declaration": True,
        "variable_declaration": True,
        "expression_statement": True,
        "export_statement": False,
    },
    attributes=("decorator",),
)
