"""Which of a menu's diagnostics the action fix is offered for, and what a run may state of them."""

from __future__ import annotations

import pytest
from lsprotocol import types

from routerd.domain.errors import UsageError
from routerd.frontends.lsp.from_proto import fixable_diagnostics, run_arguments

AT = types.Range(types.Position(2, 0), types.Position(2, 4))


def offered(*diagnostics: types.Diagnostic) -> tuple[str, ...]:
    document = types.TextDocumentIdentifier("file:///x.py")
    return fixable_diagnostics(types.CodeActionParams(document, AT, types.CodeActionContext(list(diagnostics))))


def test_what_other_programs_say_is_told_with_its_line_and_origin() -> None:
    found = offered(types.Diagnostic(AT, "undefined name\n 'x'", source="Pyflakes", code="F821"))
    assert found == ("line 3: undefined name 'x' (Pyflakes F821)",)


def test_a_finding_of_routerds_own_is_offered_unless_it_brings_its_fix() -> None:
    assert offered(types.Diagnostic(AT, "Look again.", source="routerd")) == ("line 3: Look again. (routerd)",)
    assert offered(types.Diagnostic(AT, "Look again.", source="routerd", data={"fix": {"newText": ""}})) == ()
    assert offered() == ()


def test_a_run_takes_diagnostics_as_an_editor_has_them_or_as_the_menu_had_them() -> None:
    shape = {"range": {"start": {"line": 2, "character": 0}}, "message": "bad"}
    run = {"action": "fix", "uri": "file:///x.py"}
    assert run_arguments(run | {"diagnostics": [shape, "line 9: worse", shape]}).diagnostics == (
        "line 3: bad",
        "line 9: worse",
    )
    assert run_arguments(run).diagnostics == ()
    assert len(run_arguments(run | {"diagnostics": [f"{n}" for n in range(999)]}).diagnostics) == 20
    assert len(run_arguments(run | {"diagnostics": ["x" * 9_999]}).diagnostics[0]) == 1_000


@pytest.mark.parametrize("wrong", ["bad", 7, [7], [{}], [{"message": None}]])
def test_what_is_no_diagnostic_is_an_error_in_a_sentence(wrong: object) -> None:
    with pytest.raises(UsageError):
        run_arguments({"action": "fix", "uri": "file:///x.py", "diagnostics": wrong})
