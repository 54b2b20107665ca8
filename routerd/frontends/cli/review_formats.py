"""What `routerd review` prints: text for people, JSON, SARIF 2.1.0, GitHub annotations and JUnit for programs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from routerd import __version__
from routerd.app.change_review import ChangeReview, FileReview, PassedOver
from routerd.app.changed_files import without_secrets
from routerd.domain.finding import Finding, Severity
from routerd.domain.model import OFFLINE
from routerd.domain.money import dollars
from routerd.domain.position import Range
from routerd.domain.unicode import Encoding
from routerd.frontends.shapes import Json, attempt_json, counted, diagnostic_json, money, usage_json

_SARIF = "https://json.schemastore.org/sarif-2.1.0.json"
_LEVEL = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFORMATION: "note", Severity.HINT: "note"}
_ANNOTATION = _LEVEL | {Severity.INFORMATION: "notice", Severity.HINT: "notice"}
_NO_RULE = "model"
"""The rule of a finding that a model worded."""
_NOT_XML = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535, *range(55296, 57344)), "�")


def summary(review: ChangeReview) -> str:
    """One sentence: findings, files, who reviewed, price, tokens per finding."""
    parts = [f"{counted(review.found, 'finding')} in {counted(len(review.files), 'changed file')}"]
    if review.offline:
        parts.append("built-in checks only, as no model was asked; they cost nothing")
    elif review.attempted:
        parts.append(dollars(review.cost))
        parts += [f"{review.tokens_per_finding:,} tokens per finding"] if review.tokens_per_finding else []
    for name, files in _missing(review):
        parts += [f"{counted(len(files), 'file')} {name}"] if files else []
    return "; ".join(parts) + "."


def review_json(review: ChangeReview) -> Json:
    """The whole review with its receipt; ranges count code points."""
    return {
        "summary": summary(review),
        "findings": [
            {
                "path": file.path,
                **diagnostic_json(_public(finding), file.text, Encoding.UTF32),
                "severity": str(finding.severity),
            }
            for file, finding in findings(review)
        ],
        "files": [{"path": file.path, "model": str(file.outcome.model)} for file in review.files],
        **{name: [{"path": one.path, "reason": one.reason} for one in files] for name, files in _missing(review)},
        "offline": review.offline,
        "cost": money(review.cost),
        "usage": usage_json(review.usage),
        "tokens_per_finding": review.tokens_per_finding,
        "attempts": [attempt_json(attempt) for outcome in review.attempted for attempt in outcome.attempts],
    }


def sarif(review: ChangeReview) -> Json:
    """A SARIF 2.1.0 log: the findings as results, files without a review as notifications of the run."""
    rules = sorted({finding.rule or _NO_RULE for _, finding in findings(review)})
    notes = [
        {
            "level": "note" if name == "skipped" else "error",
            "message": {"text": f"{one.path} {name}: {one.reason}"},
            "locations": [{"physicalLocation": {"artifactLocation": _artifact(one.path)}}],
        }
        for name, files in _missing(review)
        for one in files
    ]
    whole = not review.uncovered and not review.failed
    driver = {
        "name": "routerd",
        "version": __version__,
        "rules": [{"id": rule, "shortDescription": {"text": rule}} for rule in rules],
    }
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": whole, "toolExecutionNotifications": notes}],
        "results": [_result(file, _public(finding), rules) for file, finding in findings(review)],
        "properties": {"summary": summary(review), "cost": money(review.cost), "usage": usage_json(review.usage)},
    }
    return {"$schema": _SARIF, "version": "2.1.0", "runs": [run]}


def _result(file: FileReview, finding: Finding, rules: list[str]) -> Json:
    rule = finding.rule or _NO_RULE
    region = _region(finding.span)
    result: Json = {
        "ruleId": rule,
        "ruleIndex": rules.index(rule),
        "level": _LEVEL[finding.severity],
        "message": {"text": finding.message},
        "locations": [{"physicalLocation": {"artifactLocation": _artifact(file.path), "region": region}}],
    }
    if finding.fix is not None:
        replaced = {"deletedRegion": _region(finding.fix.span), "insertedContent": {"text": finding.fix.new}}
        result["fixes"] = [
            {"artifactChanges": [{"artifactLocation": _artifact(file.path), "replacements": [replaced]}]}
        ]
    return result


def _public(finding: Finding) -> Finding:
    """The finding without a fix that repeats a secret: logs of CI are often public."""
    secret = finding.fix is not None and without_secrets(finding.fix.new) != finding.fix.new
    return replace(finding, fix=None) if secret else finding


def _region(span: Range) -> Json:
    start, end = span.start, span.end
    return {
        "startLine": start.line + 1,
        "startColumn": start.column + 1,
        "endLine": end.line + 1,
        "endColumn": end.column + 1,
    }


def _artifact(path: str) -> Json:
    return {"uri": quote(path.encode("utf-8", "surrogateescape")), "uriBaseId": "%SRCROOT%"}


def github(review: ChangeReview) -> str:
    """GitHub's workflow commands: one annotation for each finding, and for each file without a review."""
    lines = []
    for file, finding in findings(review):
        start, end = finding.span.start.line + 1, finding.span.end.line + 1
        title = f",title={_property(f'routerd {finding.rule}')}" if finding.rule else ",title=routerd"
        place = f"file={_property(file.path)},line={start},endLine={end},col={finding.span.start.column + 1}{title}"
        lines.append(f"::{_ANNOTATION[finding.severity]} {place}::{_message(finding.message)}")
    for name, files in _missing(review):
        kind = "notice" if name == "skipped" else "warning"
        lines += [f"::{kind} file={_property(one.path)}::{_message(f'{name}: {one.reason}')}" for one in files]
    lines.append(f"::notice title=routerd::{_message(summary(review))}")
    return "\n".join(lines) + "\n"


