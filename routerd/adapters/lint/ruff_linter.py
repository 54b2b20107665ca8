"""The Linter port over ruff, run as a subprocess, with the project's configuration as data."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

from routerd.adapters.lint.ruff_settings import RuffSettings
from routerd.adapters.lint.worth_a_comment import Reviewed
from routerd.domain.document import Document
from routerd.domain.finding import Finding, Severity
from routerd.domain.position import Edit, Position, Range
from routerd.domain.python_tree import python_tree
from routerd.domain.text import Text
from routerd.languages import has_tree
from routerd.languages.spec import Tree
from routerd.system.bounded_output import run_bounded

_TIMEOUT_S = 20
"""ruff takes some 20 ms for 1,000 lines; after 20 s it is stuck."""
_MOST_BYTES = 50_000_000
"""Findings on the largest source, of two million characters; more come from no list of rules."""

_SELECT = """
    E9 E722 F50 F52 F6 F7 F82 F841 F901
    B002 B003 B005 B006 B012 B016 B021 B022 B025 B029 B030 B032 B035
    PLE0100 PLE0115 PLE0116 PLE0117 PLE0118 PLE0237 PLE0241 PLE0302 PLE0643 PLE1132 PLE1142 PLE1205
    PLE1206 PLE1300 PLE1307 PLE1310 PLE1507 PLE1519 PLE1520 PLE1700 PLE2502 PLE2510
    PLW0129 PLW0131 PLW0133 PLW0177 PLW0245 PLW0406 PLW0711 PLW1501 PLW1507 PLW1509 PLW2101
    S113 S501 S506 SIM222
    ASYNC100 ASYNC210 ASYNC220 ASYNC221 ASYNC222 ASYNC251 LOG001 LOG007
    RUF006 RUF008 RUF016 RUF018 RUF024 RUF026 RUF030 RUF034
"""
"""Rules that find defects; those that are right in some cases only are sifted by
``worth_a_comment``. Every rule named here exists since ruff 0.12, the oldest allowed."""

_ERRORS = frozenset(
    (
        *("F501", "F502", "F503", "F505", "F506", "F507", "F508", "F509", "F521", "F524", "F525"),  # formats that raise
        *("F621", "F622", "F701", "F702", "F704", "F706", "F707"),  # Python's own compiler refuses them
        *("PLE0100", "PLE0115", "PLE0116", "PLE0117", "PLE0118", "PLE1142", "PLE1300", "PLE1307"),
    )
)
"""Rules whose findings fail whenever the line runs or is compiled; an undefined name may be put there from outside."""
_SYNTAX = ("E9", "invalid-syntax")
_OLD = re.compile(r"^\s*(?:print\s+['\"%\w]|except\s+[\w.]+\s*,\s*\w+\s*:|exec\s+['\"\w]|raise\s+\w+\s*,)", re.M)
"""Statements of Python 2: such a file is in another language, and no error of its author."""
_MESSAGES = {
    "B006": "The default is made once and shared by every call: default to `None` and make a new one inside.",
    "E722": "A bare `except` catches KeyboardInterrupt and SystemExit as well: name the errors.",
    "SIM222": "This is always true: one side of the `or` is a constant.",
}
"""Where ruff's own words name a rule and not what goes wrong."""
_MOST_ALIKE = 5
"""More findings of one rule in a file are on purpose: its names come from outside, or it is a table."""
_DEFECTS = ("B", "SIM222", "PLE", "PLW", "S", "ASYNC", "LOG", "F5", "F6", "F7", "F82", "F9", "E722")
"""Rules whose findings are warnings; everything else is worth knowing at most."""


class RuffLinter:
    """Finds defects in Python source; no findings for other languages."""

    def __init__(self, settings: Callable[[str], RuffSettings | None] = lambda uri: None) -> None:
        """``settings``: those of the project that a document's URI belongs to; ``None`` if it has none."""
        self._settings = settings

    def lint(self, document: Document) -> list[Finding]:
        """Findings in file order; empty if ruff is missing, fails or takes too long."""
        if not has_tree(document.language, Tree.PYTHON):
            return []
        settings = self._settings(document.uri)
        found = _run(document, settings) if settings else None
        if found is None:  # no settings, or such as this ruff does not know
            found = _run(document, None) or []
        broken = python_tree(document.text.string) is None
        if broken and _OLD.search(document.text.string):
            return []
        findings = sorted((_finding(item, document.text, broken) for item in found), key=lambda finding: finding.span)
        own = settings.selected if settings else ()
        code = Reviewed(document)
        alike = Counter(rule for rule, _ in {(one.rule, one.message) for one in findings})
        return [
            one
            for one in findings
            if _selects(own, one.rule or "") or (alike[one.rule] <= _MOST_ALIKE and code.worth(one))
        ]


