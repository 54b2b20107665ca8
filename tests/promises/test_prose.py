"""Documentation that is accepted is prose: of ten thousand answers that document nothing, three in a hundred pass.

They are put together from code of every language, messages of machines, talk about the task, data and paths, whole or
mangled, bare, in a block, in a fence or as a comment. What passes is held against a judgement of its own.
"""

from __future__ import annotations

import ast
import re
from collections import Counter
from random import Random

import pytest

from routerd.domain.prompt import Question
from routerd.domain.verdict import Rejected
from routerd.steps.read import read
from tests.golden.case import GRAMMAR
from tests.promises.replies import UNUSABLE
from tests.promises.scenes import LANGUAGES, scenes

CASES, PARTS = 10_500, 5
MOST = 0.03
FORMS = ("{}", '<doc name="NAME">\n{}\n</doc>', "```\n{}\n```", "// {}", "# {}", '"""{}"""', "/** {} */", "{}\n\n{}")


def _code(chance: Random) -> str:
    """A few lines of code of some language, which hold no comment."""
    source = chance.choice(scenes("review", chance.choice(LANGUAGES))).question.request.document.text.string
    lines = [line for line in source.splitlines() if line.strip() and not re.search(r"//|/\*|\*|#|--|\"\"\"|'''", line)]
    first = chance.randrange(max(1, len(lines)))
    return "\n".join(lines[first : first + chance.randint(1, 5)]).strip() or "x = 1"


def _data(chance: Random) -> str:
    """Numbers, hashes, records and addresses."""
    number, digest = chance.randrange(10**6), f"{chance.getrandbits(128):032x}"
    kinds = (
        str(number),
        digest,
        f'{{"id": {number}}}',
        f"https://x.example/{digest}",
        f"0x{digest}",
        f"{number},{number}",
    )
    return chance.choice((*kinds, f"v{number}.0.{number % 9}", f"key={digest} id={number}", f"{number}: {digest}"))


def _unusable(chance: Random) -> str:
    return chance.choice((chance.choice(UNUSABLE), chance.choice(UNUSABLE), _code(chance), _data(chance)))


def is_no_prose(words: str) -> bool:
    """Whether words are surely none: without two words, a program of Python's, or mostly signs."""
    letters = sum(sign.isalpha() for sign in words)
    if len(re.findall(r"[^\W\d_]{2,}", words)) < 2 and letters < 4:
        return True
    try:
        body = ast.parse(words).body
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return letters * 3 < len(words.strip())
    return any(not isinstance(node, ast.Expr) for node in body)


def _name(question: Question) -> str:
    return question.target.symbols[0].qualname if question.target.symbols else "load"


def _try(seeds: range) -> None:
    passed: Counter[str] = Counter()
    for seed in seeds:
        chance = Random(f"prose {seed}")
        question = chance.choice(scenes("document", LANGUAGES[seed % len(LANGUAGES)])).question
        form = chance.choice(FORMS).replace("NAME", _name(question))
        text = form.replace("{}", _unusable(chance))
        found = read(text, question, GRAMMAR)
        if isinstance(found, Rejected):
            continue
        passed[text] += 1
        for one in getattr(found, "docs", ()):
            assert not is_no_prose(one.text), (seed, one.text)
    assert passed.total() <= MOST * len(seeds), passed.most_common(20)


@pytest.mark.fuzz
@pytest.mark.parametrize("part", range(PARTS))
def test_what_documents_nothing_is_not_accepted(part: int) -> None:
    each = CASES // PARTS
    _try(range(part * each, (part + 1) * each))


def test_a_hundredth_of_the_answers() -> None:
    _try(range(CASES // 100))
