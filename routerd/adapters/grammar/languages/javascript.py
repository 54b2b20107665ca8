"""JavaScript with JSX: functions in constants, fields and assignments count; JSDoc."""

from __future__ import annotations

from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import JAVADOC, Declared, Rules, text_of
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
    (object [(method_definition) (pair key: (property_identifier) value: {FUNCTION_VALUE})] @def)
    """
_OUTSIDE_FUNCTIONS = frozenset({
    "object", "pair", "arguments", "call_expression", "parenthesized_expression", "as_expression",
    "satisfies_expression", "variable_declarator", "lexical_declaration", "variable_declaration",
    "assignment_expression", "expression_statement", "export_statement",
})  # fmt: skip
"""What may stand around an object of the module's own, such as ``export default { … }`` or ``const api = { … }``."""
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
    path: tuple[str, ...] | None = ()
    if node.parent is not None and node.parent.type == "object":
        path = _owners(node.parent)
    if path is None:
        return None
    name = node.child_by_field_name("name") or node.child_by_field_name("property")
    value = node.child_by_field_name("value") or node.child_by_field_name("right")
    if node.type == "pair":
        name = node.child_by_field_name("key")
    if left := node.child_by_field_name("left"):
        name = left.child_by_field_name("property")
    if name is None or name.type == "string":
        return None
    if value is None:
        return Declared(name, KINDS[node.type], node.child_by_field_name("body"), path)
    kind = KINDS.get(value.type, SymbolKind.METHOD if node.type == "pair" else SymbolKind.FUNCTION)
    return Declared(name, kind, value.child_by_field_name("body"), path)


def _owners(node: Node) -> tuple[str, ...] | None:
    """The names that an object of the module's own is reached by; ``None`` for one inside a function."""
    found: list[str] = []
    around: Node | None = node
    while around is not None and around.type in _OUTSIDE_FUNCTIONS:
        owner = around.child_by_field_name("key") or around.child_by_field_name("name")
        if left := around.child_by_field_name("left"):
            owner = left.child_by_field_name("property")
        if owner is not None and owner.type in ("identifier", "property_identifier"):
            found.append(text_of(owner))
        around = around.parent
    return tuple(reversed(found)) if around is not None and around.type == "program" else None


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
