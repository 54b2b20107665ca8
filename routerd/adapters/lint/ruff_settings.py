"""A project's own ruff configuration, read as data: the nearest file upwards within the workspace, and what it extends.

Nothing of it is run: preview rules stay off, and a file outside of the workspace is never read.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from routerd.system.regular_files import read_regular
from routerd.system.uris import path_of

_NAMES = (".ruff.toml", "ruff.toml", "pyproject.toml")
"""In the order in which ruff looks for them in each folder."""
_MAX_BYTES = 1_000_000
_MAX_LAYERS = 8
"""Files that extend one another; more are a loop."""
_DEFAULT = ("E4", "E7", "E9", "F")
"""What ruff selects where a configuration selects nothing."""
_TOP = ("line-length", "target-version", "builtins", "indent-width")
_NOT_PASSED = frozenset(
    (
        *("select", "extend-select", "ignore", "extend-ignore", "per-file-ignores", "extend-per-file-ignores"),
        *("preview", "explicit-preview-rules", "exclude", "fixable", "unfixable", "extend-fixable"),
        *("extend-unfixable", "extend-safe-fixes", "extend-unsafe-fixes", "logger-objects"),
    )
)
"""Options of the rules' section that are merged here, or that concern no finding."""
_OLDEST = re.compile(r">=\s*3\.(\d+)")


PathRule = Callable[[Path, Path], str | None]
"""Why a path may not be read below a root, or ``None``: the workspace's rule for what routerd finds by itself."""


@dataclass(frozen=True, slots=True)
class RuffSettings:
    """The rules and options of one project; the options' names are dotted, as on ruff's command line."""

    path: str
    """The file's own, to which its patterns of files apply."""
    selected: tuple[str, ...]
    ignored: tuple[str, ...]
    options: Mapping[str, str] = field(default_factory=dict)
    """Values as TOML."""


def ruff_settings(uri: str, root_uri: str, refusal: PathRule) -> RuffSettings | None:
    """The settings for a file of the project at ``root_uri``; ``None`` if it has none or they cannot be read."""
    path, root = path_of(uri), path_of(root_uri)
    if path is None or root is None:
        return None
    try:
        layers = list(_layers(path, root, refusal))
        return _merged(str(path), layers) if layers else None
    except (OSError, ValueError, RecursionError):
        return None
    except (AttributeError, TypeError):  # a value of another type than ruff's
        return None


def _layers(path: Path, root: Path, refusal: PathRule) -> Iterator[tuple[Path, Mapping[str, Any]]]:
    """The nearest configuration, then what it extends; each with its folder."""
    found = _nearest(path, root, refusal)
    for _ in range(_MAX_LAYERS):
        if found is None:
            return
        yield found
        folder, table = found
        extended = table.get("extend")
        file = folder / extended if isinstance(extended, str) else None
        parent = _table(file, root, refusal) if file else None
        found = (file.parent, parent) if file and parent is not None else None


def _nearest(path: Path, root: Path, refusal: PathRule) -> tuple[Path, Mapping[str, Any]] | None:
    for folder in path.parents:
        if not folder.is_relative_to(root):
            return None
        for name in _NAMES:
            table = _table(folder / name, root, refusal)
            if table is not None:
                return folder, table
    return None


def _table(file: Path, root: Path, refusal: PathRule) -> Mapping[str, Any] | None:
    """Ruff's table of one file. Raises ValueError if it is no TOML, OSError if it cannot be read."""
    if refusal(file, root) is not None or not file.is_file():
        return None
    whole = tomllib.loads(read_regular(file, _MAX_BYTES).decode("utf-8"))
    if file.name != "pyproject.toml":
        return whole
    table = whole.get("tool", {}).get("ruff")
    oldest = _OLDEST.search(str(whole.get("project", {}).get("requires-python", "")))
    return {"target-version": f"py3{oldest[1]}", **table} if table is not None and oldest else table


def _merged(path: str, layers: list[tuple[Path, Mapping[str, Any]]]) -> RuffSettings:
    """One setting of all layers, the extended ones first; a selection begins anew what those before it ignore."""
    selected, ignored = list(_DEFAULT), list[str]()
    options: dict[str, str] = {}
    per_file: dict[str, list[str]] = {}
    for folder, table in reversed(layers):
        rules: dict[str, Any] = table | table.get("lint", {})
        if "select" in rules:
            selected, ignored = _texts(rules["select"]), []
        selected += _texts(rules.get("extend-select", []))
        ignored += _texts(rules.get("ignore", [])) + _texts(rules.get("extend-ignore", []))
        if "per-file-ignores" in rules:
            per_file = {}
        for name in ("per-file-ignores", "extend-per-file-ignores"):
            for pattern, codes in rules.get(name, {}).items():
                per_file.setdefault(_absolute(pattern, folder), []).extend(_texts(codes))
        options |= {name: _toml(table[name]) for name in _TOP if name in table}
        options |= {
            f"lint.{name}": _toml(value) for name, value in table.get("lint", {}).items() if name not in _NOT_PASSED
        }
    if per_file:
        options["lint.per-file-ignores"] = _toml(per_file)
    return RuffSettings(path, tuple(selected), tuple(ignored), options)


def _absolute(pattern: str, folder: Path) -> str:
    """A pattern of paths, relative to the folder of its file; one without a folder matches names anywhere."""
    bare = pattern.removeprefix("!")
    return pattern if "/" not in bare else f"{pattern[: len(pattern) - len(bare)]}{(folder / bare).as_posix()}"


def _texts(value: object) -> list[str]:
    """A list of rules. Raises ValueError for anything else."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("rules are a list of texts")
    return list(value)


def _toml(value: object) -> str:
    """A value of a configuration on one line. Raises ValueError for what no option of a rule holds."""
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(key)} = {_toml(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(_toml(one) for one in value) + "]"
    if isinstance(value, bool | int | float | str):
        return json.dumps(value)
    raise ValueError("neither text nor number")
