"""The Secrets port over ``data/secrets.toml``: where a text contains private keys, tokens and passwords."""

from __future__ import annotations

import math
import re
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import ascii_uppercase

from routerd.domain.secret import Secret

_LOWER = {ord(sign): sign.lower() for sign in ascii_uppercase}
"""Keeps offsets, as ``str.lower`` does not for all letters."""


@dataclass(frozen=True, slots=True)
class SecretRule:
    """One kind of secret."""

    name: str
    has: tuple[str, ...]
    """Literals: the pattern is tried where one begins."""
    pattern: re.Pattern[str]
    fold: bool
    """Whether ``has`` is looked for without regard to case."""
    within: bool
    """Whether the pattern begins before the literal."""
    entropy: float
    """The least Shannon entropy of the secret, in bits for each character."""
    mixed: bool
    """Whether a secret contains both letters and digits."""


class SecretRules:
    """Finds secrets by their shape; a rule's pattern has bounded repetitions, so that its time is linear."""

    def found(self, text: str) -> tuple[Secret, ...]:
        """The secrets of a text in their order; they do not overlap."""
        rules, examples = _shipped()
        folded = text.translate(_LOWER)
        taken: list[Secret] = []
        for rule in rules:
            for match in _matches(rule, text, folded):
                start, end = match.span("secret" if "secret" in rule.pattern.groupindex else 0)
                value = text[start:end]
                if _likely(rule, value, examples) and not any(
                    start < other.end and other.start < end for other in taken
                ):
                    taken.append(Secret(start, end, rule.name))
        return tuple(sorted(taken, key=lambda secret: secret.start))


def _matches(rule: SecretRule, text: str, folded: str) -> Iterator[re.Match[str]]:
    searched = folded if rule.fold else text
    if rule.within:
        if any(literal in searched for literal in rule.has):
            yield from rule.pattern.finditer(text)
        return
    for literal in rule.has:
        at = searched.find(literal)
        while at >= 0:
            match = rule.pattern.match(text, at)
            if match is not None:
                yield match
            at = searched.find(literal, at + 1)


def _likely(rule: SecretRule, value: str, examples: tuple[str, ...]) -> bool:
    if not value or any(word in value.lower() for word in examples):
        return False
    if rule.mixed and not (re.search(r"[A-Za-z]", value) and re.search(r"\d", value)):
        return False
    return rule.entropy == 0 or _entropy(value) >= rule.entropy


def _entropy(value: str) -> float:
    """Shannon entropy in bits for each character."""
    return -sum(n / len(value) * math.log2(n / len(value)) for n in Counter(value).values())


@cache
def _shipped() -> tuple[tuple[SecretRule, ...], tuple[str, ...]]:
    table = tomllib.loads((files("routerd") / "data" / "secrets.toml").read_text("utf-8"))
    rules = tuple(
        SecretRule(
            rule["name"],
            tuple(rule["has"]),
            re.compile(rule["pattern"]),
            rule.get("fold", False),
            rule.get("within", False),
            rule.get("entropy", 0),
            rule.get("mixed", False),
        )
        for rule in table["rule"]
    )
    return rules, tuple(table["examples"])
