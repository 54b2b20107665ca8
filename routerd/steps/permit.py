"""Permit: which files an action may change directly; changes of other files are only proposed, with the reason."""

from __future__ import annotations

from urllib.parse import unquote

from routerd.domain.action import ContextKind, Contract
from routerd.domain.prompt import Question
from routerd.domain.reply import Change
from routerd.domain.tool_files import is_tool_file


def look_first(change: Change, question: Question) -> str | None:
    """Why the user must review a change before it is applied; ``None`` if it may be applied.

    A change of one file may be applied: of the request's document, or of the test file that the plan named.
    """
    others = [file.uri for file in change.files if file.uri != question.request.document.uri]
    if len(change.files) <= 1 and all(uri == _named_tests(question) for uri in others):
        return None
    what = f"{len(change.files)} files" if len(change.files) > 1 else f"'{_name(others[0], question)}', not asked about"
    reason = f"it changes {what}, so look at it first and apply what you want"
    return reason + _warning([_name(uri, question) for uri in others])


def _named_tests(question: Question) -> str | None:
    """The test file that the prompt named, for an action that is not bound to a selection."""
    habits, request = question.conventions, question.request
    if habits.test_path is None:
        return None
    shown = any(one.kind is ContextKind.TESTS and one.path == habits.test_path for one in question.context)
    if question.spec.contract is Contract.TESTS or (shown and request.span.empty):
        return habits.uri(habits.test_path)
    return None


def _warning(names: list[str]) -> str:
    tools = [f"'{name}'" for name in names if is_tool_file(name)]
    if not tools:
        return ""
    return f"; {' and '.join(tools)} {'hold' if len(tools) > 1 else 'holds'} settings that other programs act on"


def _name(uri: str, question: Question) -> str:
    return unquote(uri.removeprefix(question.conventions.root + "/"))
