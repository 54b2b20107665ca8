"""Read findings: JSON as models write it, whatever they call its fields."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from routerd.domain.fence import fences
from routerd.domain.finding import RawFinding, Severity
from routerd.domain.ports import Grammar
from routerd.domain.prompt import Question
from routerd.domain.reply import RawFindings
from routerd.domain.text import with_lf
from routerd.domain.verdict import Rejected

_LISTS = ("findings", "issues", "problems", "results", "comments", "diagnostics", "review")
_QUOTE = ("quote", "code", "snippet", "source", "excerpt", "text")
_MESSAGE = ("message", "description", "comment", "body", "detail", "explanation", "title", "issue", "problem")
_FIX = ("fix", "suggestion", "replacement", "suggested_fix", "suggested_code", "patch")
_RULE = ("rule", "rule_id", "code_id", "category", "type", "id")

_SEVERITIES = {
    Severity.ERROR: (
        "error",
        "critical",
        "blocker",
        "high",
        "severe",
        "fatal",
        "bug",
        "major",
        "security",
        "1",
    ),
    Severity.WARNING: ("warning", "warn", "medium", "moderate", "2"),
    Severity.INFORMATION: ("information", "info", "note", "notice", "low", "minor", "suggestion", "3"),
    Severity.HINT: ("hint", "style", "nit", "trivial", "nitpick", "4"),
}
_BY_WORD = {word: severity for severity, words in _SEVERITIES.items() for word in words}


def read_findings(text: str, question: Question, grammar: Grammar) -> RawFindings | Rejected:
    """The findings of a reply; an empty list is a whole answer."""
    found = _json(text)
    if isinstance(found, Rejected):
        return found
    if isinstance(found, Mapping):
        listed = next((found[key] for key in _LISTS if isinstance(found.get(key), list)), None)
        if listed is None and _first(found, _QUOTE):
            listed = [found]
        if listed is None:
            return Rejected("the JSON of the reply has no list of findings", mechanical=True)
        found = listed
    raw = [finding for item in found if isinstance(item, Mapping) and (finding := _finding(item))]
    if found and not raw:
        return Rejected("no finding of the reply has both a quote and a message", mechanical=True)
    return RawFindings(tuple(raw))


def _json(text: str) -> Any:
    """The first JSON object or list of a reply, inside a fence or among words."""
    starts = [match.start() for match in re.finditer(r"[\[{]", text)]
    sources = [fence.code for fence in fences(text)] + [text[start:] for start in starts[:_STARTS]]
    for source in sources:
        for candidate in (source.strip(), re.sub(r",(\s*[\]}])", r"\1", source.strip())):
            try:
                value, _ = json.JSONDecoder(strict=False).raw_decode(candidate)
            except (ValueError, RecursionError):
                continue
            if isinstance(value, Mapping) or _items(value):
                return value
    if not starts:
        return Rejected("the reply is prose: JSON findings are needed", mechanical=True)
    if text.count("{") > text.count("}"):
        return Rejected("the reply was cut: its JSON does not end", mechanical=True)
    return Rejected("the reply's JSON cannot be read", mechanical=True)


_STARTS = 20
"""Brackets tried as the beginning of the JSON; chat before an answer holds few."""


def _items(value: Any) -> bool:
    """Whether it is a list that can be one of findings: empty, or of objects."""
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def _finding(item: Mapping[str, Any]) -> RawFinding | None:
    quote, message = _first(item, _QUOTE), _first(item, _MESSAGE)
    if not quote or not message:
        return None
    title = item.get("title")
    if isinstance(title, str) and title.strip() and title.strip() not in message:
        message = f"{title.strip().rstrip('.:')}: {message}"
    return RawFinding(_clean(quote), _severity(item), message, _line(item), _first(item, _RULE), _first(item, _FIX))


def _first(item: Mapping[str, Any], keys: tuple[str, ...]) -> str | None:
    """The first of several fields that holds words."""
    values = (item.get(key) for key in keys)
    return next((value.strip("\n") for value in values if isinstance(value, str) and value.strip()), None)


def _clean(quote: str) -> str:
    """The quote without a fence, back quotes or line numbers around it; its line ends at LF."""
    quote = with_lf(quote)
    blocks = fences(quote)
    if len(blocks) == 1 and blocks[0].first == 0:
        quote = blocks[0].code
    if len(quote) > 2 and quote[0] == quote[-1] == "`" and "`" not in quote[1:-1]:
        quote = quote[1:-1]
    lines = quote.split("\n")
    if all(re.match(r"\s*\d+\s*[|:]", line) for line in lines):
        lines = [re.sub(r"^\s*\d+\s*[|:] ?", "", line) for line in lines]
    return "\n".join(lines)


def _severity(item: Mapping[str, Any]) -> Severity:
    for key in ("severity", "level", "priority", "kind", "type"):
        word = str(item.get(key, "")).strip().lower()
        if word in _BY_WORD:
            return _BY_WORD[word]
    return Severity.WARNING


def _line(item: Mapping[str, Any]) -> int | None:
    """The line from zero; models count from one, and some give a range or a string."""
    for key in ("line", "line_number", "lineno", "start_line", "startLine", "lines"):
        value = item.get(key)
        if isinstance(value, list) and value:
            value = value[0]
        digits = re.search(r"(?<!\d)[0-9]{1,9}(?!\d)", str(value)) if isinstance(value, str | int) else None
        if digits and int(digits[0]) > 0:
            return int(digits[0]) - 1
    return None
