"""The built-in engine has a writer for each action that is declared so, and for no other."""

from __future__ import annotations

import pytest

from routerd.actions import catalog
from routerd.adapters.lint import RuffLinter
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.settings import Settings, Snapshot
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal
from routerd.offline import OfflineEngine
from routerd.routing.route import route

NAMES = sorted(catalog())


def test_the_writers_are_those_that_the_actions_declare() -> None:
    writers = OfflineEngine(RuffLinter()).writers
    assert set(writers) == {spec.name for spec in catalog().values() if spec.offline}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("paid", [False, True])
@pytest.mark.parametrize("model", [None, OFFLINE])
def test_the_engine_is_in_a_chain_only_where_it_has_a_writer(name: str, paid: bool, model: ModelRef | None) -> None:
    spec, text = catalog()[name], Text("x = 1\n")
    request = Request(name, Document("file:///x.py", 1, "python", text), text.whole, model=model)
    asked = (ModelRef("p", "m"),) if paid else ()
    usable = dict.fromkeys(Tier, (*asked, OFFLINE))
    found = route(request, spec, Snapshot(Settings(usable, {}, {}), usable), None)
    if isinstance(found, Refusal):
        assert not spec.offline
        assert not paid or model == OFFLINE
        assert f"no answer for '{name}'" in found.message
        return
    assert any(OFFLINE in candidate.models for candidate in found.chain) == spec.offline
