"""What is sent for a function against what its whole file would cost, over folders of real sources; prints JSON.

``python -m tests.bench.context [LANGUAGE=FOLDER …]``: without folders, the five Python projects that the test
``tests/context`` draws from. Shares are of all input tokens, system and task included in both.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from statistics import median

from tests.context.projects import Real, installed
from tests.context.test_context import PROJECTS

FUNCTIONS = 300
"""Drawn from each folder, the same ones each time."""


def measured(language: str, folder: Path) -> dict[str, object]:
    """Medians over the functions of a folder, by action."""
    project = Real(folder)
    found = [
        (document, symbol)
        for document in project.documents(language)
        for symbol in project.functions(document)
        if not symbol.name.lower().startswith("test")
    ]
    row: dict[str, object] = {"folder": folder.name, "language": language, "functions": min(FUNCTIONS, len(found))}
    drawn = random.Random(5).sample(found, min(FUNCTIONS, len(found)))
    for action in ("document", "test", "review"):
        sent = [it for it in (project.sent(action, *pair) for pair in drawn) if it is not None]
        row[action] = {
            "median_share": round(median(it.share for it in sent), 3),
            "median_input": median(it.prompt.input_tokens for it in sent),
            "median_context": median(sum(snippet.tokens for snippet in it.context) for it in sent),
        }
    return row


def main(arguments: list[str]) -> None:
    pairs = [argument.split("=", 1) for argument in arguments]
    folders = [(language, Path(folder).absolute()) for language, folder in pairs]
    for language, folder in folders or [("python", installed(package)) for package in PROJECTS]:
        sys.stdout.write(json.dumps(measured(language, folder)) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
