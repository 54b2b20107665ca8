"""The offline documentation: true to the code, well-formed, and accepted by the pipeline's own checks."""

from __future__ import annotations

import re
import textwrap
from dataclasses import replace
from decimal import Decimal

import pytest

from routerd.domain.errors import UpstreamError
from routerd.domain.money import Usage
from routerd.domain.reply import Finish
from tests.offline.asking import Noted, judged, question, reply, styled

BLOCK = re.compile(r'<doc name="([^"]*)">\n(.*?)\n</doc>', re.S)

SOURCE = """\
class Header:
    def __init__(self, size: int, strict=False):
        self.size = size

    def is_empty(self) -> bool:
        return self.size == 0

    @property
    def total_size(self):
        return self.size + 1

    @classmethod
    def from_dict(cls, values):
        return cls(values["size"])


def parse_header(data: bytes, timeout_s: float = 3.0, mode="r", *args) -> Header | None:
    if mode not in ("r", "w"):
        raise ValueError(mode)
    try:
        size = int(data)
        raise KeyError("never leaves")
    except (KeyError, TypeError) as fault:
        raise HeaderError("not a number") from fault

    def inner():
        raise OSError("of another function")

    log(*args)
    if not size:
        return None
    return Header(size)


def iter_lines(path):
    for line in path:
        yield line
"""


async def docs(source: str, at: str | None = None, style: str = "google", language: str = "python") -> dict[str, str]:
    asked = question(
        "document", source, at, path="sample.py" if language == "python" else "sample.x", language=language
    )
    asked = styled(asked, style) if style else asked
    answer = await reply(asked)
    judged(answer, asked)
    return dict(BLOCK.findall(answer.text))


async def test_a_function_is_documented_by_its_name_its_checks_and_the_errors_that_a_caller_can_foresee() -> None:
    assert (await docs(SOURCE, "parse_header"))["parse_header"] == textwrap.dedent(
        """\
        Parse the header.

        Args:
            mode: One of `'r'` or `'w'`.

        Raises:
            ValueError: If `mode not in ('r', 'w')`.
            HeaderError: When `KeyError` or `TypeError` is caught."""
    )


@pytest.mark.parametrize(
    "body",
    [
        "size = len(data)\n    if size > 3:\n        raise ValueError",
        "if data:\n        if data.x:\n            raise ValueError\n    if data.y:\n        raise ValueError",
        "for one in data:\n        raise ValueError",
        "raise ValueError(data)",
        "try:\n        if data:\n            raise KeyError\n    except LookupError:\n        pass",
    ],
)
async def test_a_condition_that_is_not_the_whole_truth_for_a_caller_is_not_written(body: str) -> None:
    with pytest.raises(UpstreamError, match=r"^Nothing certain to document"):
        await reply(question("document", f"def check_data(data):\n    {body}\n"))


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        ("numpy", "mode\n    One of `'r'` or `'w'`."),
        ("numpy", "Raises\n------\nValueError\n    If `mode not in"),
        ("sphinx", ":param mode: One of `'r'` or `'w'`."),
        ("sphinx", ":raises ValueError: If `mode not in"),
    ],
)
async def test_the_style_of_the_file_is_kept(style: str, expected: str) -> None:
    assert expected in (await docs(SOURCE, "parse_header", style=style))["parse_header"]


async def test_a_half_broken_file_is_documented_symbol_by_symbol() -> None:
    flush_left = "class Box:\n    def add(self, item):\n        return '''\nflush left\n'''\n\n"
    broken = flush_left + "    def pop_item(self, at):\n        if at:\n            raise IndexError\n\ndef (:\n"
    asked = question("document", broken, "Box.pop_item")
    text = (await reply(asked)).text
    assert "Raises:\n    IndexError: If `at`." in text


@pytest.mark.parametrize(
    "source",
    [
        "def f(value, sep=':'):\n    return g(value, sep) if value else h()\n",
        "def frobnicate_labels(value):\n    g(value)\n",
        "def read_labels(path: str) -> list[str]: ...\n",
        "def outer():\n    pass\n",
        "class Cart:\n    pass\n",
        "class Cart:\n    total: int\n",
        "def is_empty(box):\n    if not box:\n        raise ValueError\n    return True\n",
        "def read_all(path, *args):\n    return open(path, *args)\n",
        "def __init__(self, x):\n    if x:\n        raise ValueError\n",
    ],
)
async def test_what_only_repeats_the_signature_is_not_written(source: str) -> None:
    with pytest.raises(UpstreamError, match=r"^Nothing certain to document offline in "):
        await reply(question("document", source))


async def test_overload_stubs_properties_and_nested_functions_stay_as_they_are() -> None:
    source = (
        "from typing import overload\n\n\n@overload\ndef get_item(x: int) -> int: ...\n\n\n"
        "def get_item(x):\n    def wrap_item(y):\n        if y:\n            raise KeyError(y)\n\n"
        "    if not x:\n        raise KeyError(x)\n    return wrap_item\n"
    )
    asked = question("document", source)
    text = (await reply(replace(asked, target=replace(asked.target, symbols=asked.target.symbols[1:])))).text
    assert [name for name, _ in BLOCK.findall(text)] == ["get_item"]


async def test_documentation_that_exists_is_never_rewritten_offline() -> None:
    asked = question("document", "def get_item(x):\n    if x:\n        raise KeyError(x)\n", "get_item")
    (symbol,) = asked.target.symbols
    known = replace(symbol, doc=symbol.whole)
    with pytest.raises(UpstreamError, match="never rewritten"):
        await reply(replace(asked, target=replace(asked.target, symbols=(known,))))


async def test_a_language_without_a_convention_is_refused_in_a_sentence_and_booked_once() -> None:
    known = question("document", "function f(a) {}\n", path="a.js", language="javascript")
    unknown = replace(known.request.document, language="elixir")
    asked = replace(known, request=replace(known.request, document=unknown))
    watch = Noted()
    with pytest.raises(UpstreamError, match="writes no documentation for elixir"):
        await reply(asked, watch=watch)
    assert [attempt.status.value for attempt in watch.attempts] == ["bad_request"]


async def test_an_answer_costs_nothing_uses_no_tokens_and_is_not_reported_by_the_engine() -> None:
    watch = Noted()
    answer = await reply(question("document", SOURCE, "parse_header"), watch=watch)
    assert (answer.finish, answer.attempt.cost, answer.attempt.usage) == (Finish.STOP, Decimal(0), Usage())
    assert str(answer.attempt.model) == "offline/built-in"
    assert watch.attempts == []
