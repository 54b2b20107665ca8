"""Rust: an ``impl`` is a scope with its type's name; outer and inner doc comments."""

from __future__ import annotations

import re

from routerd.domain.symbol import SymbolKind
from routerd.languages.file_commands import FileCommand
from routerd.languages.inside import InFile
from routerd.languages.node import Declared, Node, text_of
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import C_ORDER, COMMANDS, HEADING, LINE_COMMANDS, NAME_FIRST
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

KINDS = {
    "function_item": SymbolKind.FUNCTION,
    "function_signature_item": SymbolKind.FUNCTION,
    "struct_item": SymbolKind.STRUCT,
    "union_item": SymbolKind.STRUCT,
    "enum_item": SymbolKind.ENUM,
    "trait_item": SymbolKind.TRAIT,
    "type_item": SymbolKind.TYPE,
    "mod_item": SymbolKind.MODULE,
}


def declare(node: Node) -> Declared | None:
    """An item by its name; an ``impl`` as a scope named by the last part of its type."""
    body = node.child_by_field_name("body")
    if node.type == "impl_item":
        type_ = node.child_by_field_name("type")
        bare = text_of(type_).partition("<")[0] if type_ else ""
        return Declared(None, SymbolKind.STRUCT, body, tuple(re.findall(r"\w+", bare)[-1:]))
    name = node.child_by_field_name("name")
    return Declared(name, KINDS[node.type], body) if name else None


RUST = LanguageSpec(
    id="rust",
    family="rust",
    extensions=("rs",),
    root_files=("Cargo.toml",),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_rust",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations=f"[{' '.join(f'({kind})' for kind in KINDS)} (impl_item)] @def",
        declare=declare,
        wrappers={},
        attributes=("attribute_item",),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            [(use_declaration) (extern_crate_declaration)] @import
            (use_declaration argument: [(scoped_identifier path: (_) @module name: (identifier) @name)
                (identifier) @module
                (scoped_use_list path: (_) @module)
                (use_wildcard (_) @module "*" @name)
                (use_as_clause path: [(scoped_identifier path: (_) @module) (identifier) @module])])
            (use_as_clause alias: (identifier) @name)
            (use_list [(identifier) @name (scoped_identifier name: (identifier) @name)
                (use_wildcard "*" @name)])
            (extern_crate_declaration name: (identifier) @module)
            """,
        guards=(),
        binds=lambda module: (module,),
        names=("identifier", "type_identifier", "field_identifier", "shorthand_field_identifier"),
        comments=("line_comment", "block_comment"),
        block_marks=("/*",),
        doc=r"///(?!/)|/\*\*(?![*/])",
        directive=C_ORDER,
        module_doc=r"//!|/\*!",
        before_module_doc=("inner_attribute_item",),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=CommentStyle(
        line=("///", "//!", "//"),
        blocks=(("/*", "*/"),),
        strings_and_comments=(
            r"""(?P<string>\br(?P<hashes>#*)".*?"(?P=hashes)|"(?:\\.|[^"\\])*"|'(?:\\[^\n]{1,9}?|[^'\\\n])')"""
            r"""|//[^\n]*|/\*.*?\*/"""
        ),
    ),
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="rustdoc",
        styles={},
        mark="///",
        plain_mark=False,
        escapes=(),
        xml=False,
        between=C_ORDER,
        commands=COMMANDS,
        line_commands=LINE_COMMANDS,
        tags=frozenset(),
        kept=(),
        parameter=None,
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=("",),
        separator="/",
        folder_is_package=False,
        folder_named=r"mod|lib",
    ),
    bindings=BindingRules(needs_sign=False, chained=False, name_first=False),
    tests=Testing(
        frameworks=(Framework("cargo test", ()),),
        habits=("{dir}/{name}.rs", "tests/{name}.rs", "tests/test_{name}.rs", "tests/{name}_test.rs"),
        without_project=None,
        manifests=("Cargo.toml",),
        package_files=("Cargo.toml",),
        test_packages=(),
        untested=(),
        test_folders=("tests/",),
        in_file=InFile(
            public=r"pub\s",
            program=r"^(src/main|src/bin/.*|build|examples/.*|benches/.*)\.rs$",
            library="src/lib.rs",
            manifest="Cargo.toml",
            name=r'^\[(?:lib|package)\](?:\n(?!\[).*)*?\nname\s*=\s*"([\w-]+)"',
            folder_files=("lib", "mod"),
            separator="::",
            inside="super::*",
            use="use super::*;",
            module=r"#\[cfg\(test\)\]\s*(?:#\[[^\]]*\]\s*)*mod\s+\w+\s*",
            opening=("#[cfg(test)]", "mod tests {"),
        ),
        source_roots=("src/", "lib/", "app/"),
        signs=Signs(
            skipped=r"#\[(ignore\b|cfg_attr\([^,\]]*,ignore\b)",
            skipped_group=r"#!?\[cfg\((any\(\)|FALSE|false|never|not\(test\))\)\](pub )?mod \w+",
            bare_name_calls=False,
            test=r"#\[(\w+::)*(test|rstest|case)\b",
            assertion=r"\b(debug_|prop_)?assert\w*!|\bpanic!|\bshould_panic\b|\bunwrap_err\(|\bexpect_err\(|\bassert_snapshot",
        ),
        merge=Merge(
            statement=r"^(?:pub )?use\b[^;]*;[ \t]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=None,
            heading=HEADING,
            footer=NEVER,
            class_fields=None,
            mark=r"#\[(\w+::)*test\]",
            title=NEVER,
            case_macro=NEVER,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(
            FileCommand(
                frameworks=("cargo test",),
                sign=r"(?m)^\[package\]",
                unless=NEVER,
                files=r"^tests/[^/]+\.rs$",
                words=("cargo", "test", "--quiet", "--test", "{stem}"),
                names=NEVER,
                control="#[test]\nfn control_of_routerd() {}\n",
                cannot_start=(),
                linked=(),
            ),
        ),
    ),
    words_parse=False,
    leftovers=r"^\s*(dbg!|todo!|unimplemented!)\(",
)
SPECS = (RUST,)
