"""JavaScript, with and without JSX: functions in constants, fields and assignments count; JSDoc."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.symbol import SymbolKind
from routerd.languages.file_commands import FileCommand
from routerd.languages.node import Declared, Node, binds_nothing, text_of
from routerd.languages.patterns import JAVADOC, NEVER, VERBATIM
from routerd.languages.shared import BLOCK_ESCAPES, C_COMMENTS, COMMANDS, HEADING, JS_ORDER, LINE_COMMANDS, NAME_FIRST
from routerd.languages.spec import (
    BindingRules,
    DocPlacement,
    DocStyle,
    Framework,
    GrammarRules,
    ImportMerge,
    ImportRules,
    LanguageSpec,
    Merge,
    ModuleNames,
    Signs,
    Testing,
)
from routerd.languages.tags import JS_KEPT, JSDOC_TAGS

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "class": SymbolKind.CLASS,
    "function_declaration": SymbolKind.FUNCTION,
    "generator_function_declaration": SymbolKind.FUNCTION,
    "method_definition": SymbolKind.METHOD,
}
_FUNCTIONS = "(arrow_function) (function_expression) (generator_function) (class)"
FUNCTION_VALUE = f"[{_FUNCTIONS}]"
_INNER_CALL = f"(call_expression arguments: (arguments {FUNCTION_VALUE}))"
FUNCTION_CALL = f"(call_expression arguments: (arguments [{_FUNCTIONS} {_INNER_CALL}]))"
"""A call that wraps a function, or a call of such a call's result: ``memo(forwardRef(() => …))``."""
BRACKETED_FUNCTION = f"(parenthesized_expression [{_FUNCTIONS} {FUNCTION_CALL}])"
"""As ``const f = (<T>(x: T) => …)`` is written where a file may hold JSX."""
# No pattern starts at a node that may have thousands of children: a query for one position would visit them all.
DECLARATIONS = f"""
    [(class_declaration) (function_declaration) (generator_function_declaration) (method_definition)] @def
    (variable_declarator name: (identifier) value: [{_FUNCTIONS} {FUNCTION_CALL} {BRACKETED_FUNCTION}]) @def
    (expression_statement (assignment_expression
        left: (member_expression property: (property_identifier)) right: {FUNCTION_VALUE}) @def)
    (pair key: (property_identifier) value: {FUNCTION_VALUE}) @def
    (export_statement "default" value: [{_FUNCTIONS} {FUNCTION_CALL} {BRACKETED_FUNCTION}]) @def
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
    if node.type == "export_statement":
        name = next((child for child in node.children if child.type == "default"), None)
    if name is None or name.type == "string":
        return None
    while value is not None and value.type == "parenthesized_expression" and value.named_children:
        value = value.named_children[-1]  # a comment may stand before it
    if node.type == "variable_declarator" and value and value.type == "call_expression" and not _of_module(node):
        return None
    value = _wrapped_function(value)
    if value is None:
        return Declared(name, KINDS[node.type], node.child_by_field_name("body"), path)
    kind = KINDS.get(value.type, SymbolKind.METHOD if node.type == "pair" else SymbolKind.FUNCTION)
    return Declared(name, kind, value.child_by_field_name("body"), path)


def _wrapped_function(value: Node | None) -> Node | None:
    """The function among the arguments of a call, or of a call among them; any other value is itself."""
    if value is None or value.type != "call_expression":
        return value
    arguments = value.child_by_field_name("arguments")
    inner = (_wrapped_function(child) for child in (arguments.named_children if arguments else ()))
    return next((one for one in inner if one is not None and one.child_by_field_name("body") is not None), value)


def _of_module(variable: Node) -> bool:
    """Whether a variable is declared outside all functions and blocks."""
    statement = variable.parent
    around = statement.parent if statement is not None else None
    if around is not None and around.type == "export_statement":
        around = around.parent
    return around is not None and around.type == "program"


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


GRAMMAR = GrammarRules(
    package="tree_sitter_javascript",
    entry="language",
    disguise=None,
    slow_after=b"",
    declarations=DECLARATIONS + f"(field_definition property: (_) value: {FUNCTION_VALUE}) @def",
    declare=declare,
    wrappers={
        "lexical_declaration": True,
        "variable_declaration": True,
        "expression_statement": True,
        "export_statement": False,
    },
    attributes=("decorator",),
    after_signature=(),
    methods_in_modules=False,
    imports=IMPORTS,
    guards=("require",),
    binds=binds_nothing,
    names=(
        "identifier",
        "property_identifier",
        "private_property_identifier",
        "shorthand_property_identifier",
        "shorthand_property_identifier_pattern",
    ),
    comments=("comment", "html_comment"),
    block_marks=("/*",),
    doc=JAVADOC,
    directive=JS_ORDER,
    module_doc=JAVADOC,
    before_module_doc=("hash_bang_line",),
    module_clause=None,
    verbatim=VERBATIM,
    keeps_crlf=False,
)
MERGE = Merge(
    statement=(
        r"^import\b[^'\";]*(?:from\s*)?['\"][^'\"\n]+['\"];?[ \t]*\n?"
        r"|^(?:const|let|var)\s+[^=;]+=\s*require\([^)\n]*\)[\w.]*;?[ \t]*\n?"
    ),
    how=ImportMerge.BINDINGS,
    preamble=None,
    heading=HEADING,
    footer=NEVER,
    class_fields=None,
    mark=NEVER,
    title=r"\b(?:it|test|specify)\s*\(?\s*(['\"`])(?P<title>.+?)\1",
    case_macro=NEVER,
    package=None,
    packages_of_tests=("{}",),
)


def _npm_test(framework: str, control: str) -> FileCommand:
    """``npm test`` for one file: the project's own script, to which the file's path is added."""
    return FileCommand(
        frameworks=(framework,),
        sign=r'"scripts"\s*:\s*\{[^}]*"test"\s*:',
        unless=r"no test specified",  # what `npm init` writes
        files=r"\.[cm]?[jt]sx?$",
        words=("npm", "test", "--silent", "--", "{file}"),
        names=NEVER,
        control=control,
        cannot_start=(),
        linked=("node_modules",),
    )


JAVASCRIPT = LanguageSpec(
    id="javascript",
    family="node",
    extensions=("js", "mjs", "cjs"),
    root_files=("package.json",),
    opening=None,
    tree=None,
    grammar=GRAMMAR,
    comments=C_COMMENTS,
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="JSDoc",
        styles={},
        mark=None,
        plain_mark=False,
        escapes=BLOCK_ESCAPES,
        xml=False,
        between=JS_ORDER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=JSDOC_TAGS,
        kept=JS_KEPT,
        parameter="@param {} {}",
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", "/index.ts", "/index.tsx", "/index.js"),
        separator="/",
        folder_is_package=False,
        folder_named="index",
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("vitest", ('"vitest"', "from 'vitest'", 'from "vitest"')),
            Framework("jest", ('"jest"', '"@jest/', '"ts-jest"')),
            Framework("mocha", ('"mocha"',)),
            Framework("node:test", ("node --test", "node:test")),
        ),
        habits=(
            "{dir}/{name}.test.{ext}",
            "{dir}/{name}.spec.{ext}",
            "{dir}/__tests__/{name}.test.{ext}",
            "test/{inner}/{name}.test.{ext}",
            "tests/{inner}/{name}.test.{ext}",
            "test/{name}.test.{ext}",
            "tests/{name}.test.{ext}",
            "test/{name}.{ext}",
            "test/{name}.spec.{ext}",
        ),
        without_project=None,
        manifests=("package.json",),
        package_files=("package.json",),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(".d.ts", ".d.mts", ".d.cts"),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"\b(test|it)\.(skip|todo)\b",
            skipped_group=(
                r"\b(describe|context|suite|test\.describe)\.(skip|todo)(\.\w+)*\(|\b(xdescribe|xcontext|xsuite)\("
                r"|(?P<whole>\b(before|beforeEach|setup)\((async)?(function)?\(?\w*\)?(=>)?\{this\.skip\()"
            ),
            bare_name_calls=False,
            test=r"\b(test|it)(\.\w+)*(\(|`)",
            assertion=(
                r"(?<!function )\b(expect|assert|should)(\.\w+)*\(|\.should\b"
                r"|\bt\.(is|equal|deepEqual|ok|true|false|truthy|throws|same|not)\("
            ),
        ),
        merge=replace(MERGE, preamble=r"^['\"]use strict['\"];?[ \t]*\n?"),
        commands=(
            _npm_test("vitest", 'import { test } from "vitest";\n\ntest("control", () => {});\n'),
            _npm_test("jest", 'it("control", () => {});\n'),
            _npm_test("mocha", 'it("control", () => {});\n'),
            _npm_test("node:test", "// A file without tests passes.\n"),
        ),
    ),
    words_parse=False,
    leftovers=r"^\s*(console\.(log|debug|trace)\(|debugger\b|alert\()",
)
JSX = replace(JAVASCRIPT, id="javascriptreact", extensions=("jsx",), tests=replace(JAVASCRIPT.tests, merge=MERGE))
SPECS = (JAVASCRIPT, JSX)
