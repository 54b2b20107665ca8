"""C++: C with classes, templates and qualified names; a namespace is no part of a name's path."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from routerd.adapters.grammar.languages import c
from routerd.adapters.grammar.rules import Declared, Rules, text_of
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node


_STRING = re.compile(rb'"(?:\\.|[^"\\\n])*"')
_TITLED = re.compile(
    rb"\b(?:(?:TEMPLATE_)?TEST_CASE\w*|SCENARIO|SECTION|SUBCASE|(?:AND_)?(?:GIVEN|WHEN|THEN))[ ]*"
    rb'\((?:[^()"\n]|"(?:\\.|[^"\\\n])*")*\)(?=\s*\{)'
)


def declare(node: Node) -> Declared | None:
    """As in C; ``Class::name`` is declared in the class, wherever it stands."""
    if node.type in ("class_specifier", "alias_declaration", "concept_definition"):
        name = node.child_by_field_name("name")
        kind = SymbolKind.CLASS if node.type == "class_specifier" else SymbolKind.TYPE
        return name and _unqualified(Declared(name, kind, node.child_by_field_name("body")))
    if node.parent is not None and node.parent.type == "friend_declaration":
        return None
    found = c.declare(node)
    return found and _unqualified(found)


def _unqualified(found: Declared) -> Declared:
    """With ``a::C::z`` taken apart: the name ``z``, and the path ``C`` (``a`` is most likely a namespace)."""
    name, path = found.name, found.path
    while name is not None and name.type in ("qualified_identifier", "template_function", "template_type"):
        if scope := name.child_by_field_name("scope"):
            path = (text_of(scope).partition("<")[0],)
        name = name.child_by_field_name("name")
    return replace(found, name=name, path=path)


def _disguised(code: bytes) -> bytes:
    """Catch2's and doctest's ``TEST_CASE("title") {`` as ``TEST_CASE(_______) {``, which parses as GoogleTest's."""
    return _TITLED.sub(lambda macro: _STRING.sub(lambda title: b"_" * len(title[0]), macro[0]), code)


RULES: Rules = replace(
    c.RULES,
    package="tree_sitter_cpp",
    declarations=c.DECLARATIONS
    + """
    [(class_specifier body: (_)) (alias_declaration) (concept_definition)] @def
    (declaration declarator: (reference_declarator (function_declarator))) @def
    (field_declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))
        (reference_declarator (function_declarator))]) @def
    """,
    declare=declare,
    names=(*c.RULES.names, "namespace_identifier"),
    disguise=_disguised,
    wrappers={"template_declaration": True},
    after_signature=("field_initializer_list", "delete_method_clause", "default_method_clause"),
)
