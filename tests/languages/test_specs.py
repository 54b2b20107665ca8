"""One file for each language: nothing else names a language, and a spec that lacks a field is no spec."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import routerd
from routerd import languages
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.languages import spec as shapes
from routerd.languages.patterns import compiled
from routerd.languages.spec import LanguageSpec, Signs
from routerd.languages.texts import TEXTS

PACKAGE = Path(routerd.__file__).parent
SPECS = [pytest.param(spec, id=spec.id) for spec in languages.specs().values()]
ELSEWHERE = {
    ("app/nominal.py", "python"): "the language of a request of usual size, which has no file",
    ("system/virtual_environment.py", "python"): "the name of a program",
}
"""Where else a language id stands as a string, and why: (file, string) to reason."""


def test_no_file_outside_of_languages_names_a_language() -> None:
    found = {
        (path.relative_to(PACKAGE).as_posix(), node.value): node.lineno
        for path in sorted(PACKAGE.rglob("*.py"))
        if not path.is_relative_to(PACKAGE / "languages") and "sample" not in path.parts
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in languages.specs()
    }
    assert found.keys() == ELSEWHERE.keys(), found


@pytest.mark.parametrize(
    "shape", [s for s in vars(shapes).values() if dataclasses.is_dataclass(s) and s.__module__ == shapes.__name__]
)
def test_no_field_of_a_spec_has_a_default(shape: type) -> None:
    for field in dataclasses.fields(shape):
        assert field.default is dataclasses.MISSING, field.name
        assert field.default_factory is dataclasses.MISSING, field.name


def test_each_id_and_each_extension_belongs_to_one_language() -> None:
    modules = [
        importlib.import_module(f"{languages.__name__}.{m.name}") for m in pkgutil.iter_modules(languages.__path__)
    ]
    specs = [spec for module in modules for spec in getattr(module, "SPECS", ())]
    assert len({spec.id for spec in specs}) == len(specs) == len(languages.specs())
    extensions = [extension for known in (*specs, *TEXTS) for extension in known.extensions]
    assert len(set(extensions)) == len(extensions)
    for spec in specs:
        assert {languages.language_of(f"a.{extension}") for extension in spec.extensions} == {spec.id}


def test_an_unknown_language_has_no_spec_and_an_unknown_extension_no_language() -> None:
    assert "elixir" not in languages.specs()
    assert "spec" not in languages.specs()
    assert languages.language_of("a.xyz") == languages.language_of("py") == languages.UNKNOWN


@pytest.mark.parametrize("spec", SPECS)
def test_every_pattern_of_a_spec_compiles_and_every_query_fits_its_grammar(spec: LanguageSpec) -> None:
    patterns = [spec.grammar.doc, spec.grammar.directive, spec.grammar.module_doc, spec.grammar.verbatim]
    patterns += [spec.comments.strings_and_comments, spec.docs.between, *spec.docs.styles.values()]
    patterns += [spec.imports.folder_named, spec.leftovers]
    if isinstance(spec.tests.signs, Signs):
        patterns += [spec.tests.signs.test, spec.tests.signs.assertion]
    for pattern in patterns:
        assert compiled(pattern).match("") is None, f"{pattern} matches nothing at all"
    assert "string" in compiled(spec.comments.strings_and_comments).groupindex
    assert TreeSitterGrammar().knows(spec.id)
    assert TreeSitterGrammar().code_tokens("", spec.id) is not None


@pytest.mark.parametrize("spec", SPECS)
def test_tests_of_a_language_have_a_home_and_a_framework(spec: LanguageSpec) -> None:
    assert spec.tests.frameworks
    for habit in spec.tests.habits:
        extension = spec.extensions[0]
        path = habit.format(dir="shop", inner="", package="shop", name="cart", ext=extension)
        assert languages.language_of(path) == spec.id, habit
        assert (path == f"shop/cart.{extension}") <= (spec.tests.in_file is not None)


def test_the_wheel_of_each_grammar_is_a_dependency() -> None:
    declared = (PACKAGE.parent / "pyproject.toml").read_text("utf-8")
    for spec in languages.specs().values():
        assert re.search(rf'"{spec.grammar.package.replace("_", "-")}>=', declared), spec.id


def test_a_bare_process_reaches_the_specs_without_a_library() -> None:
    code = (
        "import sys; from routerd.languages import specs; assert len(specs()) > 9;"
        "print([m for m in sys.modules if m.startswith(('tree_sitter', 'openai', 'pygls', 'routerd.adapters'))])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
