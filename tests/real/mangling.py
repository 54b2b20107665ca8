"""A model that documents honestly and badly by turns: each turn is a way to answer, with what must come of it."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from tests import brain

_TARGET = re.compile(r"^Target, .+:\n(?P<fence>`{3,})\w*\n(?P<text>.*?)\n(?P=fence)$", re.M | re.S)
_NAMES = re.compile(r"^Write .* for: (?P<names>.+)$", re.M)


@dataclass(frozen=True)
class Turn:
    """One way to answer."""

    name: str
    answer: Callable[[str], str]
    """From the prompt's last message."""
    reason: str | None = None
    """A part of the reason that it must be refused with; ``None`` for an honest answer, which must be applied."""


def _code(user: str) -> str:
    found = _TARGET.search(user)
    assert found is not None
    return found["text"]


def _names(user: str) -> list[str]:
    found = _NAMES.search(user)
    assert found is not None
    return found["names"].split(", ")


def _changed(user: str) -> str:
    """The code again, with one statement more."""
    return f"```\n{_code(user).rstrip()}\nadded_by_the_model();\n```"


def _elided(user: str) -> str:
    """The first half of the code, and a promise of the rest."""
    lines = _code(user).split("\n")
    mark = "#" if re.search(r"^\s*(def|end)\b", _code(user), re.M) else "//"
    return "```\n" + "\n".join(lines[: len(lines) // 2 + 1]) + f"\n{mark} ... rest of the code unchanged\n```"


def _chatty(user: str) -> str:
    return f"Sure! Here is the documentation:\n\n{brain.documentation(user)}\n\nLet me know if you need more."


TURNS = (
    Turn("honest", brain.documentation),
    Turn("changes the code", _changed, "changes code"),
    Turn("chatty", _chatty),
    Turn("cut", lambda user: brain.documentation(user).removesuffix("</doc>"), "was cut"),
    Turn("crlf", lambda user: brain.documentation(user).replace("\n", "\r\n")),
    Turn("refuses", lambda user: "I'm sorry, but I cannot help with that.", "refused to answer"),
    Turn("placeholder", lambda user: f'<doc name="{_names(user)[0]}">\nTODO\n</doc>', "is only a placeholder"),
    Turn("another symbol", lambda user: '<doc name="no_such_symbol">\nDo it.\n</doc>', "was not asked for"),
    Turn("elided", _elided, ""),
    Turn("fenced", lambda user: f"```xml\n{brain.documentation(user)}\n```"),
    Turn("code outside", lambda user: brain.documentation(user).replace("Do what", '*/ } """ Do what')),
)


class Model:
    """Takes its turns in their order, over and over; ``last`` is the one that was taken last."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def last(self) -> Turn:
        return TURNS[(self.asked - 1) % len(TURNS)]

    def reply(self, body: Mapping[str, Any]) -> str:
        self.asked += 1
        return self.last.answer(str(body["messages"][1]["content"]))
