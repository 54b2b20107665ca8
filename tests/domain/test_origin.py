"""The names of an origin come from outside: any database stores them, any terminal shows them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.origin import Origin


@given(st.text(st.characters() | st.characters(categories=["Cs", "Cc", "Cf"]), max_size=400))
def test_a_name_is_short_printable_and_never_empty(name: str) -> None:
    stored = Origin(session=name).session
    assert stored is None or (0 < len(stored) <= 200 and stored.isprintable() and stored.encode())


def test_a_usual_name_stays() -> None:
    assert Origin(project="my app é 漢 🙂").project == "my app é 漢 🙂"
    assert Origin(session="a\0b").session == "a?b"
