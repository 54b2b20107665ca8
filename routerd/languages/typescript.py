"""TypeScript, with and without JSX: JavaScript with interfaces, types, enums, namespaces and signatures."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.symbol import SymbolKind
from routerd.languages import javascript
from routerd.languages.node import Declared, Node, text_of

KINDS = {
    "abstract_class_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "type_alias_declaration": SymbolKind.TYPE,
    "enum_declaration": SymbolKind.ENUM,
    "internal_module": SymbolKind.MODULE,
    "module": SymbolKind.MODULE,
    "function_signature": SymbolKind.FUNCTION,
    "method_signature": SymbolKind.METHOD,
    "abstract_method_signature": SymbolKind.METHOD,
}


def declare(node: Node) -> Declared | None:
    """As in JavaScript; a nested namespace is declared by its last name."""
    if node.type not in KINDS:
        return javascript.declare(node)
    name = node.child_by_field_name("name")
    if name is None or name.type == "string":
        return None
    path: tuple[str, ...] = ()
    if name.type == "nested_identifier":
        *path_nodes, name = [child for child in _leaves(name) if child.is_named]
        path = tuple(text_of(part) for part in path_nodes)
    return Declared(name, KINDS[node.type], node.child_by_field_name("body"), path)


def _leaves(node: Node) -> list[Node]:
    return [leaf for child in node.children for leaf in _leaves(child)] if node.child_count else [node]


TYPESCRIPT = replace(
    javascript.JAVASCRIPT,
    id="typescript",
    extensions=("ts", "mts", "cts"),
    grammar=replace(
        javascript.GRAMMAR,
        package="tree_sitter_typescript",
        entry="language_typescript",
        declarations=javascript.DECLARATIONS
        + f"[{' '.join(f'({kind})' for kind in KINDS)}] @def"
        + f"(public_field_definition name: (_) value: {javascript.FUNCTION_VALUE}) @def",
        declare=declare,
        imports=javascript.IMPORTS
        + """(import_statement (import_require_clause
                (identifier) @name source: (string (string_fragment) @module))) @import""",
        names=(*javascript.GRAMMAR.names, "type_identifier"),
        wrappers={**javascript.GRAMMAR.wrappers, "ambient_declaration": False},
    ),
    docs=replace(javascript.JAVASCRIPT.docs, name="TSDoc", parameter="@param {} - {}"),
    tests=replace(javascript.JAVASCRIPT.tests, merge=javascript.MERGE),
)
TSX = replace(
    TYPESCRIPT,
    id="typescriptreact",
    extensions=("tsx",),
    grammar=replace(TYPESCRIPT.grammar, entry="language_tsx"),
)
SPECS = (TYPESCRIPT, TSX)
