"""What counting tokens costs in full and after a keystroke, for three sizes of file; prints JSON.

`python -m tests.bench.counting`. The hover row is what a hover after a keystroke counts: the function
under the cursor with its surroundings, whatever the size of the file.
"""

from __future__ import annotations

import json
import statistics
import sysconfig
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from time import perf_counter

from routerd.adapters.tokenizer import TiktokenCounter
from routerd.adapters.tokenizer.vocabulary import load
from routerd.domain.position import Position, Range
from routerd.domain.text import Text

SIZES = (1_000, 10_000, 50_000)
KEYSTROKES = 100
HOVERED = 60
"""Lines around the cursor that a prompt holds."""


def main() -> None:
    """Measure and print."""
    source = _source(max(SIZES))
    began = perf_counter()
    encoding = load()
    loaded = perf_counter() - began
    rows = [_measured(_file(source, size), encoding.encode_ordinary) for size in SIZES]
    print(json.dumps({"load_vocabulary_ms": round(loaded * 1000, 1), "files": rows}, indent=2))


def _source(lines: int) -> list[str]:
    """Real lines, from Python's own standard library."""
    found: list[str] = []
    for module in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in module.parts or "test" in module.parts:
            continue
        found += Text(module.read_text("utf-8", "replace")).lines[:-1]
        if len(found) >= lines:
            break
    return found[:lines]


def _file(source: list[str], size: int) -> Text:
    """So many lines, with the same code around the middle, where the typing is, whatever the size."""
    half = size // 2
    return Text("".join((*source[: half - HOVERED], *source[: 2 * HOVERED], *source[half + HOVERED : size])))


def _measured(text: Text, encode: Callable[[str], list[int]]) -> dict[str, object]:
    counter = TiktokenCounter()
    counter.warm()
    full = statistics.median(_timed(lambda: len(encode(text.string))) for _ in range(5))
    first = _timed(lambda: counter.count_text(text))
    texts = list(_typed(text))
    # One after the other, so that none finds the processor's caches filled by another.
    hover = [_timed(partial(counter.count, around)) for around in map(_around, texts)]
    document = [_timed(partial(counter.count_text, typed)) for typed in texts]
    string = [_timed(partial(counter.count, "".join(typed.lines))) for typed in texts]
    text = texts[-1]
    assert counter.count_text(text) == len(encode(text.string)) == counter.count(text.string)
    return {
        "lines": len(text.lines),
        "characters": len(text.string),
        "full_ms": _ms(full),
        "first_ms": _ms(first),
        "document_after_keystroke_ms": _ms(statistics.median(document)),
        "string_after_keystroke_ms": _ms(statistics.median(string)),
        "hover_after_keystroke_ms": _ms(statistics.median(hover)),
        "full_over_document": round(full / statistics.median(document)),
        "full_over_string": round(full / statistics.median(string)),
        "full_over_hover": round(full / statistics.median(hover)),
    }


def _typed(text: Text) -> Iterator[Text]:
    """The text after each keystroke of somebody who types in one function."""
    for stroke in range(KEYSTROKES):
        line = len(text.lines) // 2 + stroke % HOVERED
        text = text.replaced(Range(Position(line, 0), Position(line, 0)), "x")
        yield text


def _around(text: Text) -> str:
    half = len(text.lines) // 2
    return "".join(text.lines[half : half + HOVERED])


def _timed(work: Callable[[], object]) -> float:
    began = perf_counter()
    work()
    return perf_counter() - began


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


if __name__ == "__main__":
    main()
