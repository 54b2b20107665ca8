"""Answers and changes as JSON, and back; the texts that a change refers to are stored apart, by their hash."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.finding import Finding, Severity
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.position import Edit, Range, span
from routerd.domain.reply import Change, FileChange
from routerd.domain.stored_reply import StoredReply
from routerd.domain.text import Text
from routerd.domain.tier import Tier

Json = dict[str, Any]
Keep = Callable[[Text], str]
"""Stores a text and returns its hash."""
Load = Callable[[str], Text]


def reply_text(reply: StoredReply) -> str:
    """An answer as JSON."""
    attempt = reply.attempt
    usage = attempt.usage
    return json.dumps(
        {
            "text": reply.text,
            "wave": reply.wave,
            "model": str(attempt.model),
            "tier": str(attempt.tier),
            "status": str(attempt.status),
            "usage": [usage.input, usage.cached_input, usage.cache_write, usage.output, usage.reasoning],
            "cost": None if attempt.cost is None else str(attempt.cost),
            "ms": attempt.ms,
            "reason": attempt.reason,
            "estimated": attempt.usage_estimated,
            "cached": attempt.cached,
        }
    )


def read_reply(written: str) -> StoredReply:
    """The same back."""
    said: Json = json.loads(written)
    attempt = Attempt(
        ModelRef.parse(said["model"]),
        Tier(said["tier"]),
        AttemptStatus(said["status"]),
        Usage(*said["usage"]),
        None if said["cost"] is None else Decimal(said["cost"]),
        said["ms"],
        said["reason"],
        usage_estimated=said["estimated"],
        cached=said.get("cached", False),  # answers of an older version were asked
    )
    return StoredReply(said["text"], attempt, said["wave"])


def change_text(change: Change, keep: Keep) -> str:
    """A change as JSON."""
    return json.dumps(
        {
            "files": [
                {
                    "uri": file.uri,
                    "before": keep(file.before),
                    "edits": [_edit(edit) for edit in file.edits],
                    "create": file.create,
                }
                for file in change.files
            ],
            "findings": None if change.findings is None else [_finding(finding) for finding in change.findings],
            "text": None if change.text is None else keep(change.text),
            "dropped": change.dropped_findings,
            "document": change.document,
        }
    )


def read_change(written: str, load: Load) -> Change:
    """The same back."""
    said: Json = json.loads(written)
    files = tuple(
        FileChange(
            file["uri"],
            load(file["before"]),
            tuple(_read_edit(edit) for edit in file["edits"]),
            create=file["create"],
        )
        for file in said["files"]
    )
    findings = None if said["findings"] is None else tuple(_read_finding(found) for found in said["findings"])
    text = None if said["text"] is None else load(said["text"])
    return Change(files, findings, text, said["dropped"], said["document"])


def _span(found: Range) -> list[int]:
    return [found.start.line, found.start.column, found.end.line, found.end.column]


def _edit(edit: Edit) -> list[Any]:
    return [*_span(edit.span), edit.new]


def _read_edit(said: list[Any]) -> Edit:
    return Edit(span(*said[:4]), said[4])


def _finding(finding: Finding) -> Json:
    return {
        "span": _span(finding.span),
        "severity": str(finding.severity),
        "message": finding.message,
        "rule": finding.rule,
        "fix": None if finding.fix is None else _edit(finding.fix),
    }


def _read_finding(said: Json) -> Finding:
    fix = None if said["fix"] is None else _read_edit(said["fix"])
    return Finding(span(*said["span"]), Severity(said["severity"]), said["message"], said["rule"], fix)
