"""English from identifiers: only what a name says, as a person would write it."""

from __future__ import annotations

import pytest

from routerd.offline.names import command, listing, words


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("parse_header", ("parse", "header")),
        ("parseHTTPHeader", ("parse", "HTTP", "header")),
        ("__max_idx2", ("maximum", "idx2")),
        ("größe_x", ("gr", "öß", "e", "x")),
        ("_", ()),
    ],
)
def test_an_identifier_falls_into_its_words(name: str, expected: tuple[str, ...]) -> None:
    assert words(name) == expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("read_header_from_file", "Read the header from the file."),
        ("dumpJSON", "Dump JSON."),
        ("close_all_sockets", "Close all sockets."),
        ("load_cfg", "Load the configuration."),
    ],
)
def test_a_verb_with_an_object_is_a_sentence(name: str, expected: str) -> None:
    assert command(name) == expected


@pytest.mark.parametrize("name", ["extend", "is_empty", "frobnicate_label", "read_x", "parse_from", "_", "do_it_2x"])
def test_a_name_that_says_less_is_none(name: str) -> None:
    assert command(name) == ""


def test_a_list_is_cut_at_its_limit() -> None:
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(list("abcdef")) == "a, b, c and 3 more"
