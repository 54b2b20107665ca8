"""Names: a class name stands for one class, a module name for one subject, and no text uses a retired word."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from pathlib import Path

from tests.structure.test_structure import PACKAGE

IMPLEMENTATIONS = {
    "Catalogue": "adapters/catalogue/catalogue.py",
    "Workspace": "adapters/workspace/workspace.py",
}
"""Classes that bear the name of the Protocol in domain/ports.py that they implement, and where they are."""

SHARED_MODULES = {
    "batch": "the types in domain, the commands in cli",
    "selection": "the type in domain, what makes it in adapters",
    "batch_store": "the port in domain, its tables in adapters",
    "acceptance": "the type in domain, its query over the ledger",
    "ask": "an action, and the built-in engine's writer of it",
    "attempt": "the type in domain, and its running call in providers",
    "client": "the other side of a connection: of LSP, of a provider's API",
    "command_table": "the table of commands, and the generated copy of it",
    "commit": "an action, and the command that runs it",
    "commit_message": "one contract, read and checked",
    "configuration": "the service in app, its commands in cli",
    "design": "an action, and the built-in engine's writer of it",
    "doctor": "the service in app, its command in cli",
    "document": "an action, the built-in engine's writer of it, and LSP's term for an open file",
    "documentation": "one contract, read, built and checked; and its place in a syntax tree",
    "engine": "two implementations of the Engine port",
    "explain": "an action, and the explanation of an estimate in a terminal",
    "findings": "one contract, read, built and checked",
    "forecast": "the type in domain, the step that makes it",
    "frames": "framing of a byte stream: of LSP, of a worker's pipe",
    "gateway": "routerd's own, and the logs of others",
    "hunks": "one contract, read, built and checked",
    "keys": "API keys: from the configuration, from the editor, and cached for calls",
    "listing": "the files of a folder, the models of the gateway",
    "markdown": "one contract, read and checked",
    "messages": "the messages of a protocol: of chat completions, of JSON-RPC",
    "patterns": "regular expressions: of languages, of routing",
    "quote": "the type in domain, the step that makes it",
    "resolve": "what a request or a setting stands for",
    "review": "an action, the built-in engine's writer of it, and the command that reviews a change",
    "schema": "the schema of the configuration, of the database",
    "server": "the LSP server, and the command that starts it",
    "shared": "what several languages share, what several connections share",
    "signals": "of an operating system, of a user's words",
    "terms": "the type in domain, the step that makes it",
    "tests": "one contract, read, built and checked, and the built-in engine's writer of it",
    "workspace": "one root: its files, and its settings and prices",
}
"""Module names that occur in several packages, and why they mean the same subject there."""

RETIRED = re.compile(
    r"\b(rungs?|ladders?|errands?|foreseen|foresees?|foresight|hindsight|undress(?:ed|es)?|learnt|strangers?|appetites?"
    r"|aftermath|benched|only door|purses?|wish(?:es)?)\b",
    re.IGNORECASE,
)
"""Metaphors of early versions; the terms are candidate, chain, request, estimate, audit, calibration, cooldown, …"""

KEPT = {
    "routing/words/": "it separates the wish of a person from the material around it: the subject of the package",
    "steps/compose.py": "a sentence of the prompt, which models were measured with",
}
"""Where "wish" is the right word, and why; no other retired word is kept anywhere."""


def _sources(*packages: str) -> list[Path]:
    return [path for package in packages for path in sorted((PACKAGE / package).rglob("*.py"))]


def _name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def test_a_class_name_stands_for_one_class_or_for_a_port_and_its_implementation() -> None:
    found: dict[str, list[str]] = defaultdict(list)
    for path in _sources("."):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name].append(_name(path))
    shared = {name: sorted(paths) for name, paths in found.items() if len(paths) > 1}
    assert shared == {name: sorted((path, "domain/ports.py")) for name, path in IMPLEMENTATIONS.items()}


def test_a_module_name_stands_for_one_subject() -> None:
    found: dict[str, int] = defaultdict(int)
    for path in _sources("."):
        found[path.stem] += 1
    shared = {name for name, count in found.items() if count > 1 and name != "__init__"}
    assert shared <= set(SHARED_MODULES)


def test_no_retired_word_is_left() -> None:
    left = [
        f"{_name(path)}:{number}: {line.strip()}"
        for path in _sources(".")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        for word in RETIRED.findall(line)
        if not (word.lower().startswith("wish") and _name(path).startswith(tuple(KEPT)))
    ]
    assert not left, "\n".join(left)
