"""Nothing is read, sent or written outside the workspace: ten thousand actions through the whole pipeline.

Real projects with links, ignored files, secrets and pipes; a provider on loopback whose answers name any file; the
terminal's editor, which writes. Each file that is opened is seen by an audit hook of the interpreter.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from routerd.actions import catalog
from routerd.app.file_editor import FileEditor
from routerd.app.services import Services
from routerd.app.workspace import App
from routerd.domain.action import Contract, Request
from routerd.domain.document import Document
from routerd.domain.model import OFFLINE
from routerd.domain.origin import Origin
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.languages import language_of
from tests.loopback import Turn, Upstream
from tests.pipeline.test_pipeline import CONFIG, Desk, home
from tests.promises.touched import WATCHER, Asked, harm, restored
from tests.promises.trapped_folder import KINDS, Folder, States, folder, states

__all__ = ["home"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")

CASES = int(os.environ.get("ROUTERD_FUZZ_WORKSPACE", "10000"))
EACH = 20
"""Actions in one project."""
ACTIONS = [name for name in catalog() if name != "commit"]
STRANGE = (
    *("../outside/far0{}", "lib/../../outside/far1{}", "..\\outside\\far0{}", "%2e%2e/outside/far0{}", "~/x{}"),
    *("./../project/../outside/far2{}", "/etc/passwd", ".GIT/hooks/x{}", "tests/./../../outside/new{}", "new{}\0.txt"),
    *("../outside/new{}", "tests/new{}", "\uff0e\uff0e/outside/far0{}", "file:///etc/passwd", "tests/.. /far0{}"),
    *("../project2/x{}", ".vscode/settings.json", "Makefile", ".routerd.toml", "a/" * 300 + "x{}"),
)
"""Names that a model may give and no file of the project has; ``{}`` is the ending of the language."""


def asked(place: Folder, chance: Random) -> Asked:
    action = chance.choice(ACTIONS)
    document, own = _document(place, chance)
    at = Position(0, 0)
    lines = document.text.lines
    for number, line in enumerate(lines):
        if "total" in line and chance.random() < 0.8:
            at = Position(number, line.index("total"))
            break
    span = Range(at, Position(min(len(lines) - 1, at.line + 2), 0)) if chance.random() < 0.1 else Range(at, at)
    named = chance.choice([*place.paths, "weigh", "nothing", *STRANGE[:4]])
    words = chance.choice(("Rename total to sum.", f"Do it as @{named} does.", f"See {named} and mend it."))
    request = Request(
        action,
        document,
        span,
        model=OFFLINE if chance.random() < 0.03 else None,
        instruction=words,
        whole_file=chance.random() < 0.15,
        replace=chance.random() < 0.3,
        diagnostics=("1: no such name",),
    )
    return Asked(place, request, own, _answer(place, action, document, chance))


def _document(place: Folder, chance: Random) -> tuple[Document, Path | None]:
    """Mostly a source of the project; at times one that only the user may choose, or that has no file."""
    roll = chance.random()
    if roll < 0.05:
        text = place.filled(place.kind.use, place.mark())
        return Document(
            chance.choice(("untitled:Untitled-1", "vscode-remote://x/y")), 1, place.language, Text(text)
        ), None
    path = place.root / chance.choice(place.sources or [f"shop{place.kind.ending}"])
    if roll < 0.25:
        path = chance.choice([place.root / chance.choice(place.paths), chance.choice(list(place.closed))])
    real = Path(os.path.realpath(path))
    text = real.read_text("utf-8") if real.is_file() else place.filled(place.kind.use, place.mark())
    return Document(path.as_uri(), None, language_of(path.as_uri()), Text(text)), real


def _answer(place: Folder, action: str, document: Document, chance: Random) -> str:
    contract = catalog()[action if chance.random() < 0.85 else chance.choice(list(catalog()))].contract
    answers: dict[Contract, Callable[[], str]] = {
        Contract.DOCUMENTATION: lambda: '<doc name="total">\nReturn the weight of the items.\n</doc>',
        Contract.TESTS: lambda: f"```{place.language}\n{place.filled(place.kind.test, 'New')}```",
        Contract.FINDINGS: lambda: _findings(place, document, chance),
        Contract.MARKDOWN: lambda: _markdown(place, action, chance),
        Contract.HUNKS: lambda: _hunks(place, document, chance),
        Contract.COMMIT_MESSAGE: lambda: "Mend it\n\nIt was broken.",
    }
    return answers[contract]()


def _named(place: Folder, chance: Random) -> str:
    if chance.random() < 0.35:
        return chance.choice(STRANGE).replace("{}", place.kind.ending)
    return chance.choice(place.paths)


def _hunks(place: Folder, document: Document, chance: Random) -> str:
    parts = []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        path = _named(place, chance) if chance.random() < 0.7 else ""
        real = Path(os.path.realpath(place.root / path.replace("\0", ""))) if path and len(path) < 200 else None
        there = real.read_text("utf-8", "replace") if real is not None and real.is_file() else ""
        text = there if path else document.text.string
        search = next((line for line in text.splitlines() if line.strip()), "")
        instead = f"{search}\n# seen" if place.kind.ending in (".py", ".rb") else f"{search}\n// seen"
        parts.append(f"{path}\n<<<<<<< SEARCH\n{search}\n=======\n{instead}\n>>>>>>> REPLACE")
    return "\n\n".join(parts)


def _findings(place: Folder, document: Document, chance: Random) -> str:
    quotes = [line for line in document.text.string.splitlines() if line.strip()] or [""]
    rows = [
        {
            "path": _named(place, chance),
            "quote": chance.choice(quotes),
            "severity": "warning",
            "message": f"See {_named(place, chance)}.",
            "fix": chance.choice((None, "x = 1")),
        }
        for _ in range(chance.randint(0, 2))
    ]
    return json.dumps({"findings": rows})


def _markdown(place: Folder, action: str, chance: Random) -> str:
    named = f"See `{_named(place, chance)}` and [this]({_named(place, chance)})."
    return "\n\n".join(f"{heading}\n{named}" for heading in catalog()[action].sections) or f"It adds up. {named}"


@pytest.mark.fuzz
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("language", KINDS)
async def test_no_action_touches_what_is_outside_the_workspace(language: str, home: Path) -> None:
    seen = await _try(language, home, CASES // len(KINDS))
    # Where nothing is sent, applied or proposed, nothing was shown.
    wanted = {"applied", "proposed", "failed", "refused", "context sent", "files made"}
    wanted -= {"files made"} if language == "rust" else set()  # whose tests join the source
    assert all(seen[name] > CASES // 1_000 for name in wanted), seen


@pytest.mark.parametrize("language", KINDS)
async def test_a_hundredth_of_the_actions(language: str, home: Path) -> None:
    await _try(language, home, 100 // len(KINDS))


async def _try(language: str, home: Path, cases: int) -> Counter[str]:
    seen: Counter[str] = Counter()
    said = ""
    services = Services()
    async with Upstream(lambda _: Turn(chunk_chars=10_000), reply=lambda _: said, count=lambda _: 1) as upstream:
        escalate = "[routing]\nescalate = {}\n[cache]\nenabled = false\n"
        try:
            for number in range(-(-cases // EACH)):
                chance = Random(f"{language} {number}")
                place = folder(home / "cases" / str(number), language, chance)
                more = escalate.format(str(chance.random() < 0.2).lower())
                (home / "config.toml").write_text(CONFIG.format(url=upstream.base_url, more=more))
                app = App.of(services, services.session_keys(), home / "config.toml", place.root, origin=Origin())
                before = dict(states(place.base))
                fault = _indexed(app, place, chance)
                assert not fault, (fault, language, number)
                for step in range(min(EACH, cases)):
                    case = asked(place, chance)
                    said = case.said
                    fault = await _ran(app, case, before, upstream, seen)
                    assert not fault, (fault, language, number, step, case.request.action, case.said)
                shutil.rmtree(place.base)
        finally:
            WATCHER.below = ""
            await services.disconnect()
            services.close()
    return seen


def _indexed(app: App, place: Folder, chance: Random) -> str:
    """The index begins around any file of the project; what it touches that it may not."""
    WATCHER.opened, WATCHER.listed = [], []
    WATCHER.below = str(place.base)
    app.index((place.root / chance.choice(place.paths)).as_uri(), 60)
    WATCHER.below = ""
    touched = map(Path, (*WATCHER.opened, *WATCHER.listed))
    return next(
        (f"{one} is indexed" for one in touched if one in place.closed or not one.is_relative_to(place.root)), ""
    )


async def _ran(app: App, case: Asked, before: States, upstream: Upstream, seen: Counter[str]) -> str:
    uri = case.request.document.uri
    if case.request.document.version is not None:
        app.opened(case.request.document)
    upstream.seen.clear()
    WATCHER.opened, WATCHER.listed = [], []
    WATCHER.below = str(case.place.base)
    desk = Desk(case.request.document)
    outcome = await app.run(case.request, FileEditor(app, uri, write=True, ask=False, agreed=True), desk)
    WATCHER.below = ""
    sent = "".join(str(message["content"]) for one in upstream.seen for message in one.body["messages"])
    seen[outcome.status.value] += 1
    seen["context sent"] += sent.count("Zq") > 1
    fault = harm(case, before, sent, outcome)
    after = dict(states(case.place.base))
    if after != before:
        seen["files made"] += len(after) > len(before)
        restored(before, case.place.base)
    return fault
