"""What routerd stands on: every library that it imports is declared, and no private part of one is used unlisted."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterator

import pytest

from tests.structure.test_structure import PACKAGE, ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
OPTIONAL = {
    "keyring": "keyring",
    "mcp": "mcp",
    "model2vec": "embedding",
    "onnxruntime": "encoder",
    "opentelemetry": "otel",
    "psycopg": "postgres",
    "pydantic": "mcp",
}
"""Libraries that only an extra brings, and the extra."""

PRIVATE = {
    ("adapters/catalogue/price_list.py", "_providers_from_raw"): "genai-prices reads a fetched list by nothing public",
}
"""Private parts of libraries that are used, each with its reason; its library has an upper bound."""

SOURCES = {
    path.relative_to(PACKAGE).as_posix(): ast.parse(path.read_text("utf-8"))
    for path in sorted(PACKAGE.rglob("*.py"))
    if "sample" not in path.parts
}


def imported(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Each module that is imported from elsewhere, with each name taken out of it."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.module or "", alias.name) for alias in node.names)


def foreign(module: str) -> bool:
    top = module.partition(".")[0]
    return top != "routerd" and top not in sys.stdlib_module_names


def declared(requirements: list[str]) -> set[str]:
    return {re.split(r"[^\w-]", one)[0].lower().replace("_", "-") for one in requirements}


def test_every_library_that_is_imported_is_declared_as_a_dependency() -> None:
    packages = importlib.metadata.packages_distributions()
    always, extras = declared(PROJECT["dependencies"]), PROJECT["optional-dependencies"]
    missing = set()
    for path, tree in SOURCES.items():
        for module in {module.partition(".")[0] for module, _ in imported(tree) if foreign(module)}:
            names = {name.lower().replace("_", "-") for name in packages.get(module, [module])}
            wanted = declared(extras[OPTIONAL[module]]) if module in OPTIONAL else always
            if not names & wanted:
                missing.add((path, module))
    assert not missing


def private(name: str) -> bool:
    return name.startswith("_") and not (name.startswith("__") and name.endswith("__"))


def own_names(tree: ast.AST) -> set[str]:
    """Attributes that a file itself creates: by assignment to them, as a method, class or variable, or as a slot."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            found.add(node.attr)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            found.add(node.name)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
    return found


def private_parts(tree: ast.AST) -> Iterator[str]:
    """Private names of libraries: imported, reached through an attribute that the file does not create, or by text."""
    own = own_names(tree)
    for module, name in imported(tree):
        if foreign(module):
            yield from (part for part in (*module.split("."), name) if private(part))
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and private(node.attr) and node.attr not in own:
            yield node.attr
        elif isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"getattr", "setattr", "hasattr"}:
            yield from (
                word.value
                for word in node.args[1:2]
                if isinstance(word, ast.Constant) and isinstance(word.value, str) and private(word.value)
            )


def test_no_private_part_of_a_library_is_used_but_for_those_listed_with_a_reason() -> None:
    used = {
        (path, name)
        for path, tree in SOURCES.items()
        if any(foreign(module) for module, _ in imported(tree))
        for name in private_parts(tree)
    }
    assert used == set(PRIVATE)


@pytest.mark.parametrize(
    ("source", "found"),
    [
        (
            "from pygls.server import Server\nclass Mine(Server):\n    def end(self): return self._shutdown",
            ["_shutdown"],
        ),
        ("import pygls\npygls.server._wire.write(b'')", ["_wire"]),
        ("from pygls import _wire", ["_wire"]),
        ("from typer._click import Context", ["_click"]),
        ("import pygls\ngetattr(pygls, '_wire')", ["_wire"]),
        ("import pygls\nclass Mine:\n    def __init__(self): self._own = 1\n    def get(self): return self._own", []),
        ("import pygls\npygls.__version__", []),
    ],
)
def test_a_private_part_is_seen_however_it_is_reached(source: str, found: list[str]) -> None:
    assert list(private_parts(ast.parse(source))) == found


def test_the_library_of_a_listed_private_part_has_an_upper_bound() -> None:
    bounds = {re.split(r"[^\w-]", one)[0]: one for one in PROJECT["dependencies"]}
    assert "<" in bounds["genai-prices"]
    assert "<" in bounds["pygls"]
