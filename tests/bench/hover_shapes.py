"""What a hover costs after a keystroke in files of unfriendly shapes, in five languages; prints JSON.

`python -m tests.bench.hover_shapes [--lines 10000 50000]`. Shapes: all members in one class, one function, the same
with an unfinished statement, one minified line, and a thousand small declarations, which is the baseline of the same
run. Times are of the processor.
"""

from __future__ import annotations

import argparse
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from tests.bench.hover import spread, timed

KEYSTROKES = 100
NAME_MARK = "label"
"""The word in whose line a user types, and the name that is hovered."""

Shape = tuple[str, str, str]
"""What stands before the repeated part, the part (with ``{n}``), and what stands after it."""

_JAVA_MEMBER = (
    "    int weigh{n}(int parcel) {\n        int total = parcel * {n};\n        if (total > 10) {\n"
    "            total = total - 1;\n        }\n        // note {n}\n        return total;\n    }\n\n"
)
_PYTHON_MEMBER = (
    "    def weigh{n}(self, parcel):\n        total = parcel * {n}\n        if total > 10:\n"
    "            total = total - 1\n        # note {n}\n        return total\n\n"
)
_TS_MEMBER = (
    "  weigh{n}(parcel: number): number {\n    let total = parcel * {n};\n    if (total > 10) {\n"
    "      total = total - 1;\n    }\n    // note {n}\n    return total;\n  }\n\n"
)
_GO_FUNCTION = (
    "func weigh{n}(parcel int) int {\n\ttotal := parcel * {n}\n\tif total > 10 {\n\t\ttotal = total - 1\n\t}\n"
    "\t// note {n}\n\treturn total\n}\n\n"
)
CLASSES: dict[str, Shape] = {
    "java": ("class Depot {\n", _JAVA_MEMBER, "}\n"),
    "csharp": ("namespace Yard {\nclass Depot {\n", _JAVA_MEMBER, "}\n}\n"),
    "typescript": ("export class Depot {\n", _TS_MEMBER, "}\n"),
    "python": ("class Depot:\n", _PYTHON_MEMBER, ""),
    "go": ("package depot\n\n", _GO_FUNCTION, ""),
}
FUNCTIONS: dict[str, Shape] = {
    "java": ("class Depot {\n    void label(int[] cells) {\n", "        cells[{n}] = cells[0] + {n};\n", "    }\n}\n"),
    "csharp": (
        "class Depot {\n    void label(int[] cells) {\n",
        "        cells[{n}] = cells[0] + {n};\n",
        "    }\n}\n",
    ),
    "typescript": ("export function label(cells: number[]) {\n", "  cells[{n}] = cells[0] + {n};\n", "}\n"),
    "python": ("def label(cells):\n", "    cells[{n}] = cells[0] + {n}\n", ""),
    "go": ("package depot\n\nfunc label(cells []int) {\n", "\tcells[{n}] = cells[0] + {n}\n", "}\n"),
}
SMALL: dict[str, Shape] = {
    "java": ("", "class Depot{n} {\n    int weigh(int parcel) {\n        return parcel * {n};\n    }\n}\n\n", ""),
    "csharp": ("", "class Depot{n} {\n    int weigh(int parcel) {\n        return parcel * {n};\n    }\n}\n\n", ""),
    "typescript": ("", "export function weigh{n}(parcel: number) {\n  return parcel * {n};\n}\n\n", ""),
    "python": ("", "def weigh{n}(parcel):\n    return parcel * {n}\n\n\n", ""),
    "go": ("package depot\n\n", "func weigh{n}(parcel int) int {\n\treturn parcel * {n}\n}\n\n", ""),
}
COMMENT = {"python": "#"}
SUFFIX = {"java": "java", "csharp": "cs", "typescript": "ts", "python": "py", "go": "go"}


