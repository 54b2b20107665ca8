"""Garbage collections are held off inside, and only there."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from routerd.domain.uncollected import uncollected


@pytest.fixture(autouse=True)
def _enabled() -> Iterator[None]:
    gc.enable()
    yield
    gc.enable()


def test_none_begins_inside_and_they_are_on_again_also_after_an_error() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no JSON"), uncollected():
        raise ValueError("no JSON")
    assert gc.isenabled()


def test_who_had_switched_them_off_finds_them_off() -> None:
    gc.disable()
    with uncollected(), uncollected():
        pass
    assert not gc.isenabled()
