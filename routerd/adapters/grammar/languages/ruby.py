"""Ruby: modules, classes and methods; ``class << self`` is transparent; comments above are YARD."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from routerd.adapters.grammar.rules import Declared, Rules, text_of
from routerd.domain.symbol import SymbolKind

if TYPE_CHECKING:
    from tree_sitter import Node

KINDS = {
    "module": SymbolKind.MODULE,
    "class": SymbolKind.CLASS,
    "method": SymbolKind.FUNCTION,
    "singleton_method": SymbolKind.METHOD,
}
_MAGIC = r"!|.{0,4}coding[:=]| *(?:frozen_string_literal|warn_indent|shareable_constant_value|typed):"


def declare(node: Node) -> Declared | None:
    """A declaration by its last name; ``class A::B`` is ``A.B``."""
    body = node.child_by_field_name("body")
    if node.type == "singleton_class":
        return Declared(None, SymbolKind.CLASS, body)
    name = node.child_by_field_name("name")
    path: tuple[str, ...] = ()
    if name is not None and name.type == "scope_resolution":
        scope, name = name.child_by_field_name("scope"), name.child_by_field_name("name")
        path = tuple(re.findall(r"\w+", text_of(scope))) if scope else ()
    return name and Declared(name, KINDS[node.type], body, path)


RULES = Rules(
    package="tree_sitter_ruby",
    declarations=f"[{' '.join(f'({kind})' for kind in (*KINDS, 'singleton_class'))}] @def",
    declare=declare,
    imports="""(call !receiver method: (identifier) @guard
        arguments: (argument_list . (string (string_content) @module) .)) @import""",
    guards=("require", "require_relative", "load"),
    names=("identifier", "constant", "instance_variable", "class_variable"),
    doc=re.compile(r"#|=begin"),
    directive=re.compile(rf"#(?:{_MAGIC})"),
    wrappers={"argument_list": False, "call": False},
)
