"""PHP: the grammar of code alone, shown a file without its tags and HTML; namespaces are no part of a path; PHPDoc."""

from __future__ import annotations

import re

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import by_field, last_part
from routerd.languages.patterns import JAVADOC, NEVER, VERBATIM
from routerd.languages.shared import BLOCK_ESCAPES, C_ORDER, COMMANDS, LINE_COMMANDS, NAME_LAST
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
from routerd.languages.tags import PHP_KEPT, PHPDOC_TAGS

_KINDS = {
    "class_declaration": SymbolKind.CLASS,
    "interface_declaration": SymbolKind.INTERFACE,
    "trait_declaration": SymbolKind.TRAIT,
    "enum_declaration": SymbolKind.ENUM,
    "method_declaration": SymbolKind.METHOD,
    "function_definition": SymbolKind.FUNCTION,
}
_TO_CODE = re.compile(
    rb"\A(?:\xef\xbb\xbf)?(?:#![^\n]*\n)?\s*(?:<(?!\?(?:php\b|=))(?:(?!<\?(?:php\b|=)).)*?)?<\?(?:php\b|=)", re.S
)
"""From the beginning of a file to its code. A piece of code, as in a reply, has no tag before it."""
_TO_HTML = re.compile(
    rb"""(?:(?://|\#(?!\[))(?:(?!\?>)[^\n])*)?\?>.*?(?:<\?(?:php\b|=)|\Z)
        |(?P<code>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|/\*.*?\*/|(?://|\#(?!\[))(?:(?!\?>)[^\n])*
        |<<<[ \t]*(?P<quote>["']?)(?P<end>\w+)(?P=quote)\n.*?^[ \t]*(?P=end)\b)""",
    re.S | re.M | re.X,
)
_NOT_LINE_END = re.compile(rb"[^\r\n]")


def code_alone(source: bytes) -> bytes:
    """The source with spaces for its tags and for the HTML between them; a closing tag ends a statement.

    A comment that a closing tag ends goes with it: else what follows on its line would be a part of it.
    """
    source = _TO_CODE.sub(lambda found: _NOT_LINE_END.sub(b" ", found[0]), source)
    return _TO_HTML.sub(lambda found: found["code"] or b";" + _NOT_LINE_END.sub(b" ", found[0][1:]), source)


PHP = LanguageSpec(
    id="php",
    family="php",
    extensions=("php",),
    root_files=("composer.json",),
    opening="<?php",
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_php",
        entry="language_php_only",
        disguise=code_alone,
        slow_after=b"",
        declarations=f"[{' '.join(f'({kind})' for kind in _KINDS)}] @def",
        declare=by_field(_KINDS),
        wrappers={},
        attributes=("attribute_list",),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            (namespace_use_declaration) @import
            (namespace_use_declaration (namespace_name) @module)
            (namespace_use_declaration (namespace_use_clause (qualified_name) @module))
            (namespace_use_declaration (namespace_use_clause . (name) @module))
            (namespace_use_group (namespace_use_clause . (name) @name !alias))
            (namespace_use_clause alias: (name) @name)
            [(require_expression (string (string_content) @module))
             (require_once_expression (string (string_content) @module))
             (include_expression (string (string_content) @module))
             (include_once_expression (string (string_content) @module))] @import
            """,
        guards=(),
        binds=last_part("\\"),
        names=("name",),
        comments=("comment",),
        block_marks=("/*",),
        doc=JAVADOC,
        directive=C_ORDER + r"|#!",
        module_doc=NEVER,
        before_module_doc=(),
        module_clause="namespace_definition",
        verbatim=rf"{VERBATIM}|nowdoc|shell_command_expression",
        keeps_crlf=True,
    ),
    comments=CommentStyle(
        line=("///", "//!", "//", "#"),
        blocks=(("/*", "*/"),),
        strings_and_comments=(
            r"""(?P<string>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""
            r"""|<<<[ \t]*["']?(?P<end>\w+)["']?\n.*?\n[ \t]*(?P=end)\b)|//[^\n]*|\#(?!\[)[^\n]*|/\*.*?\*/"""
        ),
    ),
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="PHPDoc",
        styles={},
        mark=None,
        plain_mark=False,
        escapes=BLOCK_ESCAPES,
        xml=False,
        between=C_ORDER,
        commands=(*COMMANDS, "@phpstan-", "@psalm-", "phpcs:", "@codeCoverageIgnore", "@runInSeparateProcess"),
        line_commands=LINE_COMMANDS,
        tags=PHPDOC_TAGS,
        kept=PHP_KEPT,
        parameter="@param ${} {}",
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_LAST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("", ".php"),
        separator="\\",
        folder_is_package=True,
        folder_named=NEVER,
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("PHPUnit", ("phpunit/phpunit", "PHPUnit\\")),
            Framework("Pest", ("pestphp/pest",)),
        ),
        habits=(
            "tests/{inner}/{name}Test.php",
            "tests/Unit/{inner}/{name}Test.php",
            "tests/Unit/{name}Test.php",
            "tests/{name}Test.php",
            "test/{inner}/{name}Test.php",
        ),
        without_project=None,
        manifests=("composer.json", "phpunit.xml", "phpunit.xml.dist"),
        package_files=("composer.json",),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"\bfunction ?\w*\([^()]*\)(:\w+)?\{\$this->markTest(Skipped|Incomplete)\(|->(skip|todo)\(",
            skipped_group=(
                r"(?P<whole>\bfunction setUp(BeforeClass)?\(\)(:void)?\{(parent::setUp(BeforeClass)?\(\);)?"
                r"(\$this->|self::|static::)markTest(Skipped|Incomplete)\(|\bbeforeEach\([^{]*\{\$this->markTestSkipped\()"
            ),
            bare_name_calls=False,
            test=r"\bfunction [tT]est\w*\(|#\[\\?(\w+\\)*Test\b|\b(test|it)\(['\"]",
            assertion=(
                r"(?<!function )\b(assert\w*|expect(Exception\w*|OutputString|OutputRegex)?)\("
                r"|(->|::)fail\(|->should(Not)?(Be|Return|Throw|Have|Contain|Match)\w*\("
            ),
        ),
        merge=Merge(
            statement=r"^use\b[^;({]*(?:\{[^}]*\})?[ \t]*;[ \t]*\n?|^require(?:_once)?\b[^;]*;[ \t]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=r"^<\?php\b[^\n]*\n?|^declare\s*\([^)]*\)\s*;[ \t]*\n?|^namespace\b[^;{]*;[ \t]*\n?",
            heading=("<?php", "#!", "//", "# "),
            footer=r"^\?>\s*\Z",
            class_fields=r"^\s+(?:(?:public|protected|private|readonly|static|const|use)\b)[^(){}=]*(=.*)?;\s*$",
            mark=r"#\[\\?(\w+\\)*Test\b|@test\b",
            title=r"\b(?:it|test)\s*\(\s*(['\"])(?P<title>.+?)\1",
            case_macro=NEVER,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=True,
    leftovers=r"^\s*(var_dump|print_r|dd|dump|xdebug_break)\(",
)
SPECS = (PHP,)
