"""Ruby: modules, classes and methods; ``class << self`` is transparent; comments above are YARD."""

from __future__ import annotations

import re

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import Declared, Node, binds_nothing, text_of
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import COMMANDS, HEADING, LINE_COMMANDS, NAME_FIRST
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
from routerd.languages.tags import YARD_TAGS

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
    return Declared(name, KINDS[node.type], body, path) if name else None


RUBY = LanguageSpec(
    id="ruby",
    family="ruby",
    extensions=("rb",),
    root_files=(),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_ruby",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations=f"[{' '.join(f'({kind})' for kind in (*KINDS, 'singleton_class'))}] @def",
        declare=declare,
        wrappers={"argument_list": False, "call": False},
        attributes=(),
        after_signature=(),
        methods_in_modules=True,
        imports="""(call !receiver method: (identifier) @guard
            arguments: (argument_list . (string (string_content) @module) .)) @import""",
        guards=("require", "require_relative", "load"),
        binds=binds_nothing,
        names=("identifier", "constant", "instance_variable", "class_variable"),
        comments=("comment",),
        block_marks=("=begin",),
        doc=r"#|=begin",
        directive=rf"#(?:{_MAGIC})",
        module_doc=NEVER,
        before_module_doc=(),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=CommentStyle(
        line=("#",),
        blocks=(("/*", "*/"),),
        strings_and_comments=r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|(?<![\w{])#[^\n]*""",
    ),
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="YARD",
        styles={},
        mark="#",
        plain_mark=True,
        escapes=(),
        xml=False,
        between=NEVER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=YARD_TAGS,
        kept=("private", "api"),
        parameter="@param {} {}",
        starts_with_name=False,
        imperative=True,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("", ".rb"),
        separator="/",
        folder_is_package=False,
        folder_named=NEVER,
    ),
    bindings=BindingRules(needs_sign=True, chained=False, name_first=False),
    tests=Testing(
        frameworks=(Framework("RSpec", ("rspec",)), Framework("minitest", ("minitest",))),
        habits=(
            "spec/{inner}/{name}_spec.rb",
            "test/{inner}/{name}_test.rb",
            "test/{inner}/test_{name}.rb",
            "test/test_{name}.rb",
        ),
        without_project=None,
        manifests=("Gemfile", "Gemfile.lock", "Rakefile", ".rspec"),
        package_files=("Gemfile", "*.gemspec"),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=(
                r"\bdef test_\w+ ?(skip|pending)\b"
                r"|\b(it|specify) ?['\"]{2} ?do ?(skip|pending)\b"
            ),
            skipped_group=(
                r"(?P<whole>\bdef setup (skip|pending)\b|\bbefore(\([^)]*\)| ?:\w+)? ?(do |\{)(skip|pending)\b"
                r"|\bx(describe|context|feature)\b|\b(describe|context|feature) ?\(?[^\n]*?,:?(skip|pending)(:|\b)"
                r"|\b(RSpec\.)(xdescribe|describe[^\n]*?,(skip|pending):))"
            ),
            bare_name_calls=True,
            test=r"\b(it|specify|example|scenario)\b ?['\"({|]|\bit do\b|\bdef test_\w+|\btest ?['\"]|\bit\{",
            assertion=r"\bexpect ?[({]|\bis_expected\b|(?<!def )\b((assert|refute)\w*|(must|wont)_\w+|should|flunk)\b",
        ),
        merge=Merge(
            statement=r"^require(?:_relative)?\b[^\n]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=r"^# frozen_string_literal:[^\n]*\n?",
            heading=HEADING,
            footer=NEVER,
            class_fields=None,
            mark=NEVER,
            title=r"\b(?:it|test|specify)\s*\(?\s*(['\"`])(?P<title>.+?)\1",
            case_macro=NEVER,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=True,
    leftovers=r"^\s*(binding\.(pry|irb)|byebug|p )\b",
)
SPECS = (RUBY,)
