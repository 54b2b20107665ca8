"""The Linter port over ruff, run as a subprocess, with the project's configuration as data."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Mapping
from typing import Any

from ruff import find_ruff_bin  # type: ignore[import-untyped]  # ruff ships no types

from routerd.adapters.lint.ruff_settings import RuffSettings
from routerd.domain.document import Document
from routerd.domain.finding import Finding, Severity
from routerd.domain.position import Edit, Position, Range
from routerd.domain.python_tree import python_tree
from routerd.domain.text import Text
from routerd.languages import has_tree
from routerd.languages.spec import Tree

_TIMEOUT_S = 20
"""ruff takes some 20 ms for 1,000 lines; after 20 s it is stuck."""

_SELECT = "E9 F B PLE PLW S ASYNC BLE RUF SIM115 LOG DTZ005"
_HABITS = "B007 B009 B010 B027 B028 B904 B905 PLW0108 PLW0120 PLW0602 PLW0603 PLW1641 PLW2901 PLW3301 RUF100 F405"
_TASTE = "RUF001 RUF002 RUF003 RUF005 RUF007 RUF010 RUF012 RUF015 RUF021 RUF022 RUF023 RUF046 RUF059"
_WRONG_TOO_OFTEN = "S101 S105 S106 S107 S108 S311 S603 S606 S607"
"""Rules that a review for real defects omits. Every rule named here exists since ruff 0.12, the oldest allowed."""

_ERRORS = frozenset(
    (
        *("F501", "F502", "F503", "F505", "F506", "F507", "F508", "F509", "F521", "F524", "F525"),  # formats that raise
        *("F621", "F622", "F701", "F702", "F704", "F706", "F707"),  # Python's own compiler refuses them
        *("PLE0100", "PLE0101", "PLE0115", "PLE0116", "PLE0117", "PLE0118", "PLE1142", "PLE1300", "PLE1307"),
    )
)
"""Rules whose findings fail whenever the line runs or is compiled; an undefined name may be put there from outside."""
_SYNTAX = ("E9", "invalid-syntax")
_HINTS = ("F401", "F841", "F811", "RUF", "A")


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
        return sorted((_finding(item, document.text, broken) for item in found), key=lambda finding: finding.span)


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
        done = subprocess.run(
            [find_ruff_bin(), *command],
            input=document.text.string.encode("utf-8", "replace"),
            capture_output=True,
            timeout=_TIMEOUT_S,
            env=environment,
            check=False,
        )
        found = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError):
        return None
    return list(found)


def _rules(settings: RuffSettings | None) -> tuple[str, ...]:
    """The options that select: the defects, and the project's own rules; never what the project ignores."""
    defects, omitted = _SELECT.split(), _listed(_HABITS, _TASTE, _WRONG_TOO_OFTEN)
    if settings is None:
        newest = ("--target-version", "py314")  # code for any older one is no error there
        return ("--select", ",".join(defects), "--ignore", ",".join(omitted), *newest)
    defects = [rule for rule in defects if not rule.startswith(settings.ignored or ("-",))]
    omitted = [rule for rule in omitted if "ALL" not in settings.selected and not rule.startswith(settings.selected)]
    options = (option for pair in settings.options.items() for option in ("--config", "=".join(pair)))
    selected, ignored = [*defects, *settings.selected], [*omitted, *settings.ignored]
    return ("--select", ",".join(selected), *(("--ignore", ",".join(ignored)) if ignored else ()), *options)


def _listed(*rules: str) -> list[str]:
    return " ".join(rules).split()


def _finding(item: Mapping[str, Any], text: Text, broken: bool) -> Finding:
    code = str(item.get("code") or "invalid-syntax")
    span = Range(_place(item["location"], text), _place(item["end_location"], text))
    message = str(item["message"]).rstrip(".") + "."
    return Finding(span, _severity(code, broken), message, code, _fix(item.get("fix"), text))


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
    return Severity.INFORMATION if code.startswith(_HINTS) or code == "F541" else Severity.WARNING


def _fix(fix: Mapping[str, Any] | None, text: Text) -> Edit | None:
    """The edit of a fix, if ruff marks it as safe and it is a single edit."""
    if not fix or fix.get("applicability") != "safe" or len(fix["edits"]) != 1:
        return None
    edit = fix["edits"][0]
    return Edit(Range(_place(edit["location"], text), _place(edit["end_location"], text)), str(edit["content"]))
