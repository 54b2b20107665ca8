"""Lua: functions by the table that they are put into, ``M`` being the module itself; comments above are LDoc."""

from __future__ import annotations

import re

from routerd.domain.symbol import SymbolKind
from routerd.languages.node import Declared, Node, last_part, text_of
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import COMMANDS, LINE_COMMANDS, NAME_FIRST
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
from routerd.languages.tags import LUALS_TAGS

_MODULE = ("M", "_M")
"""What nearly all modules call the table that they return: no part of a name's path."""
_CLASS = re.compile(r"[A-Z]\w*[a-z]\w*")
"""A table that is named like a class."""


def declare(node: Node) -> Declared | None:
    """A function by the last part of its name, or by what it is assigned to; a table that is named like a class."""
    if node.type == "function_declaration":
        return _named(node.child_by_field_name("name"), node.child_by_field_name("body"))
    names, values = node.named_children[0], node.named_children[-1]
    if names.named_child_count != 1 or values.named_child_count != 1:
        return None
    name, value = names.named_children[0], values.named_children[0]
    if value.type == "function_definition":
        return _named(name, value.child_by_field_name("body"))
    around = node.parent.parent if node.parent else None
    top = around is not None and around.type == "chunk"
    if top and name.type == "identifier" and _CLASS.fullmatch(text_of(name)):
        return Declared(name, SymbolKind.CLASS, value)
    return None


def _named(name: Node | None, body: Node | None) -> Declared | None:
    if name is None or name.type == "identifier":
        return Declared(name, SymbolKind.FUNCTION, body) if name else None
    table = name.child_by_field_name("table")
    last = name.child_by_field_name("method") or name.child_by_field_name("field")
    path = tuple(re.findall(r"\w+", text_of(table))) if table else ()
    if path[:1] and path[0] in _MODULE:
        path = path[1:]
    return Declared(last, SymbolKind.METHOD if path else SymbolKind.FUNCTION, body, path) if last else None


LUA = LanguageSpec(
    id="lua",
    family="lua",
    extensions=("lua",),
    root_files=(".busted", ".luarc.json"),
    opening=None,
    tree=None,
    grammar=GrammarRules(
        package="tree_sitter_lua",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations="""
            (function_declaration) @def
            (assignment_statement (variable_list) (expression_list value: (function_definition))) @def
            (variable_declaration (assignment_statement
                (variable_list) (expression_list value: (table_constructor))) @def)
            """,
        declare=declare,
        wrappers={"variable_declaration": True},
        attributes=(),
        after_signature=("=",),
        methods_in_modules=False,
        imports="""
            (variable_declaration (assignment_statement
                (variable_list name: (identifier) @name)
                (expression_list value: (function_call
                    name: (identifier) @guard
                    arguments: (arguments . (string content: (string_content) @module) .))))) @import
            (chunk (function_call
                name: (identifier) @guard
                arguments: (arguments . (string content: (string_content) @module) .)) @import)
            """,
        guards=("require",),
        binds=last_part("."),
        names=("identifier",),
        comments=("comment",),
        block_marks=("--[[", "--[="),
        doc=r"--",
        directive=r"--+[ \t]*(?:luacheck:|stylua:|selene:|@diagnostic\b)|--!",
        module_doc=r"---(?!-)",
        before_module_doc=("hash_bang_line",),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=CommentStyle(
        line=("---", "--"),
        blocks=(("--[[", "]]"), ("/*", "*/")),
        strings_and_comments=(
            r"""(?P<string>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<!-)\[(?P<level>=*)\[.*?\](?P=level)\])"""
            r"""|--\[(?P<comment>=*)\[.*?\](?P=comment)\]|--[^\n]*"""
        ),
    ),
    docs=DocStyle(
        placement=DocPlacement.ABOVE,
        name="LDoc",
        styles={},
        mark="---",
        plain_mark=True,
        escapes=(),
        xml=False,
        between=r"--+[ \t]*(?:luacheck:|stylua:|selene:|@diagnostic\b)",
        commands=(*COMMANDS, "@diagnostic", "luacheck:", "stylua:", "selene:"),
        line_commands=LINE_COMMANDS,
        tags=LUALS_TAGS,
        kept=tuple(sorted(LUALS_TAGS - {"see", "return", "param"})),
        parameter="@param {} {}",
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PATHS,
        suffixes=(".lua", "/init.lua"),
        separator=".",
        folder_is_package=False,
        folder_named="init",
    ),
    bindings=BindingRules(needs_sign=True, chained=False, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("busted", ("busted", "describe(")),
            Framework("LuaUnit", ("luaunit",)),
            Framework("mini.test", ("mini.test", "MiniTest")),
        ),
        habits=(
            "spec/{inner}/{name}_spec.lua",
            "spec/{name}_spec.lua",
            "tests/{inner}/{name}_spec.lua",
            "tests/{name}_spec.lua",
            "test/{name}_test.lua",
            "tests/test_{name}.lua",
            "test/test_{name}.lua",
        ),
        without_project=None,
        manifests=("*.rockspec", ".busted"),
        package_files=("*.rockspec",),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(),
        source_roots=("src/", "lib/", "app/", "lua/"),
        signs=Signs(
            skipped=r"\bpending\(?['\"]",
            skipped_group=(
                r"(?P<whole>\bfunction (\w+[.:])?set[uU]p\(\)(lu|luaunit)?\.?skip\w*\("
                r"|\bbefore_each\(function\(\)pending\()"
                r"|\bpending\(['\"]{2},function\(\)(?=it\()"
            ),
            bare_name_calls=False,
            test=r"\b(it|test|spec|pending)\(?['\"]|\bfunction (\w+[.:])*[tT]est\w*\(|\bT\[['\"]{2}\](\[['\"]{2}\])?=",
            assertion=(
                r"(?<!function )(?<![.:])\b((lu|luaunit|MiniTest|assert|expect)\.)?"
                r"(assert\w*|expect|fail)(\.\w+)*[({'\"]|\b(assert|MiniTest\.expect)(\.\w+)+\("
            ),
        ),
        merge=Merge(
            statement=r"^(?:local[ \t]+\w+[ \t]*=[ \t]*)?require\b[^\n]*\n?",
            how=ImportMerge.STATEMENTS,
            preamble=None,
            heading=("#!", "--"),
            footer=r"^(?:os\.exit\(|return\b)[^\n]*\s*\Z",
            class_fields=None,
            mark=NEVER,
            title=r"\b(?:it|test)\s*\(?\s*(['\"])(?P<title>.+?)\1",
            case_macro=NEVER,
            package=None,
            packages_of_tests=("{}",),
        ),
        commands=(),
    ),
    words_parse=True,
    leftovers=r"(?i)^\s*(print\((vim\.inspect\(|['\"](debug|here|xxx))|debug\.debug\(\))",
)
SPECS = (LUA,)
