"""English from identifiers: words, articles and objects as a person would write them."""

from __future__ import annotations

import pytest

from routerd.offline.names import listing, object_of, sentence, with_article, words


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
    ("phrase", "expected"),
    [
        ("user", "a user"),
        ("item", "an item"),
        ("HTML page", "an HTML page"),
        ("headers", "headers"),
        ("one-shot", "a one-shot"),
    ],
)
def test_the_article_follows_the_sound(phrase: str, expected: str) -> None:
    assert with_article(phrase) == expected


def test_the_object_of_a_verb_gets_articles_around_its_prepositions() -> None:
    assert object_of("read", ("header", "from", "file")) == "the header from the file"
    assert object_of("make", ("connection",)) == "a connection"
    assert object_of("dump", ("JSON",)) == "JSON"


def test_a_sentence_keeps_the_capitals_of_its_first_word() -> None:
    assert sentence("iOS build") == "iOS build."
    assert sentence("the size") == "The size."


def test_a_list_is_cut_at_its_limit() -> None:
    assert listing(["a"]) == "a"
    assert listing(["a", "b", "c"]) == "a, b and c"
    assert listing(list("abcdef")) == "a, b, c and 3 more"
