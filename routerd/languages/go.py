"""Go: methods belong to their receiver's type; a comment directly above is the documentation."""

from __future__ import annotations

import re

from routerd.domain.symbol import SymbolKind
from routerd.languages.file_commands import FileCommand
from routerd.languages.node import Declared, Node, last_part, text_of
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import C_COMMENTS, COMMANDS, HEADING, LINE_COMMANDS, NAME_FIRST
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

TYPES = {"struct_type": SymbolKind.STRUCT, "interface_type": SymbolKind.INTERFACE}


def declare(node: Node) -> Declared | None:
    """A function, a method of its receiver's type, or a type by what it is."""
    name = node.child_by_field_name("name")
    if name is None:
        return None
    if node.type in ("type_spec", "type_alias"):
        type_ = node.child_by_field_name("type")
        kind = TYPES.get(type_.type, SymbolKind.TYPE) if type_ else SymbolKind.TYPE
        inside = type_.children if type_ and type_.type in TYPES else []
        # A struct's fields are one node behind the keyword; an interface's methods stand between braces.
        return Declared(name, kind, inside[1] if len(inside) > 1 else None)
    if node.type == "method_elem":
        return Declared(name, SymbolKind.METHOD)
    body = node.child_by_field_name("body")
    receiver = node.child_by_field_name("receiver")
    if receiver is None:
        return Declared(name, SymbolKind.FUNCTION, body)
    # (r *Recv[T]) names Recv: the first word that is not followed by another word.
    types = re.findall(r"\w+(?=\s*(?:\[.*)?\s*\)$)", text_of(receiver).replace("\n", " "))
    return Declared(name, SymbolKind.METHOD, body, tuple(types[:1]))


GO = LanguageSpec(
    id="go",
    family="go",
    extensions=("go",),
    root_files=("go.mod",),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_go",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations="[(function_declaration) (method_declaration) (type_spec) (type_alias) (method_elem)] @def",
        declare=declare,
        wrappers={"type_declaration": True},
        attributes=(),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            (import_spec path: [
                (interpreted_string_literal (interpreted_string_literal_content) @module)
                (raw_string_literal (raw_string_literal_content) @module)]) @import
            (import_spec name: (_) @name)
            """,
        guards=(),
        binds=last_part("/"),
        names=("identifier", "type_identifier", "field_identifier", "package_identifier"),
        comments=("comment",),
        block_marks=("/*",),
        doc=r"//|/\*",
        directive=r"//(?:go:|line |export |extern |nolint| ?\+build)",
        module_doc=NEVER,
        before_module_doc=(),
        module_clause="package_clause",
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=C_COMMENTS,
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="Go doc comment",
        styles={},
        mark="//",
        plain_mark=True,
        escapes=(),
        xml=False,
        between=r"//(go:|export |line |nolint)",
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=frozenset(),
        kept=(),
        parameter=None,
        starts_with_name=True,
        imperative=False,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("",),
        separator="/",
        folder_is_package=True,
        folder_named=r".+",
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=True),
    tests=Testing(
        frameworks=(Framework("go test", ()),),
        habits=("{dir}/{name}_test.go",),
        without_project=None,
        manifests=("go.mod",),
        package_files=("go.mod",),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"\*testing\.T\)\{(\w+\.(Helper|Parallel)\(\);?)*\w+\.Skip\w*\(",
            skipped_group=(
                r"(?P<whole>\bfunc TestMain\(\w+ ?\*testing\.M\)\{(?![^}]*\.Run\()"
                r"|\)Set[uU]p(Test|Suite)\(\)\{\w+\.T\(\)\.Skip\w*\()"
            ),
            bare_name_calls=False,
            test=r"\bfunc (Test|Fuzz|Benchmark|Example)\w*\(",
            assertion=(
                r"\b(?!fmt\.|log\.|slog\.|errors\.|xerrors\.)\w+\.(Errorf?|Fatalf?|Fail|FailNow)\("
                r"|\b(assert|require)\.\w+\(|\bis\.\w+\("
            ),
        ),
        merge=Merge(
            statement=r"^import[ \t]+(?:\((?:[^)]*)\)|[^\n(]+)\n?",
            how=ImportMerge.GO_BLOCK,
            preamble=r"^package[ \t]+\w+[^\n]*\n?",
            package=r"^package[ \t]+(\w+)",
            packages_of_tests=("{}", "{}_test"),
            heading=HEADING,
            footer=NEVER,
            class_fields=None,
            mark=NEVER,
            title=NEVER,
            case_macro=NEVER,
        ),
        commands=(
            FileCommand(
                frameworks=("go test",),
                sign=r"(?m)^module\s",
                unless=NEVER,
                files=r"_test\.go$",
                words=("go", "test", "-run", "^({names})$", "./{folder}"),
                names=r"^func (Test\w+)",
                control='{preamble}\n\nimport "testing"\n\nfunc TestControlOfRouterd(t *testing.T) {}\n',
                cannot_start=(),
                linked=(),
            ),
        ),
    ),
    words_parse=False,
    leftovers=r"(?i)^\s*(fmt\.Print(ln|f)?\(\"(debug|here|xxx)|spew\.Dump\(|panic\(\"(todo|unimplemented))",
)
SPECS = (GO,)