def _selects(selected: tuple[str, ...], rule: str) -> bool:
    return "ALL" in selected or rule.startswith(selected or ("-",))


def _run(document: Document, settings: RuffSettings | None) -> list[Mapping[str, Any]] | None:
    """Ruff's own findings; ``None`` if it gives none."""
    name = "source.pyi" if document.uri.endswith(".pyi") else "source.py"
    command = (
        *("check", "--isolated", "--no-cache", "--no-preview", "--quiet", "--exit-zero", "--output-format", "json"),
        *_rules(settings),
        *("--stdin-filename", settings.path if settings else name, "-"),
    )
    # A variable such as RUFF_OUTPUT_FILE would act like an option.
    environment = {name: value for name, value in os.environ.items() if not name.upper().startswith("RUFF_")}
    try:
        source = document.text.string.encode("utf-8", "replace")
        done = run_bounded([find_ruff_bin(), *command], _MOST_BYTES, _TIMEOUT_S, stdin=source, env=environment)
        found = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError, RecursionError):
        return None
    return list(found)


def _rules(settings: RuffSettings | None) -> tuple[str, ...]:
    """The options that select: the defects, and the project's own rules; never what the project ignores."""
    if settings is None:
        newest = ("--target-version", "py314")  # code for any older one is no error there
        return ("--select", ",".join(_SELECT.split()), *newest)
    defects = [rule for rule in _SELECT.split() if not rule.startswith(settings.ignored or ("-",))]
    options = (option for pair in settings.options.items() for option in ("--config", "=".join(pair)))
    ignored = ("--ignore", ",".join(settings.ignored)) if settings.ignored else ()
    return ("--select", ",".join((*defects, *settings.selected)), *ignored, *options)


def _finding(item: Mapping[str, Any], text: Text, broken: bool) -> Finding:
    code = str(item.get("code") or "invalid-syntax")
    span = Range(_place(item["location"], text), _place(item["end_location"], text))
    if code == "invalid-syntax":
        span = _before_the_end(span, text)
    message = _MESSAGES.get(code) or str(item["message"]).rstrip(".") + "."
    return Finding(span, _severity(code, broken), message, code, _fix(item.get("fix"), text))


def _before_the_end(span: Range, text: Text) -> Range:
    """The last line with code, for what is wrong behind it: a text that ends too early has nothing there to quote."""
    line = span.start.line
    while line and not text.bare(line).strip():
        line -= 1
    return span if line == span.start.line else Range(Position(line, 0), Position(line, len(text.bare(line))))


def _place(location: Mapping[str, int], text: Text) -> Position:
    """Converts ruff's row and column, which count from one, to a position."""
    bom = location["row"] == 1 and text.lines[0].startswith("\ufeff")
    return text.clamp(Position(location["row"] - 1, location["column"] - 1 + bom))


def _severity(code: str, broken: bool) -> Severity:
    """``broken``: whether Python's own parser refuses the file too; syntax that only ruff refuses is no fault."""
    if code.startswith(_SYNTAX):
        return Severity.ERROR if broken else Severity.INFORMATION
    if code in _ERRORS:
        return Severity.ERROR
    return Severity.WARNING if code.startswith(_DEFECTS) else Severity.INFORMATION


def _fix(fix: Mapping[str, Any] | None, text: Text) -> Edit | None:
    """The edit of a fix, if ruff marks it as safe and it is a single edit."""
    if not fix or fix.get("applicability") != "safe" or len(fix["edits"]) != 1:
        return None
    edit = fix["edits"][0]
    return Edit(Range(_place(edit["location"], text), _place(edit["end_location"], text)), str(edit["content"]))
