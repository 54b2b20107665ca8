"""Processes that die at any moment: each is forked from this one, which has imported and warmed all that they need.

It reads a line of JSON for each on stdin and answers with its end on stdout. A process asks one action through the
whole pipeline, and the kernel ends it at the moment that the line says, as ``kill -9`` would, in whatever it does.
"""

from __future__ import annotations

import asyncio
import gc
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from routerd.adapters.tokenizer import TiktokenCounter
from routerd.app.services import Services
from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.origin import Origin
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.pipeline.test_pipeline import SOURCE, Desk

assert sys.platform != "win32", "processes are not forked there"
COUNTER = TiktokenCounter()
"""Its vocabulary is read once for all that are forked."""
HERE = Range(Position(5, 4), Position(5, 4))


def live(case: Mapping[str, Any]) -> None:
    """One action of one process, which ends itself where nothing ends it before."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    if case["after_s"]:
        signal.setitimer(signal.ITIMER_REAL, case["after_s"])
    asyncio.run(_asked(case))


async def _asked(case: Mapping[str, Any]) -> None:
    home = Path(case["home"])
    services = Services(home / "data")
    services.counter = COUNTER
    app = App.of(services, services.session_keys(), Path(case["config"]), home, origin=Origin(session=case["name"]))
    document = Document((home / "parcel.py").as_uri(), 3, "python", Text(SOURCE))
    desk = Desk(document)
    words = f"Mend it: {case['name']}."
    await app.run(Request(case["action"], document, HERE, instruction=words, replace=True), desk, desk)
    await app.disconnect()
    if case["closes"]:
        app.close()


def main() -> None:
    """Fork, and wait for the ends of all that one line tells of."""
    asyncio.run(_asked(json.loads(sys.stdin.readline())))  # imports what only an action needs
    gc.collect()
    gc.freeze()
    for line in sys.stdin:
        children = {}
        for case in json.loads(line):
            child = os.fork()
            if not child:
                try:
                    live(case)
                finally:
                    os._exit(0)
            children[child] = case["name"]
        ends = {}
        for _ in range(len(children)):
            child, status = os.wait()
            ends[children[child]] = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        print(json.dumps(ends), flush=True)  # the answer to who asked


if __name__ == "__main__":
    main()
