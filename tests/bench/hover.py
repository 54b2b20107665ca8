"""What a hover and a menu cost after a keystroke, for files of growing size, through the app; prints JSON.

`python -m tests.bench.hover`. Each hover sees a text that was typed since the last one; the full count is
tiktoken's own, of the same file in the same run. Times are of the processor, as other programs run beside it.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import process_time

from routerd.adapters.tokenizer.vocabulary import load
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text

SIZES = (1_000, 5_000, 10_000, 50_000)
KEYSTROKES = 200

FUNCTION = '''\
def weigh(parcel, limit=LIMIT):
    """Weigh a parcel."""
    total = 0
    for part in parcel.parts:
        total += part.weight
        if total > limit:
            raise ValueError(part)
    return total


def label(parcel):
    words = [parcel.name]
    words.append(str(weigh(parcel)))
    return " ".join(words)


'''
"""What is hovered (``label``) and typed in, in the middle of each file, so that sizes differ in nothing else."""
HOVERED, TYPED = 10, 12
"""Lines of the function's name and of the typing, from the beginning of FUNCTION."""


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            os.environ[name] = home
        os.environ["N1N_API_KEY"] = "never-sent"
        project = Path(home) / "project"
        project.mkdir()
        app = App.open(root=project)
        try:
            app.price(app.settings.tiers[next(iter(app.settings.tiers))][0])
            encode = load().encode_ordinary
            source = _source(max(SIZES))
            rows = [_measured(app, project / f"of_{size}.py", _file(source, size), encode) for size in SIZES]
        finally:
            app.close()
    print(json.dumps({"files": rows}, indent=2))


def _source(lines: int) -> list[str]:
    """Real modules, from Python's own standard library, whole."""
    found: list[str] = []
    for module in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        if "site-packages" in module.parts or "test" in module.parts:
            continue
        found += Text(module.read_text("utf-8", "replace")).lines[:-1]
        if len(found) >= lines:
            break
    return found[:lines]


def _file(source: list[str], size: int) -> tuple[Text, int]:
    """So many lines with FUNCTION in the middle, before a line that begins a declaration; and its line."""
    middle = next(n for n in range(size // 2, size) if source[n].startswith(("def ", "class ")))
    return Text("".join((*source[:middle], FUNCTION, *source[middle:size]))), middle


def _measured(app: App, path: Path, file: tuple[Text, int], encode: Callable[[str], list[int]]) -> dict[str, object]:
    text, middle = file
    full = statistics.median(timed(lambda: encode(text.string)) for _ in range(5))
    document = Document(path.as_uri(), 1, "python", text)
    app.opened(document)
    name = Position(middle + HOVERED, 5)
    first = timed(lambda: app.hover_info(document, name))
    again = Document(path.with_stem(f"again_{path.stem}").as_uri(), 1, "python", Text(text.string))
    app.opened(again)
    asyncio.run(app.prepare(again.uri))
    prepared = timed(lambda: app.hover_info(again, name))
    hovers, menus = [], []
    for typed in _typed(document, middle + TYPED):
        app.opened(typed)
        hovers.append(timed(lambda now=typed: app.hover_info(now, name)))  # type: ignore[misc]  # a bound default
        menus.append(timed(lambda now=typed: app.priced_actions(now, Range(name, name))))  # type: ignore[misc]  # as above
    return {
        "lines": len(text.lines),
        "characters": len(text.string),
        "full_count_ms": _ms(full),
        "first_hover_ms": _ms(first),
        "first_hover_when_prepared_ms": _ms(prepared),
        "hover_after_keystroke_ms": spread(hovers),
        "menu_ms": spread(menus),
        "full_over_hover": round(full / statistics.median(hovers)),
    }


def _typed(document: Document, line: int) -> Iterator[Document]:
    """The document after each keystroke of somebody who types a comment in one function."""
    text = document.text
    text = text.replaced(Range(Position(line, 0), Position(line, 0)), "    # \n")
    for stroke in range(KEYSTROKES):
        end = Position(line, len(text.bare(line)))
        text = text.replaced(Range(end, end), "word "[stroke % 5])
        yield Document(document.uri, 2 + stroke, document.language, text)


def timed(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def spread(times: list[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {"median": _ms(statistics.median(ordered)), "p99": _ms(ordered[int(len(ordered) * 0.99)])}


def _ms(seconds: float) -> float:
    return round(seconds * 1000, 3)


if __name__ == "__main__":
    main()
