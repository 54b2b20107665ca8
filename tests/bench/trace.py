"""How much code one `document` action passes through, with a provider on loopback; prints JSON.

`python -m tests.bench.trace [--by]`. Counts, between the call of ``App.run`` and its return, the files of ``routerd``
that are entered, the distinct functions that run, and the calls whose caller is in another of its files. The action is
run once before, so that imports and first uses do not count. `--by` adds the pairs of files and the functions that are
called most from other files. All threads count. A coroutine or generator that goes on is no call: `frames` holds those
that were seen, so that none of them is counted twice.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from types import FrameType

import routerd
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.position import Position, Range
from routerd.domain.reply import Change
from routerd.domain.text import Text
from tests import brain
from tests.loopback import Upstream

PACKAGE = str(Path(routerd.__file__).parent)
SOURCE = "LIMIT = 10\n\n\ndef weigh(parcel):\n    return min(parcel, LIMIT)\n"
OTHER = "LIMIT = 12\n\n\ndef weigh(parcel):\n    return min(parcel, LIMIT)\n"
"""Another file's text, so that the traced action finds no answer in the reply cache."""
CONFIG = """
[tiers]
utility = "cheap/small"
logic = "cheap/small"
[providers.cheap]
base_url = "{url}"
api_key = {{ env = "TRACE_KEY" }}
[models."cheap/small"]
input = "1.00"
output = "2.00"
"""


@dataclass
class Desk:
    """An editor that holds one document and takes every change."""

    document: Document
    applied: list[Change] = field(default_factory=list)

    def current(self, uri: str) -> Document | None:
        return self.document if uri == self.document.uri else None

    async def apply(self, change: Change, _label: str) -> str | None:
        self.applied.append(change)
        return None

    async def confirm(self, _question: str) -> bool:
        return True

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        pass

    def wrote(self, text: str) -> None:
        pass

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        pass


@dataclass
class Trace:
    """What was entered, as a profile function for every thread."""

    on: bool = False
    frames: set[FrameType] = field(default_factory=set)
    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, int]] = field(default_factory=set)
    crossings: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """The calls between files by the caller's file, the file of the called function, and its name."""

    def __call__(self, frame: FrameType, event: str, _argument: object) -> None:
        code = frame.f_code
        if not self.on or event != "call" or not code.co_filename.startswith(PACKAGE) or frame in self.frames:
            return
        self.frames.add(frame)
        self.files.add(code.co_filename)
        self.functions.add((code.co_filename, code.co_firstlineno))
        caller = frame.f_back.f_code.co_filename if frame.f_back else ""
        if caller.startswith(PACKAGE) and caller != code.co_filename:
            self.crossings[caller, code.co_filename, code.co_qualname] += 1

    def most(self, limit: int) -> dict[str, list[str]]:
        """The pairs of files and the called functions that account for most calls between files."""
        pairs: Counter[str] = Counter()
        callees: Counter[str] = Counter()
        for (caller, called, name), count in self.crossings.items():
            pairs[f"{_short(caller)} -> {_short(called)}"] += count
            callees[f"{_short(called)}: {name}"] += count
        return {
            name: [f"{count:5} {key}" for key, count in counter.most_common(limit)]
            for name, counter in (("pairs", pairs), ("callees", callees))
        }


def _short(path: str) -> str:
    return str(Path(path).relative_to(PACKAGE))


async def act(app: App, uri: str, text: str, trace: Trace | None = None) -> None:
    """Run one `document` action, traced if wanted."""
    document = Document(uri, 1, "python", Text(text))
    app.opened(document)
    desk = Desk(document)
    request = Request("document", document, Range(Position(3, 5), Position(3, 5)))
    if trace is not None:
        trace.on = True
        sys.setprofile(trace)
    try:
        await app.run(request, desk, desk)
    finally:
        sys.setprofile(None)
        if trace is not None:
            trace.on = False
    assert desk.applied, "the action failed: there is nothing to measure"


async def main(by: int) -> None:
    """Measure and print, with the ``by`` pairs and functions that are called most."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            os.environ[name] = home
        os.environ["TRACE_KEY"] = "for-loopback"
        project = Path(home) / "project"
        project.mkdir()
        async with Upstream(reply=brain.reply) as upstream:
            config = Path(home) / "config.toml"
            config.write_text(CONFIG.format(url=upstream.base_url), "utf-8")
            trace = Trace()
            threading.setprofile(trace)  # before any thread starts: those of the first action go on working
            app = App.open(config_file=config, root=project)
            try:
                await app.warm()
                await act(app, (project / "first.py").as_uri(), SOURCE)
                await act(app, (project / "second.py").as_uri(), OTHER, trace)
                await app.disconnect()
            finally:
                app.close()
    total = trace.crossings.total()
    print(json.dumps({"files": len(trace.files), "functions": len(trace.functions), "cross_file_calls": total}))
    for title, lines in trace.most(by).items() if by else ():
        print(f"\n{title}", *lines, sep="\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by", type=int, nargs="?", const=40, default=0, metavar="N", help="list the N highest counts")
    asyncio.run(main(parser.parse_args().by))
