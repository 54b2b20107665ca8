"""Parses TOML, with the line of each key and a correction for each common mistake."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from routerd.adapters.config.schema import Path
from routerd.domain.errors import ConfigError

_AT = re.compile(r"^(?P<what>.*) \(at (?:line (?P<line>\d+), column (?P<column>\d+)|end of document)\)$")
_SECRET = re.compile(r"key|token|secret|password", re.IGNORECASE)
_OPAQUE = re.compile(r"[\w-]{20,}")
"""What may be a key that somebody wrote down: it is not repeated."""


@dataclass(frozen=True, slots=True)
class TomlProblem:
    """A mistake that people make in TOML: how its line looks, and what to write instead."""

    line: re.Pattern[str]
    mend: str
    """With the groups of the pattern as fields."""


_KEY = r"^\s*(?P<key>[\w.\"'-]+)\s*"
_SLIPS = (
    TomlProblem(re.compile(_KEY + r":\s*(?P<value>[^#]*?)\s*(?:#.*)?$"), "write {key} = {value}, with an equals sign"),
    TomlProblem(re.compile(_KEY + r"=\s*(?:#.*)?$"), "write a value after the equals sign"),
    TomlProblem(
        re.compile(_KEY + r"=\s*(?P<value>True|False)\b"),
        "write {key} = true or {key} = false, in small letters",
    ),
    TomlProblem(
        re.compile(_KEY + r"=\s*(?P<value>[A-Za-z][^\"'#]*?)\s*(?:#.*)?$"),
        'write {key} = "{value}", in quotation marks',
    ),
    TomlProblem(re.compile(r"^\s*\[[^\]#]*$"), "close the square bracket with ]"),
    TomlProblem(re.compile(r"=\s*\[[^\]#]*$"), "close the list with ]"),
    TomlProblem(re.compile(r"=\s*\{[^}#]*$"), "close the braces with } on the same line"),
    TomlProblem(re.compile(r"\"[^\"]*\\"), "write a text that has backslashes in single quotation marks"),
    TomlProblem(re.compile(r"=\s*(?P<quote>[\"'])(?:(?!(?P=quote)).)*$"), "close the text with a quotation mark"),
    TomlProblem(re.compile(_KEY + r"$"), "write {key} = and a value, or [{key}] for a table"),
)
_OTHERWISE = 'write one key = value per line, with text in quotation marks, such as daily = "5.00"'
_LONGEST_LINE = 1_000
"""Characters of a line; people break theirs at a tenth of it."""
_MOST_LINES = 1_500
"""Lines that set something: more than people keep by hand; each takes some 30 µs of the event loop."""
_TWICE = "the same key or table stands above already: keep one of the two"


def parse(text: str, file: str) -> dict[str, object]:
    """The table of a file. Raises ConfigError with the line, the column and what to write instead."""
    written = 0
    for number, line in enumerate(text.split("\n"), start=1):
        written += line.lstrip()[:1] not in {"", "#"}
        if len(line) > _LONGEST_LINE:  # tomllib takes time and memory by the square of the dots in a key
            raise ConfigError(f"{file}, line {number} is longer than {_LONGEST_LINE:,} characters: break it up.")
    if written > _MOST_LINES:
        raise ConfigError(f"{file} holds more than {_MOST_LINES:,} lines beside comments: set less.")
    try:
        return tomllib.loads(text.removeprefix("\ufeff"), parse_float=Decimal)
    except tomllib.TOMLDecodeError as fault:
        raise ConfigError(f"{file}, {_told(str(fault), text)}.") from None
    except (ValueError, RecursionError):
        raise ConfigError(f"{file} holds a number or a nesting beyond all bounds: {_OTHERWISE}.") from None


def _told(fault: str, text: str) -> str:
    at = _AT.match(fault)
    lines = text.splitlines() or [""]
    line = int(at["line"]) if at and at["line"] else len(lines)
    column = int(at["column"]) if at and at["column"] else len(lines[-1]) + 1
    what = at["what"] if at else fault
    if "overwrite" in what or "twice" in what or "already" in what or "mutate" in what:
        mend = _TWICE
    else:
        mend = _mend(lines[min(line, len(lines)) - 1])
    return f"line {line}, column {column} is not TOML: {mend}"


def _mend(line: str) -> str:
    for slip in _SLIPS:
        found = slip.line.search(line)
        if found:
            parts = found.groupdict()
            if _SECRET.search(parts.get("key") or ""):
                return f'write {parts["key"]} = {{ env = "NAME_OF_A_VARIABLE" }}'
            if _OPAQUE.search(parts.get("value") or ""):
                break
            return slip.mend.format(**parts) if parts else slip.mend
    return _OTHERWISE


def line_of(text: str, path: Path) -> int | None:
    """The line, from 1, on which a key is set or its table begins; ``None`` where it is not found."""
    lines = _lines(text)
    return next((lines[path[:end]] for end in range(len(path), -1, -1) if path[:end] in lines), None)


@lru_cache(maxsize=2)
def _lines(text: str) -> Mapping[Path, int]:
    """The first line of each key and table: looked for once, however many keys are wrong."""
    table: Path = ()
    found: dict[Path, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        key = line.partition("=")[0].strip()
        if line.lstrip().startswith("["):
            table = _path(line) or table
            found.setdefault(table, number)
        elif "=" in line and (path := _path(f"{key} = 0")):
            found.setdefault(table + path, number)
    return found


def _path(line: str) -> Path | None:
    try:
        inner: object = tomllib.loads(line)
    except tomllib.TOMLDecodeError:
        return None
    parts: list[str] = []
    while inner and isinstance(inner, Mapping | list):
        inner = inner[0] if isinstance(inner, list) else inner
        if inner:
            key, inner = next(iter(inner.items()))
            parts.append(key)
    return tuple(parts)


def dotted(path: Path) -> str:
    """A path as it is written in TOML: names that need it are in quotation marks."""
    return ".".join(part if re.fullmatch(r"[\w-]+", part, re.ASCII) else f'"{part}"' for part in path)
