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


async def test_a_function_is_documented_from_signature_body_and_raised_errors() -> None:
    assert (await docs(SOURCE))["parse_header"] == textwrap.dedent(
        """\
        Parse the header.

        Args:
            mode: One of `'r'` or `'w'`.
            *args: Passed on to `log`.

        Returns:
            A new `Header`, or `None`.

        Raises:
            ValueError: If `mode not in ('r', 'w')`.
            HeaderError: On `KeyError` or `TypeError`."""
    )


async def test_errors_of_inner_functions_and_errors_that_are_caught_are_not_documented() -> None:
    text = (await docs(SOURCE))["parse_header"]
    assert "OSError" not in text
    assert "    KeyError:" not in text


async def test_methods_properties_predicates_and_constructors_read_as_what_they_are() -> None:
    found = await docs(SOURCE)
    assert found["Header.is_empty"].splitlines()[0] == "Return whether the header is empty."
    assert "Header.total_size" not in found, "the name says it already"
    assert found["Header.from_dict"].splitlines()[0] == "Create a header from the dictionary."
    assert found["Header.__init__"].splitlines()[0] == "Initialize the header."
    assert "Yields:" in found["iter_lines"]
    assert found["iter_lines"].splitlines()[0] == "Iterate over the lines."


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
    assert expected in (await docs(SOURCE, style=style))["parse_header"]


async def test_a_half_broken_file_is_documented_symbol_by_symbol() -> None:
    flush_left = "class Box:\n    def add(self, item):\n        return '''\nflush left\n'''\n\n"
    broken = flush_left + "    def pop(self, at):\n        if at:\n            raise IndexError\n\ndef (:\n"
    asked = question("document", broken, "Box.pop")
    text = (await reply(asked)).text
    assert "Raises:\n    IndexError: If `at`." in text


async def test_another_language_gets_a_summary_where_the_name_is_a_verb_with_an_object() -> None:
    found = await docs(
        "function parseHeader(data, maxSize = 3) {\n  return data;\n}\n", style="", language="javascript"
    )
    assert found["parseHeader"] == "Parses the header."


@pytest.mark.parametrize(
    "source",
    [
        "def f(value, sep=':'):\n    return g(value, sep) if value else h()\n",
        "def frobnicate_labels(value):\n    g(value)\n",
        "def read_labels(path: str) -> list[str]: ...\n",
        "def outer():\n    pass\n",
        "class Cart:\n    pass\n",
    ],
)
async def test_what_only_repeats_the_signature_is_not_written(source: str) -> None:
    with pytest.raises(UpstreamError, match=r"^Nothing certain to document offline in "):
        await reply(question("document", source))


async def test_overload_stubs_and_nested_functions_stay_as_they_are() -> None:
    source = (
        "from typing import overload\n\n\n@overload\ndef get_it(x: int) -> int: ...\n\n\n"
        "def get_it(x):\n    def wrap_it():\n        return (1, 2)\n\n    if not x:\n        raise KeyError(x)\n"
        "    return wrap_it\n\n\ndef is_ipv4_hostname(hostname):\n    return bool(hostname)\n"
    )
    text = (await reply(question("document", source))).text
    assert [name for name, _ in BLOCK.findall(text)] == ["get_it", "is_ipv4_hostname"]
    assert "Return whether `hostname` is an IPv4 hostname." in text


async def test_documentation_that_exists_is_never_rewritten_offline() -> None:
    asked = question("document", "def f(x):\n    if x:\n        raise KeyError(x)\n    return (1, 2)\n", "f")
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
    answer = await reply(question("document", SOURCE), watch=watch)
    assert (answer.finish, answer.attempt.cost, answer.attempt.usage) == (Finish.STOP, Decimal(0), Usage())
    assert str(answer.attempt.model) == "offline/built-in"
    assert watch.attempts == []
