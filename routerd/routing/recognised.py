"""Recognises an instruction that asks for one of the other actions, whose contract then holds; pure text."""

from __future__ import annotations

import re
from collections.abc import Mapping

from routerd.domain.classification import Classification

_POLITE = r"(?:please|kindly|can you|could you|would you|will you|pls|now|then|just|ok|hey|,|\s)*"
_MAKE = r"(?:add|write|generate|create|make|give me|provide|put|insert)"
_OBJECT = r"(?:\w+[ -]){0,4}?"

_ASKS = {
    "document": rf"{_POLITE}(?:document\b|{_MAKE}\s+{_OBJECT}(?:docstrings?|doc[ -]?comments?|documentation|javadocs?"
    r"|jsdocs?|godocs?|rustdocs?)\b)",
    "test": rf"{_POLITE}(?:(?:unit[ -]?)?test (?:this|the|it|my|these)\b|{_MAKE}\s+{_OBJECT}(?:unit[ -]?)?tests?\b"
    r"|cover\b.*\btests?\b)",
    "review": rf"{_POLITE}(?:review\b|(?:do|perform|give me|make)\s+{_OBJECT}(?:code )?review\b"
    rf"|(?:find|look for|check for|spot|list)\s+{_OBJECT}(?:bugs?|defects?|problems|issues|mistakes)\b)",
    "explain": rf"{_POLITE}(?:explain\b|describe (?:what|how)\b|walk me through\b"
    r"|what (?:does|do) (?:this|that|it|the)\b.*\b(?:do|mean)\b|how (?:does|do) (?:this|that|it|the)\b.*\bwork\b)",
    "fix": rf"{_POLITE}(?:fix|repair|correct|resolve)\b",
}
_BEGINS = {action: re.compile(pattern, re.IGNORECASE) for action, pattern in _ASKS.items()}
_FURTHER = re.compile(
    r"(?:\band (?:then )?|\bthen |[.;\n]\s*)(?:also )?"
    r"(?:add|change|convert|create|delete|document|explain|extract|fix|generate|implement|inline|make|move|optimi[sz]e"
    r"|port|refactor|remove|rename|replace|review|rewrite|split|suggest|test|translate|update|write)\b",
    re.IGNORECASE,
)
"""A second thing that is asked for, which the contract of one action would forbid."""

_BY_THE_CLASSIFIER = frozenset({"document", "test", "review"})
"""Actions that the classifier knows too, and must agree with."""


def recognised(text: str, words: Classification, actions: Mapping[str, object]) -> str | None:
    """The action that an instruction asks for and nothing else; ``None`` where any of that is in doubt.

    ``text`` is the human's own words, ``actions`` those that exist. The instruction must begin with the action's own
    verb; where the classifier knows the action it must be confident of it; and no second verb may follow.
    """
    stripped = text.strip()
    found = [action for action, pattern in _BEGINS.items() if action in actions and pattern.match(stripped)]
    if len(found) != 1 or _FURTHER.search(stripped):
        return None
    (action,) = found
    if action in _BY_THE_CLASSIFIER:
        return action if words.confident and words.action == action else None
    return action if words.action not in (*_BY_THE_CLASSIFIER, "design") else None
