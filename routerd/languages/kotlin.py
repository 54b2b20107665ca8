"""Kotlin: classes, objects and functions on their own; KDoc, whose comments nest; tests are methods or stand alone."""

from __future__ import annotations

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import Declared, Node, last_part, text_of
from routerd.languages.patterns import JAVADOC, NEVER, VERBATIM
from routerd.languages.shared import C_ORDER, COMMANDS, HEADING, LINE_COMMANDS
from routerd.languages.spec import (
    BindingRules,
    CommentStyle,
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

_BODIES = ("class_body", "enum_class_body", "function_body", "block")
_KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "object_declaration": SymbolKind.CLASS,
    "companion_object": SymbolKind.CLASS,
    "function_declaration": SymbolKind.FUNCTION,
    "secondary_constructor": SymbolKind.METHOD,
    "type_alias": SymbolKind.TYPE,
}


def declare(node: Node) -> Declared | None:
    """A declaration by its name; a companion without one is only a scope, a second constructor is its keyword."""
    name = node.child_by_field_name("name")
    if node.type == "type_alias":
        name = node.child_by_field_name("type")
    elif node.type == "secondary_constructor":
        name = next((child for child in node.children if child.type == "constructor"), None)
    if name is None and node.type != "companion_object":
        return None
    body = next((child for child in node.children if child.type in _BODIES), None)
    return Declared(name, _kind(node), body)


def _kind(node: Node) -> SymbolKind:
    parts = [child.type for child in node.children]
    if node.type == "class_declaration" and "interface" in parts:
        return SymbolKind.INTERFACE
    modifiers = next((child for child in node.children if child.type == "modifiers"), None)
    enum = modifiers is not None and any(text_of(one) == "enum" for one in modifiers.children)
    return SymbolKind.ENUM if enum else _KINDS[node.type]


KOTLIN = LanguageSpec(
    id="kotlin",
    family="kotlin",
    extensions=("kt", "kts"),
    root_files=("settings.gradle.kts", "build.gradle.kts", "pom.xml"),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_kotlin",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations=f"[{' '.join(f'({kind})' for kind in _KINDS)}] @def",
        declare=declare,
        wrappers={},
        attributes=("annotation",),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            (import (qualified_identifier) @module) @import
            (import (identifier) @name)
            (import "*" @name)
            """,
        guards=(),
        binds=last_part("."),
        names=("identifier",),
        comments=("line_comment", "block_comment"),
        block_marks=("/*",),
        doc=JAVADOC,
        directive=C_ORDER,
        module_doc=NEVER,
        before_module_doc=(),
        module_clause="package_header",
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=CommentStyle(
        line=("///", "//!", "//"),
        blocks=(("/*", "*/"),),
        strings_and_comments=(
            r"""(?P<string>\"{3}.*?\"{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|`[^`\n]*`)"""
            r"""|//[^\n]*|/\*(?:/\*.*?\*/|.)*?\*/"""
        ),
    ),
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="KDoc",
        styles={},
        mark=None,
        plain_mark=False,
        escapes=(("*/", "*&#47;"), ("/*", "/&#42;")),
        xml=False,
        between=C_ORDER,
        commands=(*COMMANDS, "@suppress", "ktlint-disable", "noinspection "),
        line_commands=LINE_COMMANDS,
        tags=JAVADOC_TAGS,
        kept=("suppress",),
        parameter="@param {} {}",
        starts_with_name=False,
        imperative=False,
        parameter_name=(
            r"^\s*(?:@\w+(?:\([^()]*\))?\s+)*"
            r"(?:(?:private|protected|internal|public|override|vararg|crossinline|noinline|va[lr])\s+)*`?([A-Za-z_]\w*)"
        ),
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS, suffixes=("",), separator="/", folder_is_package=True, folder_named=NEVER
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("kotlin.test", ("kotlin.test", "kotlin-test", 'kotlin("test")')),
            Framework("JUnit 5", ("org.junit.jupiter", "junit-jupiter")),
            Framework("Kotest", ("io.kotest",)),
            Framework("JUnit 4", ("junit:junit", "<artifactId>junit</")),
        ),
        habits=(
            "src/test/kotlin/{inner}/{name}Test.kt",
            "src/commonTest/kotlin/{inner}/{name}Test.kt",
            "src/test/java/{inner}/{name}Test.kt",
            "{dir}/{name}Test.kt",
        ),
        without_project=None,
        manifests=("build.gradle.kts", "build.gradle", "settings.gradle.kts", "libs.versions.toml", "pom.xml"),
        package_files=("pom.xml", "build.gradle", "build.gradle.kts"),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/commonMain/kotlin/", "src/main/kotlin/", "src/main/java/", "src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"@(Disabled|Ignore|Ignored)\b",
            skipped_group=(
                r"@(Disabled|Ignore|Ignored)\b[^{};]*?\b(class|object) \w+[^{]*"
                r"|\bx(describe|context|feature|given|should|test|expect)\("
                r"|(?P<whole>@(Before|BeforeEach|BeforeAll|BeforeTest)\b[^{};]*\{(Assume|Assumptions)?\.?(assumeTrue\(false|assumeFalse\(true))"
            ),
            bare_name_calls=False,
            test=(
                r"@(Test|ParameterizedTest|RepeatedTest|Property|TestFactory)\b"
                r"|\b(test|it|should|expect|given|describe)\(\""
            ),
            assertion=(
                r"(?<!fun )\b(assert\w*[(<{]|fail\(|(co)?[vV]erify\w*[({]|expect[({<]"
                r"|should(Not)?(Be|Have|Contain|Throw|Match|Start|End|Exist|Fail)\w*)"
            ),
        ),
        merge=Merge(
            statement=r"^import\b[^\n]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=r"^package\b[^\n]*\n?",
            package=r"^package[ \t]+([\w.`]+)",
            heading=HEADING,
            footer=NEVER,
            class_fields=(
                r"^\s+(?:(?:private|protected|internal|public|override|lateinit|const)\s+)*va[lr]\b[^(){}=]*(=.*)?$"
            ),
            mark=r"@Test\b",
            title=r"\b(?:test|it|should)\(\s*(\")(?P<title>.+?)\1",
            case_macro=NEVER,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=True,
    leftovers=r"(?i)^\s*(println\(\"(debug|here|xxx)|TODO\(|\w+\.printStackTrace\(\))",
)
SPECS = (KOTLIN,)
