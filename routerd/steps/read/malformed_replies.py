"""The ways in which models fail to answer: refusals, elisions, placeholders, chat around the answer."""

from __future__ import annotations

import re

_REFUSAL = re.compile(
    r"""^\W*(
        (i['’]?m|i\ am)\s+(really\s+|very\s+|so\s+)?sorry
      | (sorry|apologies|unfortunately)\b[^.\n]{0,20}\bi\b
      | i\s+(cannot|can['’]t|can\ not|am\ unable|am\ not\ able|won['’]t|must\ decline|do\ not\ have\ access)
      | i['’]m\s+(unable|not\ able)
      | as\ an\ ai\b
    )""",
    re.I | re.X,
)
_ANSWER = re.compile(r"<doc\b|^[ \t]*[`~]{3}|<{5,} ?SEARCH|\"findings\"", re.M)

_COMMENTED = re.compile(r"^\s*(#|//|/\*+|\*|--|<!--|;)\s*(?P<words>.*)$")
_PART = "code|file|function|class|implementation|methods?|functions|module|tests?|imports|body|logic"
_ELISION = re.compile(
    rf"""
    ^(\.{{3}}|…)\W*$
  | \b(rest|remainder)\ of\ (the\ |your\ )?(\w+\ )?({_PART})\b
  | (\.{{3}}|…)\s*\(?(the\ )?(rest|remaining|existing|other|same|previous|unchanged|omitted|more|your|keep)\b
  | \b(existing|previous|original|other|remaining)\ ({_PART})\b.*
      (\b(here|unchanged|remains?|stays?|omitted|as\ before|above|below|same)\b|\.{{3}}|…)
  | \b({_PART})\ (is\ |are\ )?(remains?\ )?(unchanged|omitted|elided|stays\ the\ same)\b
  | \b(unchanged|omitted)\ (code|for\ brevity)\b
  | \b(your|insert|add)\ ({_PART})\ (goes\ )?here\b
    """,
    re.I | re.X,
)

_PLACEHOLDER = re.compile(
    r"""^\W*+(todo|tbd|fixme|n/?a|none|null|docstring|documentation|description|summary(\ line)?|
        (add|insert|write|your|missing)?\s*(docstring|documentation|words|text)(\ goes)?\ here)?\W*+$
      | ^\W*+(todo|fixme)\b[^\n]*$
      | ^(the\ )?words\ of\ the\ documentation\b
    """,
    re.I | re.X,
)

_OPENER = re.compile(
    r"""^(sure|certainly|of\ course|absolutely|okay|ok|great|here['’]?s|here\ (is|are)|below\ (is|are)
        |the\ following|i['’]ve|i\ have|i\ (wrote|added|will))\b[^\n]*[:.!]$""",
    re.I | re.X,
)
_CLOSER = re.compile(
    r"""^(let\ me\ know|feel\ free|i\ hope|hope\ this|please\ let|if\ you\ (need|want|have|would)
        |this\ (docstring|documentation)\ )[^\n]*$""",
    re.I | re.X,
)
_CHAT = re.compile(
    r"""\b(i['’](ve|ll|m)|i\ (have|will|would|can|think|need)|let\ me|as\ requested|here\ is|here's
        |could\ you|would\ you\ like)\b""",
    re.I | re.X,
)


def refuses(text: str) -> bool:
    """Whether the reply declines to answer; an apology before a real answer does not count."""
    return _REFUSAL.match(text) is not None and _ANSWER.search(text) is None


def elision(code: str, original: str = "") -> str | None:
    """The first comment that stands in for code that was left out (its first 60 characters), or ``None``.

    A comment of the original's own is none, whatever it says.
    """
    for line in code.split("\n"):
        comment = _COMMENTED.match(line)
        words = comment["words"].removesuffix("*/").removesuffix("-->").strip() if comment else ""
        if words and _ELISION.search(words) and line.strip() not in original:
            return line.strip()[:60]
    return None


def placeholder(words: str) -> bool:
    """Whether the words only promise to be written."""
    return _PLACEHOLDER.match(words) is not None


def unchatted(text: str) -> str:
    """The text without a polite line before and after it."""
    lines = text.strip().split("\n")
    while len(lines) > 1 and (not lines[0].strip() or _OPENER.match(lines[0].strip())):
        lines.pop(0)
    while len(lines) > 1 and (not lines[-1].strip() or _CLOSER.match(lines[-1].strip())):
        lines.pop()
    return "\n".join(lines)


def chats(text: str) -> bool:
    """Whether the text talks to the reader in the first person."""
    return _CHAT.search(text) is not None
