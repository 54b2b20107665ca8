"""Python: docstrings, decorators, and two kinds of import."""

from __future__ import annotations

import re

from routerd.adapters.grammar.rules import Rules, by_field
from routerd.domain.symbol import SymbolKind

RULES = Rules(
    package="tree_sitter_python",
    declarations="[(function_definition) (class_definition)] @def",
    declare=by_field({"function_definition": SymbolKind.FUNCTION, "class_definition": SymbolKind.CLASS}),
    imports="""
        [(import_statement) (import_from_statement) (future_import_statement)] @import
        (import_statement name: (dotted_name) @module)
        (import_statement name: (aliased_import name: (dotted_name) @module alias: (identifier) @name))
        (import_from_statement module_name: (_) @module)
        (import_from_statement name: (dotted_name) @name)
        (import_from_statement name: (aliased_import alias: (identifier) @name))
        (import_from_statement (wildcard_import) @name)
        (future_import_statement "__future__" @module name: (dotted_name) @name)
        """,
    binds=lambda module: (module.partition(".")[0],),
    names=("identifier",),
    directive=re.compile(r"#!|# -\*-|#.{0,3}coding[:=]"),
    docstrings=True,
    wrappers={"decorated_definition": False},
)
