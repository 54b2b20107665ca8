"""C#: namespaces are no part of a name's path; attributes come first; XML documentation comments."""

from __future__ import annotations

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import Declared, Node, binds_nothing
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import C_COMMENTS, C_ORDER, COMMANDS, HEADING, LINE_COMMANDS, NAME_LAST
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

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "struct_declaration": SymbolKind.STRUCT,
    "interface_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
    "delegate_declaration": SymbolKind.TYPE,
    "method_declaration": SymbolKind.METHOD,
    "constructor_declaration": SymbolKind.METHOD,
    "operator_declaration": SymbolKind.METHOD,
    "property_declaration": SymbolKind.METHOD,
    "local_function_statement": SymbolKind.FUNCTION,
}


def declare(node: Node) -> Declared | None:
    """A declaration by its name, an operator by its sign."""
    name = node.child_by_field_name("name") or node.child_by_field_name("operator")
    body = node.child_by_field_name("body") or node.child_by_field_name("accessors")
    return Declared(name, KINDS[node.type], body) if name else None


CSHARP = LanguageSpec(
    id="csharp",
    family="csharp",
    extensions=("cs",),
    root_files=(),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_c_sharp",
        entry="language",
        disguise=None,
        slow_after=b"<",
        declarations=f"[{' '.join(f'({kind})' for kind in KINDS)}] @def",
        declare=declare,
        wrappers={},
        attributes=("attribute_list",),
        after_signature=("constructor_initializer",),
        methods_in_modules=False,
        imports="""
            (using_directive) @import
            (using_directive (qualified_name) @module)
            (using_directive !name (identifier) @module)
            (using_directive name: (identifier) @name)
            """,
        guards=(),
        binds=binds_nothing,
        names=("identifier",),
        comments=("comment",),
        block_marks=("/*",),
        doc=r"///(?!/)|/\*\*(?!/)",
        directive=C_ORDER,
        module_doc=NEVER,
        before_module_doc=(),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=True,
    ),
    comments=C_COMMENTS,
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="XML documentation",
        styles={},
        mark="///",
        plain_mark=False,
        escapes=(),
        xml=True,
        between=C_ORDER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=frozenset(),
        kept=(),
        parameter='<param name="{}">{}</param>',
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_LAST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("",),
        separator="/",
        folder_is_package=True,
        folder_named=NEVER,
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("xUnit", ("xunit",)),
            Framework("NUnit", ("NUnit", "nunit")),
            Framework("MSTest", ("MSTest",)),
        ),
        habits=(
            "../{package}.Tests/{inner}/{name}Tests.cs",
            "{dir}.Tests/{name}Tests.cs",
            "tests/{inner}/{name}Tests.cs",
            "tests/{name}Tests.cs",
            "test/{name}Tests.cs",
        ),
        without_project=None,
        manifests=("*.csproj",),
        package_files=("*.csproj",),
        test_folders=(),
        in_file=None,
        untested=(),
        test_packages=("{}.Tests", "{}.UnitTests", "{}.Test", "{}Tests", "{}.Specs"),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"\bSkip=|\[Ignore\b|\)\{Assert\.(Ignore|Inconclusive)\(",
            skipped_group=(
                r"\[(\w+,)*(Ignore|Explicit)\b[^{};]*?\bclass \w+[^{]*"
                r"|(?P<whole>\[(SetUp|OneTimeSetUp|TestInitialize)\][^{};]*\{Assert\.(Ignore|Inconclusive)\()"
            ),
            bare_name_calls=False,
            test=r"\[(Fact|Theory|Test|TestCase|TestMethod|DataTestMethod)\b",
            assertion=r"\b\w*Assert\w*\.\w+|\.Should\w*\(|\bExpect\(",
        ),
        merge=Merge(
            statement=r"^(?:global )?using[ \t]+(?!\()[^;(]*;[ \t]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=None,
            heading=HEADING,
            footer=NEVER,
            class_fields=r"^\s+(private|protected|public|static|final|readonly|var|[A-Z]\w*)\b[^(){}]*(=.*)?;\s*$",
            mark=r"\[(Fact|Theory|Test)\b",
            title=NEVER,
            case_macro=NEVER,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=False,
    leftovers=r"(?i)^\s*(Console\.WriteLine\(\"(debug|here)|Debugger\.Break\()",
)
SPECS = (CSHARP,)
