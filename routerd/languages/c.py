"""C: a declaration's name stands deep in its declarator; prototypes count; Doxygen comments."""

from __future__ import annotations

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import Declared, Node, binds_nothing
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import BLOCK_ESCAPES, C_COMMENTS, C_ORDER, COMMANDS, HEADING, LINE_COMMANDS, NAME_LAST
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
from routerd.languages.tags import DOXYGEN_TAGS

KINDS = {
    "struct_specifier": SymbolKind.STRUCT,
    "union_specifier": SymbolKind.STRUCT,
    "enum_specifier": SymbolKind.ENUM,
}
DECLARATIONS = """
    (function_definition) @def
    [(struct_specifier body: (_)) (union_specifier body: (_)) (enum_specifier body: (_))] @def
    (type_definition) @def
    (declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))
        (pointer_declarator (pointer_declarator (function_declarator)))]) @def
    """
DOXYGEN = r"//[/!](?![/<])|/\*[*!](?![*/<])"
HABITS = (
    "tests/test_{name}.{ext}",
    "test/test_{name}.{ext}",
    "tests/{name}_test.{ext}",
    "test/{name}_test.{ext}",
    "{dir}/{name}_test.{ext}",
)
CASE_MACRO = r"\b(TEST(?:_F|_P)?\(\s*)(\w+)(\s*,\s*)(\w+)(?=\s*\))"


def declare(node: Node) -> Declared | None:
    """A function by its declarator, a typedef by its new name, a struct, union or enum with a body."""
    parent = node.parent
    if node.type == "type_definition":
        return _typedef(node)
    if node.type in KINDS:
        name = node.child_by_field_name("name")
        if name is None or (parent is not None and parent.type == "type_definition"):
            return None
        return Declared(name, KINDS[node.type], node.child_by_field_name("body"))
    if parent is not None and parent.type == "compound_statement" and node.type == "declaration":
        return None  # a local variable that is initialised in parentheses
    name = function_name(node.child_by_field_name("declarator"))
    return Declared(name, SymbolKind.FUNCTION, node.child_by_field_name("body")) if name else None


def function_name(declarator: Node | None) -> Node | None:
    """The name that the innermost function declarator declares; ``None`` for a variable."""
    inner = None
    while declarator is not None and declarator.child_count:
        below = declarator.child_by_field_name("declarator")
        if below is None and declarator.type in ("parenthesized_declarator", "reference_declarator"):
            below = declarator.named_children[-1] if declarator.named_children else None
        if declarator.type == "function_declarator":
            inner = below
        if below is None:
            break
        declarator = below
    return None if inner is None or inner.type == "parenthesized_declarator" else inner


def _typedef(node: Node) -> Declared | None:
    type_, name = node.child_by_field_name("type"), node.child_by_field_name("declarator")
    while name is not None and name.type != "type_identifier":
        name = name.child_by_field_name("declarator") or next(iter(name.named_children), None)
    body = type_.child_by_field_name("body") if type_ else None
    kind = KINDS.get(type_.type, SymbolKind.TYPE) if type_ and body else SymbolKind.TYPE
    return Declared(name, kind, body) if name else None


C = LanguageSpec(
    id="c",
    family="c",
    extensions=("c", "h"),
    root_files=(),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_c",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations=DECLARATIONS,
        declare=declare,
        wrappers={},
        attributes=(),
        after_signature=(),
        methods_in_modules=False,
        imports="(preproc_include path: (_) @module) @import",
        guards=(),
        binds=binds_nothing,
        names=("identifier", "type_identifier", "field_identifier"),
        comments=("comment",),
        block_marks=("/*",),
        doc=DOXYGEN,
        directive=C_ORDER,
        module_doc=DOXYGEN,
        before_module_doc=(),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=True,
    ),
    comments=C_COMMENTS,
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="Doxygen",
        styles={},
        mark=None,
        plain_mark=False,
        escapes=BLOCK_ESCAPES,
        xml=False,
        between=C_ORDER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=DOXYGEN_TAGS,
        kept=(),
        parameter="@param {} {}",
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_LAST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("", ".h", ".hpp"),
        separator="/",
        folder_is_package=False,
        folder_named=NEVER,
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("Unity", ("unity.h",)),
            Framework("cmocka", ("cmocka",)),
            Framework("assert.h", ("assert.h",)),
        ),
        habits=HABITS,
        without_project=None,
        manifests=("CMakeLists.txt", "Makefile", "meson.build"),
        package_files=(),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"\{TEST_IGNORE\w*\(|\{skip\(",
            skipped_group=r"(?P<whole>\bvoid setUp\((void)?\)\{TEST_IGNORE\w*\()|^#if 0\b",
            bare_name_calls=False,
            test=(
                r"\bvoid \w*test\w*\(|\bTEST(?!_(ASSERT|IGNORE|FAIL|PASS|MESSAGE|PROTECT))\w*\("
                r"|\bint main\(|\bstatic \w+ \w*test\w*\("
            ),
            assertion=r"(?<!void )\b(assert\w*|TEST_(ASSERT|FAIL)\w*|(ck|cr|mu)_assert\w*)\(",
        ),
        merge=Merge(
            statement=r"^[ \t]*#[ \t]*include\b[^\n]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=None,
            heading=HEADING,
            footer=NEVER,
            class_fields=None,
            mark=NEVER,
            title=NEVER,
            case_macro=CASE_MACRO,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=False,
    leftovers=r"(?i)^\s*printf\(\"(debug|here|xxx)",
)
SPECS = (C,)
