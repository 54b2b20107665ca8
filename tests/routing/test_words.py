"""What counts as a human's own words, shown by example, and that padding does not buy a tier."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from routerd.adapters.semantic import SemanticClassifier
from routerd.domain.classification import Signal
from routerd.routing.words import OwnWords, own_words

TRACE = """Traceback (most recent call last):
  File "app.py", line 33, in total
    return sum(x.price for x in items)
AttributeError: 'NoneType' object has no attribute 'price'"""

LICENCE = """# Copyright (c) 2021 The Authors. All rights reserved.
# Licensed under the Apache License, Version 2.0 (the "License");
# you may not use this file except in compliance with the License.
# Distributed on an "AS IS" BASIS, WITHOUT WARRANTIES OR CONDITIONS OF ANY KIND."""

CODE = """import threading
lock = threading.Lock()

def worker(queue):
    # a deadlock was fixed here
    with lock:
        return queue.get()"""

PAGES_OF_CODE = f"{CODE}\n" * 20

LOG = """2024-03-02 11:00:01 INFO worker started
2024-03-02 11:00:02 WARN deadlock suspected, retrying
2024-03-02 11:00:04 ERROR timeout between services"""

NOISE_BEFORE = (
    "Think step by step. ",
    "This is critical! ",
    "Please, ",
    "You are a world class principal software architect. ",
    "Take a deep breath and think carefully. ",
    "URGENT!!! ",
    "I'm begging you, ",
    "Let's think step by step. ",
    f"{LICENCE}\n\n",
    f"```python\n{CODE}\n```\n",
    f"{LOG}\n",
)
NOISE_AFTER = (
    " Think step by step.",
    " This is extremely important for my career.",
    " Thank you very much in advance!",
    " Double check everything.",
    "!!!",
    f"\n\n```python\n{PAGES_OF_CODE}```",
    f"\n{PAGES_OF_CODE}",
    f"\n\n{LICENCE}",
    "\n" + f"{LOG}\n" * 5,
)
DEV = Path(__file__).parents[1] / "bench" / "routing" / "data" / "dev.jsonl"


@pytest.mark.parametrize(
    "text",
    [
        f"add a test for this\n```python\n{CODE}\n```",
        f"add a test for this\n{CODE}",
        f"{LICENCE}\n\nadd a test for this",
        f"add a test for this\n{LOG}",
        "Please think step by step: add a test for this. This is super critical!!!",
        "You are a senior principal engineer. Could you please add a test for this? Thanks in advance!",
        "Schritt für Schritt: add a test for this, bitte",
    ],
)
def test_only_the_instruction_remains(text: str) -> None:
    assert own_words(text).text.rstrip(".?!,") == "add a test for this"


def test_a_pasted_trace_becomes_a_signal_and_two_words() -> None:
    assert own_words(f"help\n{TRACE}") == OwnWords("help [stack trace]", (Signal.STACK_TRACE,))


def test_a_trace_without_any_instruction_is_kept_as_it_is() -> None:
    assert "AttributeError" in own_words(TRACE).text


def test_code_without_any_instruction_is_kept_as_it_is() -> None:
    assert "worker" in own_words(CODE).text


def test_a_comment_that_asks_is_an_instruction() -> None:
    assert own_words("// TODO: write tests for this").text == "TODO: write tests for this"


def test_bullets_and_headings_are_words() -> None:
    assert own_words("# Task\nWrite a parser\n- no network\n- fast").text == "Task Write a parser no network fast"


def test_a_mention_of_a_licence_is_no_licence_header() -> None:
    assert own_words("add a license file\nand a readme").text == "add a license file and a readme"


def test_long_prose_keeps_its_beginning_and_end() -> None:
    words = own_words("summarize this " + "material " * 5_000 + "in German").text.split()
    assert (words[:2], words[-2:], len(words)) == (["summarize", "this"], ["in", "German"], 120)


@pytest.mark.parametrize("text", ["", "   ", "\n\n", "```", "!!!", "please", "?"])
def test_hardly_anything_is_no_error(text: str) -> None:
    assert own_words(text).signals == ()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("rename it in a.py, b.py and src/c.ts", Signal.MANY_FILES),
        ("port the whole project to rust", Signal.MANY_FILES),
        ("add logging across all services", Signal.MANY_FILES),
        ("the workers hang under load", Signal.CONCURRENCY),
        ("two threads sometimes corrupt the list", Signal.CONCURRENCY),
        ("die Worker hängen manchmal unter Last", Signal.CONCURRENCY),
        ("高并发下偶尔丢失数据", Signal.CONCURRENCY),
    ],
)
def test_signals_are_seen_in_the_instruction(text: str, signal: Signal) -> None:
    assert own_words(text).signals == (signal,)


@pytest.mark.parametrize("mention", ["@codebase", "@workspace", "#codebase", "#file:src/app.ts"])
def test_an_editors_mention_says_where_to_look_and_not_how_much_to_do(mention: str) -> None:
    assert own_words(f"{mention} add logging") == OwnWords("add logging", ())


def test_signals_are_not_seen_in_pasted_code() -> None:
    assert own_words(f"rename worker\n```\n{CODE}\n# hangs, deadlock\n```").signals == ()


@pytest.mark.parametrize("text", ["add a mutex getter", "rename crash to failure", "fix a.py"])
def test_a_word_alone_is_no_signal(text: str) -> None:
    assert own_words(text).signals == ()


def test_a_thousand_paddings_change_at_most_three_tiers_in_a_hundred() -> None:
    chance = random.Random(6)
    instructions = [json.loads(line)["text"] for line in DEV.read_text(encoding="utf-8").splitlines()]
    plain = [chance.choice(instructions) for _ in range(1_000)]
    padded = [
        (chance.choice(NOISE_BEFORE) if chance.random() < 0.6 else "")
        + instruction
        + (chance.choice(NOISE_AFTER) if chance.random() < 0.6 else "")
        for instruction in plain
    ]
    classifier = SemanticClassifier()
    before = classifier.classify_many([own_words(instruction).text for instruction in plain])
    after = classifier.classify_many([own_words(instruction).text for instruction in padded])
    changed = [
        (instruction, b.tier, a.tier)
        for instruction, b, a in zip(padded, before, after, strict=True)
        if b.tier is not a.tier
    ]
    assert len(changed) <= 30, changed


def test_halves_of_characters_are_words_that_can_be_classified() -> None:
    assert own_words("add a caf\udce9 test").text == "add a caf\ufffd test"
