"""What a model or a provider says reaches an editor and a terminal without what steers them or reads otherwise."""

from __future__ import annotations

import io
import json
from decimal import Decimal

import pytest

from routerd.actions import catalog
from routerd.adapters.grammar import TreeSitterGrammar
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.hidden import escaped, hidden_in
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.outcome import Outcome, Status
from routerd.domain.reply import Change, Markdown, RawFindings
from routerd.domain.tier import Tier
from routerd.domain.unicode import Encoding
from routerd.frontends.cli.screen import PlainConsole
from routerd.frontends.shapes import outcome_json
from routerd.providers.said import fault_of_error
from routerd.steps.build import build
from routerd.steps.read import read
from tests.offline.asking import question

EVIL = "a\x1b]52;c;QQ==\x07b \u202edc\u202c \x9b2J \u200bz\x00"
GRAMMAR = TreeSitterGrammar()


def test_a_providers_error_is_words() -> None:
    fault = fault_of_error({"message": EVIL, "code": EVIL})
    assert hidden_in(fault.message) is None
    assert fault.message.startswith("a]52;c;QQ==b dc")


def test_a_finding_is_words_and_its_fix_hides_nothing() -> None:
    asked = question("review", "def weigh(a):\n    return a\n", "weigh")
    reply = json.dumps(
        {
            "findings": [
                {"quote": "return a", "line": 2, "severity": "error", "message": EVIL, "fix": f"return a  # {EVIL}"}
            ]
        }
    )
    payload = read(reply, asked, GRAMMAR)
    assert isinstance(payload, RawFindings)
    change = build(payload, asked, GRAMMAR, {})
    assert isinstance(change, Change)
    (finding,) = change.findings or ()
    assert hidden_in(finding.message) is None
    assert finding.fix is None


@pytest.mark.parametrize("action", ["explain", "commit"])
def test_a_document_is_words(action: str) -> None:
    asked = question(action, "def weigh(a):\n    return a\n", "weigh")
    payload = read(f"Weigh it {EVIL[:-1]}\n\nMore words ![x](https://evil.example/a.png) here.", asked, GRAMMAR)
    assert isinstance(payload, Markdown)
    assert hidden_in(payload.text) is None
    assert action == "commit" or "![" not in payload.text


def test_an_outcome_is_words() -> None:
    attempt = Attempt(ModelRef("p", "m"), Tier.LOGIC, AttemptStatus.REJECTED, Usage(), Decimal(0), 1, EVIL)
    shape = outcome_json(Outcome(Status.FAILED, "ask", f"It says {EVIL}", attempts=(attempt,)), Encoding.UTF16)
    assert hidden_in(json.dumps(shape, ensure_ascii=False)) is None


def test_a_terminal_gets_no_escape_from_words_and_json_keeps_them_escaped() -> None:
    out = io.StringIO()
    PlainConsole(file=out, force_terminal=True, color_system=None, width=200).print(EVIL, markup=False)
    assert hidden_in(out.getvalue()) is None
    document = json.dumps({"a": EVIL, "e": "é 👩‍👩‍👧"}, ensure_ascii=False)
    assert hidden_in(escaped(document)) is None
    assert json.loads(escaped(document)) == {"a": EVIL, "e": "é 👩‍👩‍👧"}


def test_the_catalog_names_the_actions_that_are_tried_here() -> None:
    assert {"review", "explain", "commit"} <= catalog().keys()
