"""A hover after a keystroke in files of unfriendly shapes, in five languages; prints JSON.

`python -m tests.bench.hover_shapes [LINES…]`. One class with all of the file's members, one function, one minified line
and a thousand small functions; each hover sees a text that was typed since the last one. The baseline is tree-sitter's
own parse of the whole file, in the same run. Times are of the processor, as other programs run beside it.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from routerd.adapters.grammar.parsed import grammar_of
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.position import Position, Range
from routerd.domain.text import Text
from routerd.languages import language_of
from tests.bench.hover import spread, timed

KEYSTROKES = 60


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a language writes a class with members, and functions outside of one."""

    extension: str
    opening: str
    closing: str
    member: str
    """Five lines, the name in the first of them; the third is typed in."""
    function: str
    statement: str
    minified: str | None
    """One statement of a minified line; ``None`` where lines cannot be joined."""


_C_LIKE = "        total += {n};\n        return total;\n    }}\n"
DIALECTS = {
    "java": Dialect(
        "java",
        "public class Shop {\n",
        "}\n",
        "    int price{n}(int count) {{\n        int total = count;\n" + _C_LIKE,
        "",
        "        total += {n};\n",
        "int p{n}(int c){{return c+{n};}}",
    ),
    "csharp": Dialect(
        "cs",
        "public class Shop {\n",
        "}\n",
        "    int Price{n}(int count) {{\n        int total = count;\n" + _C_LIKE,
        "",
        "        total += {n};\n",
        "int P{n}(int c){{return c+{n};}}",
    ),
    "typescript": Dialect(
        "ts",
        "export class Shop {\n",
        "}\n",
        "  price{n}(count: number): number {{\n    let total = count;\n    total += {n};\n    return total;\n  }}\n",
        "function price{n}(count: number) {{\n  let total = count;\n  total += {n};\n  return total;\n}}\n",
        "  total += {n};\n",
        "function p{n}(c){{return c+{n}}}",
    ),
    "python": Dialect(
        "py",
        "class Shop:\n",
        "",
        "    def price{n}(self, count):\n        total = count\n        total += {n}\n        return total\n\n",
        "def price{n}(count):\n    total = count\n    total += {n}\n    return total\n\n",
        "    total += {n}\n",
        None,
    ),
    "go": Dialect(
        "go",
        "",
        "",
        "",
        "func price{n}(count int) int {{\n\ttotal := count\n\ttotal += {n}\n\treturn total\n}}\n",
        "\ttotal += {n}\n",
        None,
    ),
}


def shapes(dialect: Dialect, lines: int) -> dict[str, tuple[str, int]]:
    """Each shape's text, and the line of the name that is hovered, in the middle; typed is two lines below."""
    found: dict[str, tuple[str, int]] = {}
    head = "package shop\n\n" if dialect.extension == "go" else ""
    count = lines // 5
    if dialect.member:
        members = "".join(dialect.member.format(n=n) for n in range(count))
        found["one class"] = (dialect.opening + members + dialect.closing, 1 + 5 * (count // 2))
    small = dialect.function or ""
    if small:
        texts = "".join(small.format(n=n) for n in range(count))
        found["small functions"] = (head + texts, head.count("\n") + 5 * (count // 2))
    unit = (dialect.function or dialect.member).format(n=0).splitlines(keepends=True)
    statements = "".join(dialect.statement.format(n=n) for n in range(lines))
    whole = unit[0] + unit[1] + statements + "".join(unit[3:])
    opening, closing = ("", "") if dialect.function else (dialect.opening, dialect.closing)
    found["one function"] = (head + opening + whole + closing, (head + opening).count("\n"))
    if dialect.minified:
        joined = "".join(dialect.minified.format(n=n) for n in range(lines))
        found["one minified line"] = (dialect.opening.replace("\n", "") + joined + "}\n" * bool(dialect.opening), 0)
    return found


def measured(app: App, path: Path, source: str, line: int) -> dict[str, object]:
    """Milliseconds of the first hover, of one after each keystroke, and of a whole parse."""
    from tree_sitter import Parser  # noqa: PLC0415 - as in the grammar's adapter

    text, language = Text(source), language_of(path.name)
    document = Document(path.as_uri(), 1, language, text)
    app.opened(document)
    bare = text.bare(line)
    column = bare.lower().index("price") if "rice" in bare else max(bare.find("p0("), bare.find("P0("))
    name = Position(line, column + 1)
    parser, code = Parser(grammar_of(language)), source.encode()
    whole = statistics.median(timed(lambda: parser.parse(code)) for _ in range(3))
    first = timed(lambda: app.hover_info(document, name))
    hovers: list[float] = []
    for stroke in range(KEYSTROKES):
        row = min(line + 2, text.end.line)
        at = len(text.bare(row)) if row > line else text.bare(row).index("{", column) + 1
        text = text.replaced(Range(Position(row, at), Position(row, at)), " ")
        typed = Document(document.uri, 2 + stroke, language, text)
        app.opened(typed)
        hovers.append(timed(lambda now=typed: app.hover_info(now, name)))  # type: ignore[misc]  # a bound default
    found: Callable[[], object] = lambda: app.hover_info(typed, name)  # noqa: E731
    return {
        "baseline_parse_ms": round(whole * 1000, 3),
        "first_hover_ms": round(first * 1000, 3),
        "hover_after_keystroke_ms": spread(hovers),
        "found": found() is not None,
    }


def main() -> None:
    """Measure and print."""
    sizes = [int(word) for word in sys.argv[1:]] or [10_000, 50_000]
    rows: list[dict[str, object]] = []
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            os.environ[name] = home
        os.environ["N1N_API_KEY"] = "never-sent"
        project = Path(home) / "project"
        project.mkdir()
        app = App.open(root=project)
        try:
            app.price(app.settings.tiers[next(iter(app.settings.tiers))][0])
            for language, dialect in DIALECTS.items():
                for lines in sizes:
                    for shape, (source, line) in shapes(dialect, lines).items():
                        path = project / f"{shape.replace(' ', '_')}_{lines}.{dialect.extension}"
                        about = {"language": language, "shape": shape, "lines": lines}
                        rows.append(about | measured(app, path, source, line))
                        print(json.dumps(rows[-1]), file=sys.stderr, flush=True)
        finally:
            app.close()
    print(json.dumps({"rows": rows}, indent=1))


if __name__ == "__main__":
    main()
