"""Replies are read liberally in form: what stands around an answer is taken off."""

from __future__ import annotations

import json

import pytest

from routerd.domain.fence import fences
from routerd.domain.reply import RawFindings
from routerd.steps.read import read
from routerd.steps.read.hunks import is_question
from routerd.steps.read.malformed_replies import elision, placeholder, refuses, unchatted
from routerd.steps.read.strip_markup import strip_markup
from tests.golden.case import GRAMMAR
from tests.promises.scenes import scenes


@pytest.mark.parametrize(
    "text",
    [
        "I'm sorry, but I cannot help with that.",
        "I can’t assist with this request.",
        "Sorry, I am not able to see the code.",
        "As an AI language model, I have no access.",
        "Unfortunately, I do not have enough context.",
    ],
)
def test_a_refusal_is_seen(text: str) -> None:
    assert refuses(text)


@pytest.mark.parametrize(
    "text",
    [
        'I\'m sorry for the delay.\n<doc name="f">\nDo it.\n</doc>',
        "I cannot see a fault:\n```json\n{}\n```",
        "Compute what I cannot say.",
        "Sorry the items by price.",
    ],
)
def test_an_apology_before_an_answer_is_no_refusal(text: str) -> None:
    assert not refuses(text)


@pytest.mark.parametrize(
    "line",
    [
        "# ... rest of code unchanged",
        "// ... existing code ...",
        "/* remaining methods stay the same */",
        "    # ...",
        "// rest of the implementation",
        "<!-- ... other tests here -->",
        "# (code omitted for brevity)",
        "# Your code here",
    ],
)
def test_a_comment_in_place_of_code_is_seen(line: str) -> None:
    assert elision(f"x = 1\n{line}\ny = 2") == line.strip()


@pytest.mark.parametrize(
    "line",
    [
        "...",
        "# The rest is silence.",
        "x = [...]",
        "# other callers rely on this",
        "print('...')",
        "// see above",
    ],
)
def test_ordinary_code_and_comments_are_no_elision(line: str) -> None:
    assert elision(line) is None


@pytest.mark.parametrize("words", ["TODO", "TODO: write this", "...", "Docstring here.", "[description]", "N/A"])
def test_a_placeholder_is_seen(words: str) -> None:
    assert placeholder(words)


def test_a_sentence_is_no_placeholder() -> None:
    assert not placeholder("Description of the item, as JSON.")


def test_politeness_is_taken_off_both_ends() -> None:
    assert unchatted("Sure! Here it is:\n\nDo it.\n\nLet me know if you need more.") == "Do it."


@pytest.mark.parametrize(
    ("dressed", "language"),
    [
        ('"""Do it.\n\n    Now.\n    """', "python"),
        ("'''\n    Do it.\n\n    Now.\n'''", "python"),
        ('r"""Do it.\n\nNow."""', "python"),
        ("/**\n * Do it.\n *\n * Now.\n */", "java"),
        ("    /** Do it.\n     *\n     *  Now. */", "c"),
        ("/// Do it.\n///\n/// Now.", "rust"),
        ("// Do it.\n//\n// Now.", "go"),
        ("# Do it.\n#\n# Now.", "ruby"),
        ("```\nDo it.\n\nNow.\n```", "python"),
        ("  Do it.\n\n  Now.", "python"),
        ("Do it.\n\n    Now.", "python"),
    ],
)
def test_words_come_out_of_whatever_they_were_dressed_in(dressed: str, language: str) -> None:
    assert [line.strip() for line in strip_markup(dressed, language).split("\n")] == ["Do it.", "", "Now."]


@pytest.mark.parametrize("words", ["# Errors\n\nNone.", "Use `//` twice.", "* a\n* b", 'Say "hello".'])
def test_bare_words_stay_as_they_are(words: str) -> None:
    assert strip_markup(words, "rust") == words
    assert strip_markup(words, "python") == words


def test_relative_indents_of_sections_survive() -> None:
    assert (
        strip_markup('"""Do it.\n\n    Args:\n        x: a thing.\n    """', "python")
        == "Do it.\n\nArgs:\n    x: a thing."
    )


@pytest.mark.parametrize(
    "instruction",
    [
        "",
        "What does this do?",
        "explain the loop",
        "Please describe it",
        "can you tell me why it fails?",
        "is it safe",
    ],
)
def test_a_question_is_told_from_a_change(instruction: str) -> None:
    assert is_question(instruction)


@pytest.mark.parametrize(
    "instruction", ["Rename x to y", "Could you make it faster?", "please add types", "show the total"]
)
def test_a_change_is_told_from_a_question(instruction: str) -> None:
    assert not is_question(instruction)


def test_fences_nest_by_their_length_and_an_open_one_says_so() -> None:
    text = "````md\n```py\nx\n```\n````\n\n  ~~~ Python title\n  y\n  ~~~\n```\nz"
    found = fences(text)
    assert [(f.info, f.code, f.closed) for f in found] == [
        ("md", "```py\nx\n```", True),
        ("python", "y", True),
        ("", "z", False),
    ]


@pytest.mark.parametrize("line", ['"%s"' % ("9" * 5_000), "9" * 4_000, "1e999999", "[" * 50 + "]" * 50, '"٣"', "true"])
def test_a_finding_whose_line_is_no_line_is_anchored_by_its_quote(line: str) -> None:
    scene = scenes("review", "python")[0]
    quote = next(one for one in scene.question.request.document.text.lines if one.strip()).strip()
    reply = f'[{{"quote": {json.dumps(quote)}, "message": "It is wrong.", "line": {line}}}]'
    assert isinstance(read(reply, scene.question, GRAMMAR), RawFindings)
