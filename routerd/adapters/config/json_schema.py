"""The JSON schema of a configuration file, put together from those of the settings."""

from __future__ import annotations

from typing import Any

from routerd.adapters.config.schema import ENTRIES, SettingSpec

Schema = dict[str, Any]


def json_schema() -> Schema:
    """The schema of the user's own file, by draft 2020-12; it allows less than the daemon takes, never more."""
    whole = _table()
    for entry in ENTRIES:
        table = whole
        for part in entry.path[:-1]:
            table = _below(table, part)
        if entry.path[-1] == "*" and not entry.names:  # any name, each with a value of this kind
            table["additionalProperties"] = _described(entry)
            continue
        for name in entry.names or (entry.path[-1],):
            table["properties"][name] = _described(entry)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "routerd's configuration",
        **whole,
    }


def _table() -> Schema:
    return {"type": "object", "properties": {}, "additionalProperties": False}


def _below(table: Schema, part: str) -> Schema:
    """The table under a part of a path; ``*`` is any name."""
    if part != "*":
        found: Schema = table["properties"].setdefault(part, _table())
        return found
    if table["additionalProperties"] is False:
        table["additionalProperties"] = _table()
    named: Schema = table["additionalProperties"]
    return named


def _described(entry: SettingSpec) -> Schema:
    users = " Only your own file may set it." if entry.users_only else ""
    return {"description": entry.says + users, **entry.kind.schema}