def _message(words: str) -> str:
    """Escaped as GitHub's toolkit does, so that no finding's words become a command."""
    return words.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(words: str) -> str:
    return _message(words).replace(":", "%3A").replace(",", "%2C")


def junit(review: ChangeReview) -> str:
    """A JUnit report: a test case for each file, which fails by its findings; a file without a review is an error."""
    cases = [_case(file) for file in review.files]
    for name, files in _missing(review):
        mark = "skipped" if name == "skipped" else "error"
        cases += [
            f'    <testcase classname={_attribute(one.path)} name="review"><{mark} message={_attribute(one.reason)}/>'
            "</testcase>"
            for one in files
        ]
    failures = sum(bool(file.findings) for file in review.files)
    errors = len(review.uncovered) + len(review.failed)
    head = f'tests="{len(cases)}" failures="{failures}" errors="{errors}" skipped="{len(review.skipped)}"'
    body = "\n".join(cases)
    said = f"    <system-out>{_content(summary(review))}</system-out>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n  <testsuite name="routerd review" {head}>\n'
        f"{body}{chr(10) if body else ''}{said}\n  </testsuite>\n</testsuites>\n"
    )


def _case(file: FileReview) -> str:
    opened = f'    <testcase classname={_attribute(file.path)} name="review"'
    if not file.findings:
        return f"{opened}/>"
    told = "\n".join(
        f"{file.path}:{finding.span.start.line + 1}: {finding.severity}: {finding.message}" for finding in file.findings
    )
    count = _attribute(counted(len(file.findings), "finding"))
    return f"{opened}><failure message={count}>{_content(told)}</failure></testcase>"


def _content(words: str) -> str:
    return escape(words.translate(_NOT_XML))


def _attribute(words: str) -> str:
    return quoteattr(words.translate(_NOT_XML), {"\n": "&#10;", "\r": "&#13;"})


def findings(review: ChangeReview) -> Iterator[tuple[FileReview, Finding]]:
    """Every finding with its file, in order."""
    for file in review.files:
        for finding in file.findings:
            yield file, finding


def _missing(review: ChangeReview) -> tuple[tuple[str, tuple[PassedOver, ...]], ...]:
    return (("uncovered", review.uncovered), ("failed", review.failed), ("skipped", review.skipped))


def passed_over_lines(review: ChangeReview) -> tuple[str, ...]:
    """A line for each file without a review, and each attempt's bill."""
    attempts = (attempt for outcome in review.attempted for attempt in outcome.attempts if attempt.model != OFFLINE)
    return (
        *(
            f"  {one.tier} → {one.model}: {one.status}, {one.usage.all_input:,} in, {one.usage.all_output:,} out, "
            f"{dollars(one.cost)}, {one.ms} ms"
            for one in attempts
        ),
        *(f"{name}: {one.path}: {one.reason}" for name, files in _missing(review) for one in files),
    )
