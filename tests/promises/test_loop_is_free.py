"""No input of a megabyte at the most keeps the event loop's thread busy for more than 100 ms of CPU.

Ten thousand inputs of every reader that works on the loop; and a real daemon, each step of whose loop is measured
while hostile documents, answers, wishes, settings and messages arrive.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pytest

from routerd.adapters.config import Sources
from routerd.adapters.config.load import load
from routerd.domain.document import Document
from routerd.domain.errors import RouterdError, TookTooLong
from routerd.domain.patch import patches
from routerd.domain.position import Edit, Range
from routerd.domain.text import Text
from routerd.frontends.lsp.frames import FrameError, Frames, framed
from routerd.frontends.lsp.messages import message_of
from routerd.pipeline.judge import Case, examine
from routerd.pipeline.off_loop import BRIEF_S, SMALL
from routerd.providers.classify import classify
from routerd.providers.draft import Draft
from routerd.providers.failure import ProviderFaultError
from routerd.providers.retry_after import retry_after, told_wait
from routerd.providers.sse import Events
from routerd.providers.stream import fault_of_refusal
from routerd.providers.usage import read_usage
from tests.golden.case import GRAMMAR
from tests.promises.hostile import MOST, size, text
from tests.promises.measured import LIMIT_S
from tests.promises.scenes import ACTIONS, LANGUAGES, scenes

EACH = 950
"""Inputs of each reader; there are more than ten thousand in all."""

Reader = Callable[[Random, Path], Callable[[], object]]
"""From chance and a folder to what is measured, so that making the input is not."""


def _bytes(chance: Random) -> bytes:
    return text(chance).encode("utf-8", "surrogatepass")[:MOST]


_ROWS = (
    *("k{} = 1", "[a{}.b.c]", '[models."p/m{}"]\ninput = "1.00"', '[providers.p{}]\nbase_url = "http://x/v1"', "# {}"),
    *('tiers.t{} = ["a/b"]', "instructions.all{} = '''x\n'''", "[[a{}]]", "{} = {{a = [1, 2]}}"),
)


def _settings_file(chance: Random, folder: Path) -> Callable[[], object]:
    rows = (
        "k{} = 1",
        "[a{}.b.c]",
        '[models."p/m{}"]\ninput = "1.00"',
        '[providers.p{}]\nbase_url = "http://x/v1"',
        "# {}",
    )
    row = chance.choice(
        (*rows, 'tiers.t{} = ["a/b"]', "instructions.all{} = '''x\n'''", "[[a{}]]", "{} = {{a = [1, 2]}}")
    )
    count = int(10 ** chance.uniform(0, 4.3))
    content = "\n".join(row.format(number) for number in range(count)) if chance.random() < 0.6 else text(chance)
    file = folder / ".routerd.toml"
    file.write_bytes(content.encode("utf-8", "surrogatepass")[:MOST])
    sources = Sources(file if chance.random() < 0.5 else folder / "none.toml", "", file)
    return lambda: load(sources)


def _editor_settings(chance: Random, folder: Path) -> Callable[[], object]:
    body = text(chance)
    settings = {"tiers": {"utility": body}, "instructions": {"all": body}, body[:100]: {body[:9]: body}}
    settings |= {f"{body[:20]}{number}": {} for number in range(int(10 ** chance.uniform(0, 4)))}
    sources = Sources(folder / "none.toml", "", None).with_editor(settings)
    return lambda: load(sources)


def _answer(chance: Random, folder: Path) -> Callable[[], object]:
    place = chance.choice(scenes(chance.choice(ACTIONS), chance.choice(LANGUAGES))).question
    case = Case("", place, GRAMMAR, frozenset(("a.py",)))
    case = Case(text(chance, SMALL - case.characters), place, GRAMMAR, frozenset(("a.py",)))

    def brief() -> None:
        with suppress(TookTooLong), GRAMMAR.briefly(BRIEF_S):
            examine(case)

    return brief


def _document(chance: Random, folder: Path) -> Callable[[], object]:
    body, language = text(chance, SMALL), chance.choice(LANGUAGES)

    def brief() -> None:
        with suppress(TookTooLong), GRAMMAR.briefly(BRIEF_S):
            GRAMMAR.outline(Document(f"file:///{chance.random()}", 1, language, Text(body)))

    return brief


def _json(chance: Random) -> bytes:
    """Right JSON with very many parts, or very large ones."""
    part = chance.choice(("1", "[]", "{}", '{"a":1}', '""', "1e9", "null", '{"text":"a","range":{"start":{"line":1}}}'))
    many = ",".join([part] * (size(chance) // len(part)))
    whole = f'{{"jsonrpc":"2.0","id":1,"method":"x","params":[{many}],"choices":[{many}],"usage":{{"cost":[{many}]}}}}'
    return chance.choice((whole, json.dumps({"id": 1, "method": text(chance)[:9], "params": text(chance)}))).encode()[
        :MOST
    ]


def _typed(chance: Random, folder: Path) -> Callable[[], object]:
    before = Text(text(chance))
    at = before.clamp(Range(before.end, before.end).start)
    new = text(chance)

    def edited() -> None:
        whole = Text(new)
        assert before.edited([Edit(Range(at, at), new)]).end >= whole.end

    return edited


def _frames(chance: Random, folder: Path) -> Callable[[], object]:
    right = framed(_json(chance))
    data = chance.choice((right, right, framed(_bytes(chance)), _bytes(chance), b"Content-Length: " + _bytes(chance)))

    def read() -> None:
        with suppress(FrameError):
            for body in Frames().feed(data):
                message_of(body)

    return read


def _events(chance: Random, folder: Path) -> Callable[[], object]:
    body = chance.choice((_bytes(chance), _json(chance)))
    data = body if chance.random() < 0.5 else b"data: " + body.replace(b"\n", b"\ndata: ") + b"\n\n"
    size = chance.choice((100, 1_000, 65_536))

    def read() -> None:
        """Each piece is a step of its own, but their sum is bounded with them."""
        events, draft = Events(), Draft()
        for start in range(0, min(len(data), 65_536), size):
            for event in events.feed(data[start : start + size]):
                with suppress(ProviderFaultError):
                    draft.event(event)

    return read


def _whole(chance: Random, folder: Path) -> Callable[[], object]:
    body = chance.choice((_bytes(chance), _json(chance)))
    if chance.random() < 0.5:
        said = {"choices": [{"message": {"content": text(chance)}, "finish_reason": "stop"}], "usage": _numbers(chance)}
        body = json.dumps(said).encode()[:MOST]

    def read() -> None:
        with suppress(ProviderFaultError):
            Draft().whole(body)

    return read


def _numbers(chance: Random) -> dict[str, object]:
    names = (
        "prompt_tokens",
        "completion_tokens",
        "input_tokens",
        "cost",
        "total_cost",
        "cached_tokens",
        "cost_details",
    )
    digits = "9" * int(10 ** chance.uniform(0, 5))
    values = (
        digits,
        f"1e{digits[:9]}",
        "NaN",
        -1,
        1e308,
        [1],
        {"cost": digits},
        None,
        True,
        "٣",
        f"0.{digits}",
        10**4000,
    )
    return {name: chance.choice(values) for name in names}


def _usage(chance: Random, folder: Path) -> Callable[[], object]:
    numbers = _numbers(chance)
    return lambda: read_usage(numbers)


def _refusal(chance: Random, folder: Path) -> Callable[[], object]:
    words = text(chance)
    body = chance.choice(
        (_bytes(chance), json.dumps({"error": {"message": words, "code": words[:99]}}).encode()[:MOST])
    )
    headers = {"retry-after": words[:8_000], "x-ratelimit-reset-requests": words[:8_000], "retry-after-ms": words[:99]}
    status = chance.choice((400, 401, 404, 413, 422, 429, 500, 503, 529, 302))

    def read() -> None:
        fault = fault_of_refusal(status, body, headers)
        classify(fault)
        told_wait(fault.message)
        retry_after(headers, 1e9)

    return read


def _diff(chance: Random, folder: Path) -> Callable[[], object]:
    head = chance.choice(
        ("", "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,9999 +1,9999 @@\n", "--- a\n+++ b\n@@ -1 +1 @@\n")
    )
    diff = head + text(chance)

    def read() -> None:
        with suppress(RouterdError):
            patches(diff)

    return read


READERS: dict[str, Reader] = {
    "settings file": _settings_file,
    "editor settings": _editor_settings,
    "answer": _answer,
    "document": _document,
    "typed": _typed,
    "frames": _frames,
    "events": _events,
    "whole answer": _whole,
    "usage": _usage,
    "refusal": _refusal,
    "diff": _diff,
}


def busy_s(work: Callable[[], object]) -> float:
    """CPU time that the thread takes; the least of three where it takes long, as a machine under load counts more."""
    spent = []
    for _ in range(3):
        before = time.thread_time()
        with suppress(RouterdError):
            work()
        spent.append(time.thread_time() - before)
        if spent[-1] <= LIMIT_S:
            break
    return min(spent)


def _try(reader: str, each: int) -> None:
    with TemporaryDirectory() as folder:
        for seed in range(each):
            work = READERS[reader](Random(f"{reader} {seed}"), Path(folder))
            spent = busy_s(work)
            assert spent <= LIMIT_S, (reader, seed, spent)


@pytest.mark.fuzz
@pytest.mark.parametrize("reader", READERS)
def test_no_input_keeps_the_loop_busy(reader: str) -> None:
    _try(reader, EACH)


@pytest.mark.parametrize("reader", READERS)
def test_a_hundredth_of_the_inputs(reader: str) -> None:
    _try(reader, EACH // 100)
