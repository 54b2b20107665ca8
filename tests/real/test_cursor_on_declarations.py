"""A cursor on the name of a declaration never documents something else: real files, judged by other parsers."""

from __future__ import annotations

import random
import sys
import sysconfig
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest
from tree_sitter import Parser

from routerd.actions import catalog
from routerd.adapters.grammar.parsed import grammar_of
from routerd.app.workspace import App
from routerd.domain.action import Request, Scope
from routerd.domain.document import Document
from routerd.domain.position import Range
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.languages import language_of, specs
from routerd.pipeline.aim import aimed
from tests.pipeline.test_pipeline import home, open_app
from tests.real.declared_names import Named, by_python, by_tree, by_typescript
from tests.tools.sources import cache as fetched
from tests.tools.sources import npm_tools

__all__ = ["home", "open_app"]

UNREACHABLE = "http://127.0.0.1:9/v1"
FILES = 150
"""Of each language, where there are so many."""
LARGEST = 150_000
FOLDERS = (
    Path(sysconfig.get_paths()["stdlib"]),
    *(Path(name) for name in sys.path if name.endswith("site-packages")),
    *(Path(name) for name in ("/usr/include", "/usr/lib/ruby", "/usr/lib/go-1.19/src", "/usr/share")),
    fetched().parent,
)
"""Where this machine has sources of others; and what tests have fetched."""


@cache
def _files() -> dict[str, list[Path]]:
    found: dict[str, list[Path]] = {}
    for folder in FOLDERS:
        for path in folder.rglob("*.*") if folder.is_dir() else ():
            if (language := language_of(path.name)) in specs():
                found.setdefault(language, []).append(path)
    return found


def sources(language: str, most: int = FILES) -> list[Path]:
    """Files of a language, the same at each run on the same machine."""
    paths = sorted(_files().get(language, []))
    random.Random(language).shuffle(paths)
    return [path for path in paths[: 4 * most] if path.is_file() and 50 < path.stat().st_size < LARGEST][:most]


@pytest.fixture(scope="module")
def typescript() -> Path:
    """Fetched before a test has a home of its own."""
    return npm_tools("typescript@5.9.3").parent / "typescript" / "lib" / "typescript.js"


def texts(paths: list[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        try:
            source = path.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        if "\r" not in source and "\x0c" not in source and not source.startswith("\ufeff"):
            yield path, source


def wrong(app: App, path: Path, source: str, named: list[Named]) -> Iterator[tuple[str, str]]:
    """What becomes of a cursor on each name: ``own``, ``refused``, ``around``, or why it is wrong."""
    language, spec = language_of(path.name), catalog()["document"]
    document = Document(path.as_uri(), 1, language, Text(source))
    for one in named:
        at = Range(one.name.start, one.name.start)
        aim = aimed(Request("document", document, at, replace=True), spec, app.deps)
        where = f"{path}:{one.name.start.line + 1}:{one.name.start.column + 1} {document.text.slice(one.name)}"
        if isinstance(aim, Refusal):
            yield "refused", where
            continue
        symbols = aim.target.symbols
        if aim.target.scope is not Scope.SYMBOL or len(symbols) != 1:
            yield f"wrong: {aim.target.label}", where
        elif at.start in symbols[0].name_span:
            yield "own", where
        elif one.callable or at.start not in symbols[0].whole:
            yield f"wrong: {symbols[0].qualname}", where
        else:
            yield "around", where


def _held(app: App, files: Iterator[tuple[Path, str, list[Named]]], least: int) -> None:
    count: Counter[str] = Counter()
    faults = []
    for path, source, named in files:
        for end, where in wrong(app, path, source, named):
            count[end.partition(":")[0]] += 1
            if end.startswith("wrong"):
                faults.append(f"{where} → {end}")
    assert not faults, f"{len(faults)}: " + "\n".join(faults[:20])
    assert sum(count.values()) >= least, count


def test_python(open_app: Callable[..., App]) -> None:
    app = open_app(UNREACHABLE)

    def files() -> Iterator[tuple[Path, str, list[Named]]]:
        for path, source in texts(sources("python", 400)):
            try:
                yield path, source, by_python(source)
            except SyntaxError:
                continue

    _held(app, files(), 1_000)


@pytest.mark.parametrize("language", ["typescript", "javascript", "typescriptreact"])
def test_javascript_and_typescript(language: str, typescript: Path, open_app: Callable[..., App]) -> None:
    app = open_app(UNREACHABLE)
    # Flow's types are no JavaScript, though TypeScript reads them.
    paths = [path for path, source in texts(sources(language)) if "@flow" not in source]
    if not paths:
        pytest.skip(f"there is no {language} here")
    found = by_typescript(typescript, paths)
    _held(app, ((path, path.read_bytes().decode(), named) for path, named in found), 100)


@pytest.mark.parametrize("language", ["go", "rust", "java", "ruby", "c", "cpp", "csharp", "lua"])
def test_other_languages_by_their_bare_trees(language: str, open_app: Callable[..., App]) -> None:
    app = open_app(UNREACHABLE)
    parser = Parser(grammar_of(language))
    if not sources(language):
        pytest.skip(f"there is no {language} here")
    trees = ((path, source, by_tree(parser, source)) for path, source in texts(sources(language)))
    _held(app, ((path, source, named) for path, source, named in trees if named is not None), 10)
