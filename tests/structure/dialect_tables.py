"""Writes routerd/providers/DIALECTS.md from the field tables: `python -m tests.structure.dialect_tables`."""

from __future__ import annotations

from collections.abc import Mapping

from routerd.domain.dialect_name import DialectName
from routerd.providers.dialects.chat_fields import CHAT_OBJECTS
from routerd.providers.dialects.messages_fields import MESSAGES_DROPPED_BLOCKS, MESSAGES_OBJECTS
from routerd.providers.dialects.responses_fields import RESPONSES_DROPPED_ITEMS, RESPONSES_OBJECTS
from routerd.providers.dialects.rules import FieldRule, Handling, ObjectKeys
from routerd.providers.dialects.translate import REQUEST_FIELDS
from tests.structure.test_structure import PACKAGE

PAGE = PACKAGE / "providers" / "DIALECTS.md"

_HEAD = """\
# The three dialects and what becomes of each field

Written by `python -m tests.structure.dialect_tables` from the tables in `dialects/`, which the code reads too.
A request to a provider that speaks the client's own dialect is not translated. Otherwise each field is

- **carried**: the other dialect has it with the same meaning, by this or another name;
- **mapped**: the other dialect has a counterpart that is close, not equal;
- **refused**: it changes what the answer is and has no counterpart, so the client gets 400 with its name;
- **dropped**: a hint of the client to its own provider, left out and listed in `x-routerd-dropped`.

A field or key that stands in no table is refused by its name: whether it changes the answer is not known. A null asks
for nothing. Objects and parts of a type that is not listed are refused by their type.

What the tables cannot say:

- Thoughts of earlier answers are dropped, as their signatures hold for the model alone that made them. No signature is
  ever invented: a thought that comes from another dialect has an empty one, or no `encrypted_content`.
- Texts that one dialect gives in blocks and another in one string are joined by an empty line.
- Messages has one place for instructions, `system`, which takes those before the first turn. Later ones become text of
  the user between `<system-reminder>` and `</system-reminder>`.
- A tool's message of chat completions holds text only: its images follow in a message of the user.
- Tools of a namespace become functions named `ns<length of the namespace>_<namespace>_<name>`, custom tools in Messages
  functions named `custom__<name>`; calls of them come back by their own names. Plain tools so named are refused.
- Arguments that are no JSON object stand in Messages as `{"invalid_arguments": "…"}`.
- To Responses, `store` is always said, as OpenAI would store by default.
"""


def page() -> str:
    """The whole page."""
    objects = {
        DialectName.CHAT: (CHAT_OBJECTS, frozenset[str]()),
        DialectName.RESPONSES: (RESPONSES_OBJECTS, RESPONSES_DROPPED_ITEMS),
        DialectName.MESSAGES: (MESSAGES_OBJECTS, MESSAGES_DROPPED_BLOCKS),
    }
    sections = [_section(client) + _objects(*objects[client]) for client in REQUEST_FIELDS]
    return _HEAD + "".join(sections)


def _section(client: DialectName) -> str:
    fields = REQUEST_FIELDS[client]
    others = [dialect for dialect in DialectName if dialect is not client]
    head = f"\n## From {client}\n\n| field | to {others[0]} | to {others[1]} |\n|---|---|---|\n"
    rows = (
        f"| `{name}` | {_cell(field.rules[others[0]])} | {_cell(field.rules[others[1]])} |\n"
        for name, field in fields.items()
    )
    return head + "".join(rows)


def _cell(rule: FieldRule) -> str:
    if rule.handling in (Handling.CARRIED, Handling.MAPPED):
        return (
            f"{rule.handling.value}: `{rule.note}`" if " " not in rule.note else f"{rule.handling.value}: {rule.note}"
        )
    return f"{rule.handling.value}: {rule.note}"


def _objects(objects: Mapping[str, ObjectKeys], dropped: frozenset[str]) -> str:
    head = "\n| object | read | dropped |\n|---|---|---|\n"
    rows = (f"| `{name}` | {_keys(keys.read)} | {_keys(keys.dropped)} |\n" for name, keys in objects.items())
    whole = f"\nDropped as a whole: {_keys(tuple(sorted(dropped)))}.\n" if dropped else ""
    return head + "".join(rows) + whole


def _keys(names: tuple[str, ...]) -> str:
    return ", ".join(f"`{name}`" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
