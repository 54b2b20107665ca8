"""A real terminal without a screen: a program in tmux, the keys that are typed, and what is seen, as text or HTML."""

from __future__ import annotations

import html
import re
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

_SGR = re.compile(r"\x1b\[([\d;:]*)m")
_ROW_PX, _FONT_PX = 17, 15
"""DejaVu Sans Mono's frames are 1.164 em high, so that they touch from row to row."""
_SECONDS = 20.0
"""How long something may take to be seen; the first file starts a daemon."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a cell looks; ``None`` is the terminal's own colour."""

    ink: str | None = None
    paper: str | None = None
    bold: bool = False
    italic: bool = False
    underline: bool = False
    reverse: bool = False

    def css(self, ink: str, paper: str) -> str:
        """`ink` and `paper` are the terminal's own colours."""
        front, back = self.ink or ink, self.paper or paper
        if self.reverse:
            front, back = back, front
        parts = [f"color:{front}", f"background:{back}"]
        parts += ["font-weight:bold"] * self.bold + ["font-style:italic"] * self.italic
        parts += ["text-decoration:underline"] * self.underline
        return ";".join(parts)


class Terminal:
    """`with Terminal(command, env, cwd) as terminal`: a program that has a terminal to itself until the end."""

    def __init__(self, command: str, env: Mapping[str, str], cwd: Path, columns: int = 100, rows: int = 28) -> None:
        self._tmux = ["tmux", "-f", "/dev/null", "-S", str(cwd.parent / "tmux")]
        self._env = {**env, "TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
        self._cwd, self._command, self._columns, self._rows = cwd, command, columns, rows

    def __enter__(self) -> Self:
        own = ("set", "-g", "status", "off", ";", "set", "-g", "default-terminal", "tmux-256color", ";")
        size = ("-x", str(self._columns), "-y", str(self._rows))
        self._run(*own, "new-session", "-d", *size, self._command)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._run("kill-server")

    def _run(self, *words: str) -> str:
        command = [*self._tmux, *words]
        done = subprocess.run(command, env=self._env, cwd=self._cwd, capture_output=True, text=True, check=True)
        return done.stdout

    def keys(self, *keys: str) -> None:
        """Press keys, as tmux names them: ``"Escape"``, ``"Enter"``, or text as it is."""
        self._run("send-keys", *keys)

    def text(self) -> str:
        """What is seen."""
        return self._run("capture-pane", "-p")

    def wait(self, *words: str, seconds: float = _SECONDS) -> None:
        """Until all of these words are seen, and the screen has come to rest. Raises TimeoutError with the screen."""
        self.wait_for(lambda text: all(word in text for word in words), seconds, f"{words}")

    def wait_for(self, holds: Callable[[str], bool], seconds: float = _SECONDS, what: str = "") -> None:
        """Until that holds of a screen that has come to rest. Raises TimeoutError with the screen."""
        end, last = time.monotonic() + seconds, ""
        while not (holds(last) and last == self.text()):
            if time.monotonic() > end:
                raise TimeoutError(f"waited in vain for {what}:\n{last}")
            last = self.text()
            time.sleep(0.1)

    def pixels(self) -> tuple[int, int]:
        """Width and height of the page; DejaVu Sans Mono's cells are 0.602 em wide."""
        return round(self._columns * 0.602 * _FONT_PX) + 24, self._rows * _ROW_PX + 20

    def page(self, ink: str = "#e0e2ea", paper: str = "#14161b") -> str:
        """The screen as an HTML page: every run of cells at its own place, the cursor as a block."""
        rows = self._run("capture-pane", "-p", "-e").split("\n")
        x, y = self._run("display-message", "-p", "#{cursor_x} #{cursor_y}").split()
        cells, last = list[str](), Style()
        for line, row in enumerate(rows):
            for column, run, style in _runs(row, self._columns, last):
                position = f"left:{column}ch;top:{line * _ROW_PX}px"
                cells.append(f'<s style="{position};{style.css(ink, paper)}">{html.escape(run)}</s>')
                last = style
        cursor = (
            f'<s style="left:{x}ch;top:{int(y) * _ROW_PX}px;width:1ch;background:#fff;mix-blend-mode:difference"> </s>'
        )
        return _PAGE.format(ink=ink, paper=paper, row=_ROW_PX, font=_FONT_PX, cells="".join(cells) + cursor)


def _runs(row: str, columns: int, style: Style) -> Iterator[tuple[int, str, Style]]:
    """Column, text and style of each run of a captured row, which begins in the style that the last row ended in."""
    column = 0
    parts = _SGR.split(row)
    for position, part in enumerate(parts):
        if position % 2:
            style = _changed(style, part)
            continue
        width = sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in part)
        last = position == len(parts) - 1
        if part or last:
            yield column, part + " " * (columns - column - width if last else 0), style
        column += width


def _changed(style: Style, codes: str) -> Style:
    numbers = [int(code or 0) for code in re.split("[;:]", codes)]
    while numbers:
        code = numbers.pop(0)
        if code in (38, 48) and numbers[:1] == [2]:
            red, green, blue = numbers[1:4]
            del numbers[:4]
            colour = f"#{red:02x}{green:02x}{blue:02x}"
            style = replace(style, ink=colour) if code == 38 else replace(style, paper=colour)
        elif code in _SWITCHES:
            style = replace(Style() if code == 0 else style, **_SWITCHES[code])
    return style


_SWITCHES: dict[int, dict[str, Any]] = {
    0: {},
    1: {"bold": True},
    3: {"italic": True},
    4: {"underline": True},
    7: {"reverse": True},
    22: {"bold": False},
    23: {"italic": False},
    24: {"underline": False},
    27: {"reverse": False},
    39: {"ink": None},
    49: {"paper": None},
}
"""SGR codes of ECMA-48, as tmux prints them; colours other than RGB do not occur under 'termguicolors'."""

_PAGE = """<!doctype html><meta charset="utf-8"><style>
* {{ margin: 0; padding: 0 }}
body {{ background: {paper}; color: {ink}; font: {font}px/{row}px "DejaVu Sans Mono", monospace }}
main {{ position: relative; margin: 10px 12px }}
s {{ position: absolute; white-space: pre; text-decoration: none; height: {row}px }}
</style><main>{cells}</main>"""
