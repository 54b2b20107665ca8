"""Conversion from the protocol: what clients announce and request, by recorded messages."""

from __future__ import annotations

import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

from routerd.domain.errors import UsageError
from routerd.domain.tier import Tier
from routerd.domain.unicode import Encoding
from routerd.frontends.lsp import from_proto
from routerd.frontends.lsp.client import EditorClient


def _client(capabilities: types.ClientCapabilities, name: str = "") -> EditorClient:
    info = types.ClientInfo(name) if name else None
    return from_proto.client(types.InitializeParams(capabilities=capabilities, client_info=info))


@pytest.mark.parametrize(
    ("offered", "taken"),
    [
        (["utf-8", "utf-16"], Encoding.UTF8),
        (["utf-32", "utf-8"], Encoding.UTF32),
        (["utf-7", "utf-16"], Encoding.UTF16),
        ([], Encoding.UTF16),
        (None, Encoding.UTF16),
    ],
)
def test_the_clients_first_known_encoding_is_taken(offered: list[str] | None, taken: Encoding) -> None:
    shape = {"general": {"positionEncodings": offered}} if offered is not None else {}
    assert _client(get_converter().structure(shape, types.ClientCapabilities)).encoding is taken


def test_real_editors_are_taken_for_what_they_are() -> None:
    neovim = _client(client_capabilities("neovim@v0.11.0"), "Neovim")
    code = _client(client_capabilities("visual-studio-code@v1.65.2"), "Visual Studio Code")
    emacs = _client(client_capabilities("emacs@v29.1"), "GNU Emacs")
    assert (neovim.document_changes, neovim.creates_files, neovim.checks_version_zero) == (True, True, False)
    assert (code.document_changes, code.creates_files, code.checks_version_zero) == (True, True, True)
    assert (emacs.document_changes, emacs.creates_files, emacs.shows_documents) == (True, False, False)
    assert all(client.progress and client.action_literals for client in (neovim, code, emacs))


def test_a_client_that_announces_nothing_is_asked_for_nothing() -> None:
    assert _client(types.ClientCapabilities()) == EditorClient(markdown=True)


def test_an_outcome_is_taken_by_who_announces_it() -> None:
    own = types.ClientCapabilities(experimental={"routerd": {"outcome": True}})
    assert _client(own).takes_outcomes
    assert not _client(types.ClientCapabilities(experimental={"routerd": True})).takes_outcomes


def test_a_whole_request_is_read_and_a_bare_one_is_enough() -> None:
    position = {"line": 1, "character": 2}
    whole = from_proto.run_arguments(
        {
            "action": "ask",
            "uri": "file:///a.py",
            "range": {"start": position, "end": position},
            "version": 7,
            "tier": "logic",
            "model": "n1n/gpt-4o",
            "above": "utility",
            "instruction": "Rename it.",
            "apply": False,
            "workDoneToken": 3,
        }
    )
    assert (whole.version, whole.tier, str(whole.model), whole.apply, whole.token) == (
        7,
        Tier.LOGIC,
        "n1n/gpt-4o",
        False,
        3,
    )
    assert whole.above is Tier.UTILITY
    bare = from_proto.run_arguments({"action": "review", "uri": "file:///a.py"})
    assert bare.range is None
    assert bare.apply


@pytest.mark.parametrize(
    "more",
    [
        {"range": {"start": 1}},
        {"range": "all"},
        {"range": {"start": {"line": -1, "character": 0}, "end": {"line": 0, "character": 0}}},
        {"tier": 5},
        {"above": "higher"},
        {"above": 1},
        {"model": "no-slash"},
        {"uri": None},
        {"action": "fly"},
    ],
)
def test_a_misshapen_request_is_refused_with_a_sentence(more: dict[str, object]) -> None:
    with pytest.raises(UsageError, match=r"\.$"):
        from_proto.run_arguments({"action": "review", "uri": "file:///a.py", **more})


def test_a_position_beyond_all_numbers_is_the_end() -> None:
    furthest = from_proto.lsp_position({"line": 10**30, "character": 2**31})
    assert (furthest.line, furthest.character) == (2**31 - 1, 2**31 - 1)
