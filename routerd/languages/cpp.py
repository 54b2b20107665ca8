"""C++: C with classes, templates and qualified names; a namespace is no part of a name's path."""

from __future__ import annotations

import re
from dataclasses import replace

from routerd.domain.symbol import SymbolKind
from routerd.languages import c
from routerd.languages.node import Declared, Node, text_of
from routerd.languages.patterns import NEVER
from routerd.languages.shared import HEADING
from routerd.languages.spec import (
    Framework,
    ImportMerge,
    Merge,
    Signs,
    Testing,
)

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
        return _unqualified(Declared(name, kind, node.child_by_field_name("body"))) if name else None
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


CPP = replace(
    c.C,
    id="cpp",
    family="c",
    extensions=("cc", "cpp", "cxx", "hh", "hpp"),
    grammar=replace(
        c.C.grammar,
        package="tree_sitter_cpp",
        disguise=_disguised,
        declarations=c.DECLARATIONS
        + """
        [(class_specifier body: (_)) (alias_declaration) (concept_definition)] @def
        (declaration declarator: (reference_declarator (function_declarator))) @def
        (field_declaration declarator: [(function_declarator) (pointer_declarator (function_declarator))
            (reference_declarator (function_declarator))]) @def
        """,
        declare=declare,
        wrappers={"template_declaration": True},
        after_signature=("field_initializer_list", "delete_method_clause", "default_method_clause"),
        names=(*c.C.grammar.names, "namespace_identifier"),
    ),
    tests=Testing(
        frameworks=(
            Framework("GoogleTest", ("gtest", "GTest")),
            Framework("Catch2", ("catch2", "Catch2", "catch.hpp")),
            Framework("doctest", ("doctest",)),
        ),
        habits=c.HABITS,
        without_project=None,
        manifests=("CMakeLists.txt", "meson.build", "conanfile.txt", "vcpkg.json"),
        package_files=(),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=c.C.tests.source_roots,
        signs=Signs(
            skipped=r"\{GTEST_SKIP\(|\bTEST\w*\((DISABLED_\w*,|\w+,DISABLED_)|\{SKIP\(",
            skipped_group=(
                r"(?P<whole>\bvoid SetUp(TestSuite)?\(\)(override)?\{GTEST_SKIP\()|"
                r"\bTEST_SUITE\([^)]*\*(doctest::)?skip\(\w*\)\)(?=\{)"
            ),
            bare_name_calls=False,
            test=r"\b(TYPED_)?TEST(_F|_P|_CASE|_CASE_METHOD)?\(|\bSCENARIO\(|\bTEMPLATE_TEST_CASE\(|\bint main\(",
            assertion=r"\b(EXPECT|ASSERT)_\w+\(|\b(CHECK|REQUIRE)\w*\(|\bassert\(|\bstatic_assert\(",
        ),
        merge=Merge(
            statement=r"^[ \t]*#[ \t]*include\b[^\n]*\n?|^using namespace\b[^;]*;[ \t]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=None,
            heading=HEADING,
            footer=NEVER,
            class_fields=None,
            mark=NEVER,
            title=r"\b(?:TEST_CASE|SCENARIO)\s*\(?\s*(['\"`])(?P<title>.+?)\1",
            case_macro=c.CASE_MACRO,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=False,
    leftovers=r"(?i)^\s*(printf\(\"|std::cerr << \")(debug|here|xxx)",
)
SPECS = (CPP,)
