"""Checks one layer of the configuration against the schema: its values, its errors, what is ignored."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from difflib import get_close_matches

from routerd.adapters.config.schema import ENTRIES, Path, SettingSpec, entry_at, is_table
from routerd.adapters.config.toml import dotted, line_of

_MOST_PROBLEMS = 100
"""Unknown settings that are reported for one layer."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A source of settings before it is checked."""

    name: str
    """For people: a path, "built-in defaults" or "editor settings"."""
    table: Mapping[str, object]
    text: str = ""
    """The file's text, for line numbers."""
    users_own: bool = False
    """Whether it may set what only the user may set."""
    users_word: bool = False
    """Whether the user is known to have set it, for every folder: it counts in full, as far as an editor may set it."""
    lowers: bool = False
    """Whether it may set a budget only below the earlier layers' value: it came with somebody else's code."""
    built_in: bool = False


@dataclass(slots=True)
class Checked:
    """What a layer came to."""

    layer: Layer
    values: dict[Path, object] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    """Sentences on values that cannot be used."""
    problems: list[str] = field(default_factory=list)
    """Sentences on keys that are ignored."""

    def say(self, path: Path, what: str) -> str:
        """A sentence on a key, with the file and the line where there is one."""
        line = line_of(self.layer.text, path)
        position = f"{self.layer.name}, line {line}" if line else self.layer.name
        return f"{position}: `{dotted(path)}` {what}."


def checked(layer: Layer, users_file: str) -> Checked:
    """The layer's values as the schema reads them; ``users_file`` is named where others may not set a key."""
    result = Checked(layer)
    forbidden: list[Path] = []
    for path, value in _leaves(layer.table, ()):
        entry = entry_at(path)
        if entry is None:
            _unknown(path, value, result)
        elif entry.users_only and not layer.users_own:
            forbidden.append(path)
        else:
            _read(entry, path, value, result)
    if forbidden:
        keys = ", ".join(f"`{dotted(path)}`" for path in forbidden)
        result.problems.append(
            f"{layer.name}: ignored {keys}, as only your own file may set providers, keys, prices and "
            f"commands: move them to {users_file}."
        )
    return result


def _leaves(table: Mapping[str, object], prefix: Path) -> Iterator[tuple[Path, object]]:
    for key, value in table.items():
        path = (*prefix, str(key))
        if value is None:
            continue  # Editors send the settings that were never set as null.
        if isinstance(value, Mapping) and entry_at(path) is None and is_table(path):
            yield from _leaves(value, path)
        else:
            yield path, value


def _read(entry: SettingSpec, path: Path, value: object, result: Checked) -> None:
    try:
        result.values[path] = entry.kind.read(value)
    except ValueError as fault:
        reason = f" ({fault})" if str(fault) else ""
        shown = "" if entry.kind.secret else f", not {_as_typed(value):.60}"
        key = dotted(path[-1:])
        result.faults.append(
            result.say(path, f"must be {entry.kind.wants}{shown}{reason}: write {key} = {entry.kind.example}")
        )


def _as_typed(value: object) -> str:
    """A value as its writer knows it, where Python would call it something else."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, Decimal | date | time) else repr(value)


def _first_name(entry: SettingSpec) -> str:
    return entry.path[-1] if entry.path[-1] != "*" else next(iter(entry.names), "NAME")


def _unknown(path: Path, value: object, result: Checked) -> None:
    if is_table(path):
        example = next(entry for entry in ENTRIES if entry.leads(path))
        result.faults.append(
            result.say(path, f"must be a table with settings such as {_first_name(example)} = {example.kind.example}")
        )
        return
    if len(result.problems) >= _MOST_PROBLEMS:
        return  # ignored like the others; to look for what was meant takes time
    near = nearest(path)
    known = f"the nearest is `{dotted(near)}`" if near else "`routerd config show` lists those that are"
    kind = "table" if isinstance(value, Mapping) else "setting"
    result.problems.append(result.say(path, f"is no {kind} and is ignored; {known}"))


def nearest(path: Path) -> Path | None:
    """The known key that a wrong one comes nearest to: a sister first, then a key of that name elsewhere."""
    known = list(_spelled(path))
    sisters = {sister[-1]: sister for sister in known if sister[:-1] == path[:-1]}
    near = get_close_matches(path[-1], sisters, n=1)
    if near:
        return sisters[near[0]]
    whole = {".".join(other): other for other in known}
    near = get_close_matches(".".join(path), whole, n=1)
    if near:
        return whole[near[0]]
    return next((other for other in known if other[-1] == path[-1] and "*" not in other), None)


def _spelled(path: Path) -> Iterator[Path]:
    """Every known key and table, with the names of a path in place of the schema's ``*``."""
    for entry in ENTRIES:
        for names in entry.names or (None,):
            parts = [
                (names or (path[at] if at < len(path) else part)) if part == "*" else part
                for at, part in enumerate(entry.path)
            ]
            for end in range(1, len(parts) + 1):
                yield tuple(parts[:end])
