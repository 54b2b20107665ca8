"""Java: everything is inside a class; annotations are modifiers; Javadoc."""

from __future__ import annotations

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import by_field, last_part
from routerd.languages.patterns import JAVADOC, NEVER, VERBATIM
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
from routerd.languages.tags import JAVADOC_TAGS

KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "record_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "annotation_type_declaration": SymbolKind.INTERFACE,
    "enum_declaration": SymbolKind.ENUM,
    "method_declaration": SymbolKind.METHOD,
    "constructor_declaration": SymbolKind.METHOD,
    "compact_constructor_declaration": SymbolKind.METHOD,
}


JAVA = LanguageSpec(
    id="java",
    family="java",
    extensions=("java",),
    root_files=("pom.xml",),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_java",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations=f"[{' '.join(f'({kind})' for kind in KINDS)}] @def",
        declare=by_field(KINDS),
        wrappers={},
        attributes=("annotation", "marker_annotation"),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            (import_declaration [(scoped_identifier) (identifier)] @module) @import
            (import_declaration (asterisk) @name)
            """,
        guards=(),
        binds=last_part("."),
        names=("identifier", "type_identifier"),
        comments=("line_comment", "block_comment"),
        block_marks=("/*",),
        doc=JAVADOC,
        directive=C_ORDER,
        module_doc=NEVER,
        before_module_doc=(),
        module_clause="package_declaration",
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=C_COMMENTS,
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="Javadoc",
        styles={},
        mark=None,
        plain_mark=False,
        escapes=(("*/", "*&#47;"), ("\\u", "&#92;u")),
        xml=False,
        between=C_ORDER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=JAVADOC_TAGS,
        kept=("deprecated", "hidden"),
        parameter="@param {} {}",
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
            Framework("JUnit 5", ("org.junit.jupiter", "junit-jupiter")),
            Framework("JUnit 4", ("junit:junit", "<artifactId>junit</")),
        ),
        habits=("src/test/java/{inner}/{name}Test.java", "{dir}/{name}Test.java"),
        without_project=None,
        manifests=("pom.xml", "build.gradle", "build.gradle.kts"),
        package_files=("pom.xml", "build.gradle", "build.gradle.kts"),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/main/java/", "src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"@(Disabled|Ignore)\b",
            skipped_group=(
                r"@(Disabled|Ignore)\b[^{};]*?\b(class|record) \w+[^{]*"
                r"|(?P<whole>@(Before|BeforeEach|BeforeAll|BeforeClass)\b[^{};]*\{(Assume|Assumptions)?\.?(assumeTrue\(false|assumeFalse\(true|abort\())"
            ),
            bare_name_calls=False,
            test=r"@(Test|ParameterizedTest|RepeatedTest|Property|TestFactory)\b",
            assertion=r"(?<!void )\bassert\w*\(|\bassert |(?<!void )\b(fail|verify)\(|\bexpected=",
        ),
        merge=Merge(
            statement=r"^import\b[^;]*;[ \t]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=r"^package\b[^;]*;[ \t]*\n?",
            package=r"^package[ \t]+([\w.]+)[ \t]*;",
            heading=HEADING,
            footer=NEVER,
            class_fields=r"^\s+(private|protected|public|static|final|readonly|var|[A-Z]\w*)\b[^(){}]*(=.*)?;\s*$",
            mark=r"@Test\b",
            title=NEVER,
            case_macro=NEVER,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=False,
    leftovers=r"^\s*(System\.out\.print(ln)?\(|\w+\.printStackTrace\(\))",
)
SPECS = (JAVA,)
