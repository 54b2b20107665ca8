"""Texts that are hard to read, of any size: nested, repeated, endless, without line ends, in every language."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

from tests.promises.replies import NOISE
from tests.promises.scenes import LANGUAGES, scenes

MOST = 1_000_000
"""Bytes of one input."""


def filled(piece: str, size: int) -> str:
    """A piece over and over, cut at a size."""
    return (piece * (size // max(1, len(piece)) + 1))[:size]


def size(chance: Random) -> int:
    """Characters: of each order of magnitude as often, up to what is promised (of four bytes at the most)."""
    return min(MOST // 4, int(10 ** chance.uniform(1, 5.5)))


_UNITS = (
    *("(", "[", "{", "<", "(a", "{a:", "a(", "a.", "a,", "a=", "-", "!", "~", "*", "&", "@", "#", "%", "\\", "/", "?:"),
    *("if x:\n", "def f(", "class A{", "fn f(){", "func f() {\n", "function(){", "=>", "->", "::", "<a=", "mod a{"),
    *('"', "'", "`", '"""', "'''", "/*", "//", "*/", "--[[", "<!--", "${", "#{", "<?php ", "?>", "<<A\n", "%q("),
    *(
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "\x00",
        "\u2028",
        "🎉",
        "\ud83d",
        "é",
        "\u0301",
        "\u202e",
        "a",
        "A",
        "0",
        "_",
        "ß",
    ),
    *("x = 1\n", "import a\n", "import {a} from 'a';\n", "def f():\n    pass\n", "# a\n", "// a\n", "/** a */\n"),
    *(
        "a" * 50 + " ",
        "AKIA",
        "sk-",
        "ghp_",
        "eyJ",
        "-----BEGIN ",
        "password=",
        "key: ",
        "token = '",
        "http://",
        "@a/b ",
    ),
    *("| a | b |\n", "- a\n", "> ", "![](", "[a](b", "**a", "```\n", "````", "~~~\n", "1. ", "&#", "<b>", "command:"),
    *(
        "<<<<<<< SEARCH\n",
        "=======\n",
        ">>>>>>> REPLACE\n",
        '<doc name="f">\n',
        "</doc>\n",
        '{"a":',
        "[1,",
        '{"quote":"',
    ),
    *(
        "@@ -1 +1 @@\n",
        "--- a\n+++ b\n",
        "data: {}\n",
        "data:",
        "event: a\n\n",
        ": \n",
        "the a ",
        "I ",
        "Returns ",
        "a) ",
    ),
    *(
        "0.",
        "9",
        "1e9",
        "-0",
        "12:",
        "1,",
        "000,",
        "10 tokens ",
        "limit ",
        "try again in ",
        "é ",
        "the total of ",
        "a b ",
    ),
)
"""What is repeated: what opens, what quotes, what backtracking patterns hang on."""


def repeated(chance: Random, most: int) -> str:
    """One unit, or two or three in turn, over and over; perhaps with an end that does not fit."""
    units = chance.choices(_UNITS, k=chance.choice((1, 1, 2, 3)))
    return filled("".join(units), most) + chance.choice(("", "", "!", "\n", "b", "\x00", ")", '"'))


def nested(chance: Random, most: int) -> str:
    """So many that open, and as many that close."""
    opened, closed = chance.choice((("(", ")"), ("[", "]"), ("{", "}"), ("<a>", "</a>"), ("a(", ")"), ("mod a{", "}")))
    deep = most // len(opened + closed)
    return opened * deep + chance.choice(("", "x", "\n")) + closed * deep


def noisy(chance: Random, most: int) -> str:
    """Signs by chance."""
    return "".join(chance.choices((*NOISE, *_UNITS, " ", "\n", "word"), k=max(1, most // 4)))[:most]


def source(chance: Random, most: int) -> str:
    """Real code of some language over and over, cut anywhere."""
    texts = scenes("review", chance.choice(LANGUAGES))
    return filled(chance.choice(texts).question.request.document.text.string, most)


def answer(chance: Random, most: int) -> str:
    """What a model might have said, over and over."""
    places = scenes(chance.choice(("document", "ask", "test", "review", "design")), chance.choice(LANGUAGES))
    return filled(chance.choice(chance.choice(places).replies), most)


def mixed(chance: Random, most: int) -> str:
    """Two of the others after each other."""
    first, second = chance.sample(_PLAIN, 2)
    return first(chance, most // 2) + second(chance, most // 2)


_PLAIN: tuple[Callable[[Random, int], str], ...] = (repeated, repeated, nested, noisy, source, answer)
FORMS = (*_PLAIN, mixed)


def text(chance: Random, most: int = 0) -> str:
    """A hostile text of at most ``most`` characters; by itself of any size up to the promised one."""
    return chance.choice(FORMS)(chance, most or size(chance))
