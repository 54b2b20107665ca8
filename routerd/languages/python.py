"""Python: docstrings, decorators, two kinds of import; its own parser decides what is the same program."""

from __future__ import annotations

from routerd.domain.symbol import SymbolKind
from routerd.languages.file_commands import FileCommand
from routerd.languages.node import by_field
from routerd.languages.patterns import NEVER, VERBATIM
from routerd.languages.shared import NAME_FIRST
from routerd.languages.spec import (
    BindingRules,
    CommentStyle,
    DocPlacement,
    DocStyle,
    Framework,
    GrammarRules,
    ImportRules,
    LanguageSpec,
    ModuleNames,
    Testing,
    Tree,
)

_CONTROL = """import unittest

import {module}  # noqa: F401


def test_control():
    pass


class TestControl(unittest.TestCase):
    def test_control(self):
        pass
"""
PYTHON = LanguageSpec(
    id="python",
    family="python",
    extensions=("py", "pyi"),
    root_files=("pyproject.toml", "setup.py"),
    opening=None,
    tree=Tree.PYTHON,
    grammar=GrammarRules(
        package="tree_sitter_python",
        entry="language",
        disguise=None,
        slow_after=b"",
        declarations="[(function_definition) (class_definition)] @def",
        declare=by_field({"function_definition": SymbolKind.FUNCTION, "class_definition": SymbolKind.CLASS}),
        wrappers={"decorated_definition": False},
        attributes=(),
        after_signature=(),
        methods_in_modules=False,
        imports="""
            [(import_statement) (import_from_statement) (future_import_statement)] @import
            (import_statement name: (dotted_name) @module)
            (import_statement name: (aliased_import name: (dotted_name) @module alias: (identifier) @name))
            (import_from_statement module_name: (_) @module)
            (import_from_statement name: (dotted_name) @name)
            (import_from_statement name: (aliased_import alias: (identifier) @name))
            (import_from_statement (wildcard_import) @name)
            (future_import_statement "__future__" @module name: (dotted_name) @name)
            """,
        guards=(),
        binds=lambda module: (module.partition(".")[0],),
        names=("identifier",),
        comments=("comment",),
        block_marks=(),
        doc=NEVER,
        directive=r"#!|# -\*-|#.{0,3}coding[:=]",
        module_doc=NEVER,
        before_module_doc=(),
        module_clause=None,
        verbatim=VERBATIM,
        keeps_crlf=False,
    ),
    comments=CommentStyle(
        line=("///", "//!", "//"),
        blocks=(("/*", "*/"),),
        strings_and_comments=(
            r"""(?P<string>\"{3}.*?\"{3}|'{3}.*?'{3}|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|#[^\n]*"""
        ),
    ),
    docs=DocStyle(
        placement=DocPlacement.BODY,
        name="google",
        styles={
            "numpy": r"^[ \t]*(Parameters|Returns|Yields|Raises)[ \t]*\r?\n[ \t]*-{3,}",
            "sphinx": r"^[ \t]*:(param|type|returns?|rtype|raises)\b",
            "google": r"^[ \t]*(Args|Arguments|Returns|Yields|Raises|Attributes):[ \t]*$",
        },
        mark=None,
        plain_mark=False,
        escapes=(),
        xml=False,
        between=NEVER,
        commands=(),
        line_commands=(),
        tags=frozenset(),
        kept=(),
        parameter=None,
        starts_with_name=False,
        imperative=False,
        parameter_name=NAME_FIRST,
    ),
    imports=ImportRules(
        modules=ModuleNames.PYTHON_PACKAGES,
        suffixes=(),
        separator=".",
        folder_is_package=False,
        folder_named="__init__",
    ),
    bindings=BindingRules(needs_sign=True, chained=True, name_first=False),
    tests=Testing(
        frameworks=(
            Framework("pytest", ("pytest",)),
            Framework("unittest", ("unittest.TestCase", "import unittest")),
        ),
        habits=(
            "tests/test_{name}.py",
            "tests/{inner}/test_{name}.py",
            "test/test_{name}.py",
            "test/{inner}/test_{name}.py",
            "tests/unit/test_{name}.py",
            "tests/unit/{inner}/test_{name}.py",
            "{dir}/tests/test_{name}.py",
            "{dir}/test_{name}.py",
            "tests/{name}_test.py",
            "{dir}/{name}_test.py",
        ),
        without_project="{dir}/test_{name}.py",
        manifests=("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini"),
        package_files=("pyproject.toml", "setup.cfg", "setup.py"),
        test_packages=(),
        test_folders=(),
        in_file=None,
        untested=(".pyi",),
        source_roots=("src/", "lib/", "app/"),
        signs=Tree.PYTHON,
        merge=Tree.PYTHON,
        commands=(
            FileCommand(
                frameworks=("pytest",),
                sign=r"\bpytest\b",
                unless=NEVER,
                files=r"\.py$",
                words=("{python}", "-m", "pytest", "-q", "{file}"),
                names=NEVER,
                control=_CONTROL,
                # pytest's ExitCode: an internal error, and a wrong use of its command line, such as a missing plugin.
                cannot_start=(3, 4),
                linked=(),
            ),
            FileCommand(
                frameworks=("unittest",),
                sign=r"\bunittest\b",
                unless=NEVER,
                files=r"\.py$",
                words=("{python}", "-m", "unittest", "{file}"),
                names=NEVER,
                control=_CONTROL,
                cannot_start=(),
                linked=(),
            ),
        ),
    ),
    words_parse=False,
    leftovers=NEVER,
)
SPECS = (PYTHON,)
