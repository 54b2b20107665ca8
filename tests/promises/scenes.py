"""Questions of every action in every language: the files of the golden cases, each asked about at many places."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from routerd.actions import catalog
from routerd.domain.action import ActionSpec, Contract, Request
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.prompt import Conventions, Prompt, Question
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.languages import specs
from routerd.steps.resolve import resolve
from tests.golden.case import GRAMMAR, ROOT, Case, cases

ACTIONS = tuple(name for name in catalog() if name != "commit")
"""Commit has neither file nor target: its answer is a text that is shown."""
LANGUAGES = tuple(specs())
SIBLINGS = {"javascriptreact": "javascript", "typescriptreact": "typescript"}
"""Whose golden cases serve for a language that has none or few of its own."""


@dataclass(frozen=True)
class Scene:
    """A question about a file, with the replies that the golden cases have for its action."""

    question: Question
    replies: tuple[str, ...]
    """Replies to the same action in the same language; where there are none, in any language."""


@cache
def scenes(action: str, language: str) -> tuple[Scene, ...]:
    """Every place that may be asked about, in every file that stands in a golden case of the language."""
    return tuple(_scenes(action, language))


def _scenes(action: str, language: str) -> Iterator[Scene]:
    spec, kind = catalog()[action], specs()[language]
    own = [case for case in cases() if case.language in (language, SIBLINGS.get(language))]
    answers = [case.reply for case in own if case.action == action] or [
        case.reply for case in cases() if catalog()[case.action].contract is spec.contract
    ]
    existing = dict.fromkeys(case.existing for case in own if case.existing is not None)
    for before in dict.fromkeys(case.before for case in own if case.before.strip()):
        path = _path(own, before, kind.extensions[0])
        for text in (before, before.replace("\n", "\r\n")):
            document = Document(f"{ROOT}/{path}", 1, language, Text(text))
            for number, request in enumerate(_requests(action, document)):
                tests = list(existing)[number % len(existing)] if existing and number % 2 else None
                question = _question(spec, request, path, kind.extensions[0], tests)
                if question is not None:
                    yield Scene(question, tuple(answers))


def _path(own: list[Case], before: str, extension: str) -> str:
    path = next(case.options.get("path", "") for case in own if case.before == before)
    return path if path.endswith(extension) else f"shop/cart{extension if '.' in extension else '.' + extension}"


def _requests(action: str, document: Document) -> Iterator[Request]:
    """The whole file, each symbol by its name, and a few selections of whole lines."""
    shared = Request(action, document, Range(Position(0, 0), Position(0, 0)), instruction="Make it better")
    outline = GRAMMAR.outline(document)
    for request in (shared, replace(shared, replace=True)):
        yield replace(request, whole_file=True)
        for symbol in outline.symbols:
            yield replace(request, span=Range(symbol.name_span.start, symbol.name_span.start))
    last = document.text.end.line
    for first in range(0, last, max(1, last // 4)):
        yield replace(shared, span=Range(Position(first, 0), Position(min(last, first + 1 + first % 5), 0)))


def _question(spec: ActionSpec, request: Request, path: str, extension: str, tests: str | None) -> Question | None:
    document = request.document
    target = resolve(request, spec, GRAMMAR.outline(document), True, path.rpartition("/")[2])
    if isinstance(target, Refusal):
        return None
    test_path = None if spec.contract is not Contract.TESTS else f"tests/test_cart.{extension.lstrip('.')}"
    test_file = None
    if test_path is not None and tests is not None:
        test_file = Document(f"{ROOT}/{test_path}", 3, document.language, Text(tests))
    habits = Conventions(path, ROOT, "google", "", test_path, test_file, "shop.cart")
    return Question(spec, request, target, habits, Prompt((), 0, 0, 0))
