"""Recognises by a rule that a request is larger than a limit; pure text, no list of vendors.

Two signs count: an amount that is held against a smaller limit ("Limit 12000, Requested 14137"), and a word for
"too much" near a word for what a prompt is. A rate ("40,000 tokens per minute") is no size.
"""

from __future__ import annotations

import re

_NUMBER = r"([0-9]{1,3}(?:[,_ ][0-9]{3}){1,4}|[0-9]{1,9})(?![0-9]|\.[0-9])"
_BIG = (
    r"too (?:long|large|many|big)|exceed\w*|over(?:flow\w*|runs?| the)|larger|longer|greater|bigger|beyond|maximum|max"
    r"|(?:not|n't) fit|reduce|shorten|truncat\w*|limited to|limit(?: of)?"
    r"|(?:must|should) (?:be|have) (?:<=|less|at most|under|no more|fewer|smaller|within)"
)
_WHAT = r"inputs?|prompts?|context|tokens?|messages?|sequence|conversation|history|chat|query|payload|request body"
_NEAR = re.compile(
    rf"\b(?:{_BIG})(?!\w).{{0,60}}\b(?:{_WHAT})\b|\b(?:{_WHAT})\b.{{0,60}}\b(?:{_BIG})(?!\w)", re.I | re.S
)
_LARGE = re.compile(r"\b(?:request|input|prompt|payload) (?:entity )?(?:is )?too (?:long|large|big)", re.I)

_RATE = re.compile(
    r"per[- ](?:minute|min\b|day|hour|second|sec\b|week|month)|\brate|\b[tr]p[mds]\b|\bquota|\bdaily\b|\bmonthly\b"
    r"|too many requests|throttl|(?:please|and) wait\b|wait (?:before|and|for)"
    r"|/ ?min\b|retry (?:in|after)|try again in|concurren|billing|plan\b|parallel"
    r"|(?:access|api|auth\w*|bearer|refresh) tokens?",
    re.I,
)
_NO_SIZE = re.compile(r"deadline exceeded|exceeded.{0,20}deadline|timed? ?out|timeout|max(?:imum)?[ _]retries", re.I)
_OF_OUTPUT = re.compile(
    r"max_(?:completion_|output_|new_)?tokens|maxoutputtokens|(?:completion|output|stop) tokens|max_completion_length",
    re.I,
)
_OF_INPUT = re.compile(r"context|prompt|\binputs?\b|messages|sequence", re.I)

_LIMIT = re.compile(
    r"(?:limit(?:ed)?|maximum|max|at most|up to|exceeds?|available|supports?|window|only"
    r"|no more than|<=|less than(?: or equal to)?)"
    rf"[^\d\n]{{0,60}}?{_NUMBER}",
    re.I,
)
_AMOUNT = re.compile(
    rf"(?:requested|request(?:ed)? (?:has|contains|is)|contains|resulted in|got"
    rf"|passed|given|has|have|length|used?|count)"
    rf"[^\d\n]{{0,40}}?{_NUMBER}",
    re.I,
)
_ABOVE = re.compile(
    rf"{_NUMBER}[^\d\n]{{0,30}}(?:>|exceeds?|is (?:greater|larger|more|longer) than)[^\d\n]{{0,60}}{_NUMBER}", re.I
)
_REQUESTED = re.compile(rf"\blimit:? {_NUMBER}.{{0,60}}?\brequested:? {_NUMBER}", re.I | re.S)
_LEAST = 256
"""Tokens: no model has a smaller window, and a smaller number counts something else."""


def too_long(text: str) -> bool:
    """Whether these words of a provider say that the request is larger than a limit of a size."""
    if (pair := _REQUESTED.search(text)) is not None:
        return _value(pair[2]) > _value(pair[1])
    if _LARGE.search(text):
        return True
    if _RATE.search(text) or _NO_SIZE.search(text):
        return False
    if _OF_OUTPUT.search(text) and not _OF_INPUT.search(_OF_OUTPUT.sub("", text)):
        return False
    return _NEAR.search(text) is not None or _over(text)


def told_limit(text: str) -> int | None:
    """The limit in tokens that such words tell, or ``None``."""
    if (above := _ABOVE.search(text)) is not None and _value(above[1]) > _value(above[2]) >= _LEAST:
        return _value(above[2])
    found = [_value(match[1]) for match in _LIMIT.finditer(text)]
    found = [number for number in found if number >= _LEAST]
    return min(found) if found else None


def _over(text: str) -> bool:
    """Whether an amount of tokens is held against a smaller limit."""
    if not re.search(r"token|context|prompt", text, re.I):
        return False
    if (above := _ABOVE.search(text)) is not None:
        return _value(above[1]) > _value(above[2]) >= _LEAST
    limit, amounts = told_limit(text), [_value(match[1]) for match in _AMOUNT.finditer(text)]
    return limit is not None and any(amount > limit for amount in amounts)


def _value(written: str) -> int:
    return int(re.sub(r"[,_ ]", "", written))
