"""The files of a change as requests for a review, and those passed over, each with the reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from routerd.adapters.changes import GitChange, changed_since, marked_paths, staged_change, staged_text, top_of
from routerd.adapters.secret_rules import SecretRules
from routerd.app.workspace import App
from routerd.batch.generated import by_path, generated
from routerd.domain.action import Request
from routerd.domain.changed import Caller, Changed
from routerd.domain.document import Document
from routerd.domain.errors import UsageError
from routerd.domain.patch import FilePatch, patches
from routerd.domain.position import Range
from routerd.domain.secret import holds_secrets
from routerd.domain.symbol import Symbol
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.languages import family_of, language_of
from routerd.steps.conventions import is_test_path
from routerd.system.uris import uri_of

_MAX_CALLERS = 12
"""More callers of one file would cost more than they tell."""
_MAX_READ = 40
"""Files that are read for callers, and as many for tests: those that import the changed file's module."""
_MAX_TESTS = 3
_MAX_TEST_LINES = 40
"""Longer tests are shown by their signature, as callers are."""


@dataclass(frozen=True, slots=True)
class ChangeSource:
    """Which change is meant: of the index, against a revision, by a diff, or else of the working tree."""

    staged: bool = False
    base: str | None = None
    diff: str | None = None
    """The text of a unified diff."""


@dataclass(frozen=True, slots=True)
class ChangedFile:
    """One file of a change."""

    path: str
    """From the root of the repository, with forward slashes."""
    request: Request | None
    """``None`` where it is passed over."""
    skipped: str | None = None
    """Why, as the rest of a sentence."""


def changed_files(app: App, folder: Path, source: ChangeSource) -> tuple[ChangedFile, ...]:
    """The files of a change in the repository of a folder, in the order of the diff.

    Runs git and reads files, so belongs in a thread. Raises UsageError where there is no repository, no such
    revision, or the diff is malformed.
    """
    change = _change(folder, source)
    listed = patches(change.diff)
    marked = marked_paths(change.root, [*(patch.path for patch in listed), *change.new])
    found: list[ChangedFile] = []
    for patch in listed:
        why = by_path(patch.path) or marked.get(patch.path)
        found.append(ChangedFile(patch.path, None, why) if why else _patched(app, change.root, patch, source.staged))
    for path in change.new:
        why = by_path(path) or marked.get(path)
        found.append(ChangedFile(path, None, why) if why else _added(app, change.root, path))
    return tuple(found)


def without_secrets(line: str) -> str:
    """A line of code as it may be printed: logs of CI are often public."""
    for secret in reversed(SecretRules().found(line)):
        line = f"{line[: secret.start]}[{secret.kind}]{line[secret.end :]}"
    return line


def _change(folder: Path, source: ChangeSource) -> GitChange:
    if sum((source.staged, source.base is not None, source.diff is not None)) > 1:
        raise UsageError("--staged, --base and --diff exclude each other: choose one.")
    if source.staged:
        return staged_change(folder)
    if source.diff is None:
        return changed_since(folder, source.base)
    try:
        root = top_of(folder)
    except UsageError:  # a diff needs no repository
        root = folder
    return GitChange(root, source.diff)


def _patched(app: App, root: Path, patch: FilePatch, staged: bool) -> ChangedFile:
    if patch.problem is not None:
        return ChangedFile(patch.path, None, patch.problem)
    text = _read(app, root, patch.path, staged)
    if isinstance(text, str):
        return ChangedFile(patch.path, None, text)
    before = patch.before(text)
    if before is None:
        return ChangedFile(patch.path, None, "differs from the new side of the diff")
    rows = frozenset(row for hunk in patch.hunks for row in hunk.rows)
    return _asked(app, root, patch.path, text, (before, rows))


def _added(app: App, root: Path, path: str) -> ChangedFile:
    text = _read(app, root, path, staged=False)
    if isinstance(text, str):
        return ChangedFile(path, None, text)
    return _asked(app, root, path, text, (Text(""), frozenset(range(len(text.lines)))))


def _read(app: App, root: Path, path: str, staged: bool) -> Text | str:
    """The new text of a file, or why it may not be read."""
    uri = uri_of(root / path)
    if holds_secrets(path.rpartition("/")[2]):
        return "is a file of secrets by its name"
    found = app.workspace.chosen(uri, uri_of(root / "change.diff"), writes=False)
    if isinstance(found, Refusal):
        return found.message.partition("' ")[2].rstrip(".")
    if staged:
        return staged_text(root, path)
    return found.text if found is not None else "does not exist here"


def _asked(app: App, root: Path, path: str, text: Text, old: tuple[Text, frozenset[int]]) -> ChangedFile:
    why = generated(text)
    if why is not None:
        return ChangedFile(path, None, f"is {why}")
    before, rows = old
    document = Document(uri_of(root / path), None, language_of(path), text)
    outline = app.grammar.outline(Document(document.uri, None, document.language, before))
    changed = Changed(before, outline, rows)
    symbols = changed.symbols(app.grammar.outline(document))
    changed = Changed(before, outline, rows, _callers(app, document, symbols))
    request = Request("review", document, Range(text.whole.start, text.whole.start), changed=changed)
    return ChangedFile(path, request)


def _callers(app: App, document: Document, symbols: tuple[Symbol, ...]) -> tuple[Caller, ...]:
    """Who uses the changed symbols, in this file and those that may import it; nearest first."""
    names = {symbol.name for symbol in symbols if symbol.kind.callable}
    if not names:
        return ()
    project = app.workspace.project(document.uri)
    path = project.relative(document.uri)
    found = list(_uses(app, document, path, names, symbols))
    stem = path.rpartition("/")[2].partition(".")[0]
    module = path.rpartition("/")[0].rpartition("/")[2] if stem in {"__init__", "index", "mod"} else stem
    importing = [
        other
        for other, modules in sorted(project.imports.items())
        if other != path and family_of(other) == family_of(path) and any(_names(one, module) for one in modules)
    ]
    sources = (other for other in importing if not is_test_path(other))
    for other, read in _documents(app, document, islice(sources, _MAX_READ)):
        found += _uses(app, read, other, names, ())
    tests: list[Caller] = []
    for other, read in _documents(app, document, islice(filter(is_test_path, importing), _MAX_READ)):
        tests += _uses(app, read, other, names, (), tests=True)
    return (*found[:_MAX_CALLERS], *tests[:_MAX_TESTS])


def _documents(app: App, about: Document, paths: Iterable[str]) -> Iterator[tuple[str, Document]]:
    project = app.workspace.project(about.uri)
    for path in paths:
        read = app.workspace.chosen(project.uri(path), about.uri, writes=False)
        if isinstance(read, Document):
            yield path, read


def _names(module: str, wanted: str) -> bool:
    return wanted in module.replace("/", ".").replace(":", ".").split(".")


def _uses(
    app: App, document: Document, path: str, names: set[str], but: tuple[Symbol, ...], tests: bool = False
) -> list[Caller]:
    """The callables of one document that use a name, each with its signature; ``tests`` whole."""
    if not any(name in document.text.string for name in names):
        return []
    found: list[Caller] = []
    for symbol in app.grammar.outline(document).symbols:
        if not symbol.kind.callable or any(symbol.whole == one.whole for one in but):
            continue
        used = names.intersection(app.grammar.names(document, symbol.whole))
        short = symbol.whole.end.line - symbol.whole.start.line < _MAX_TEST_LINES
        shown = document.text.slice(symbol.whole) if tests and short else symbol.signature
        found += [Caller(path, shown, name, tests) for name in sorted(used)]
    return found