def shaped(shape: Shape, lines: int) -> str:
    """A file of about so many lines; the hovered name stands in its middle, or in what stands before."""
    before, part, after = shape
    count = max(lines // part.count("\n"), 2)
    middle = count // 2
    parts = [part.replace("{n}", str(n)) for n in range(count)]
    if NAME_MARK not in before:
        parts[middle] = parts[middle].replace(f"weigh{middle}", NAME_MARK).replace("weigh", NAME_MARK)
    return before + "".join(parts) + after


def broken(shape: Shape, lines: int) -> str:
    """A file of about so many lines, in the middle of which somebody has not finished a statement."""
    rows = shaped(shape, lines).splitlines(keepends=True)
    rows[len(rows) // 2] = rows[len(rows) // 2].partition("=")[0] + "= (1 +\n"
    return "".join(rows)


def _minified(language: str, lines: int) -> str:
    """The small declarations on one line; Python's need line ends, so there it is one line of a list."""
    if language == "python":
        return f"def {NAME_MARK}():\n    return [" + ", ".join(str(n) for n in range(lines * 8)) + "]\n"
    text = shaped(SMALL[language], lines)
    return " ".join(line.strip() for line in text.replace("return", " return").splitlines()) + "\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--lines", type=int, nargs="+", default=[10_000, 50_000])
    parser.add_argument("--languages", nargs="+", default=list(CLASSES))
    wanted = parser.parse_args()
    shapes: dict[str, Callable[[str, int], str]] = {
        "a thousand small": lambda language, _: shaped(SMALL[language], 4_000),
        "one class": lambda language, lines: shaped(CLASSES[language], lines),
        "one function": lambda language, lines: shaped(FUNCTIONS[language], lines),
        "one function that does not parse": lambda language, lines: broken(FUNCTIONS[language], lines),
        "one minified line": _minified,
    }
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            os.environ[name] = home
        os.environ["N1N_API_KEY"] = "never-sent"
        project = Path(home) / "project"
        project.mkdir()
        app = App.open(root=project)
        try:
            rows = [
                {"shape": shape, "language": language, **_measured(app, project, language, make(language, lines))}
                for lines in wanted.lines
                for shape, make in shapes.items()
                for language in wanted.languages
            ]
        finally:
            app.close()
    print(json.dumps({"files": rows}, indent=1))


_COUNT = iter(range(1_000_000))


def _measured(app: App, project: Path, language: str, source: str) -> dict[str, object]:
    path = project / f"file{next(_COUNT)}.{SUFFIX[language]}"
    text = Text(source)
    at = next(n for n, line in enumerate(text.lines) if NAME_MARK in line)
    name = Position(at, text.lines[at].index(NAME_MARK) + 1)
    document = Document(path.as_uri(), 1, language, text)
    app.opened(document)
    first = timed(lambda: app.hover_info(document, name))
    times = []
    shown = 0
    for typed in _typed(document, at, language):
        app.opened(typed)
        now = typed
        times.append(timed(lambda now=now: app.hover_info(now, name)))  # type: ignore[misc]  # a bound default
        shown += app.hover_info(now, name) is not None
    return {
        "lines": len(text.lines),
        "characters": len(source),
        "first_hover_ms": round(first * 1000, 1),
        "shown": shown,
        "hover_after_keystroke_ms": spread(times),
    }


def _typed(document: Document, at: int, language: str) -> Iterator[Document]:
    """The document after each keystroke of somebody who types a comment below the hovered name."""
    text = document.text
    line = at + 1
    mark = COMMENT.get(language, "//")
    if line < len(text.lines) - 1:
        start = Position(line, 0)
        text = text.replaced(Range(start, start), f"    {mark} \n")
    else:
        line = len(text.lines) - 1
        text = text.replaced(Range(text.end, text.end), f"{mark} ")
    for stroke in range(KEYSTROKES):
        end = Position(line, len(text.bare(line)))
        text = text.replaced(Range(end, end), "word "[stroke % 5])
        yield Document(document.uri, 2 + stroke, document.language, text)


if __name__ == "__main__":
    main()
