"""The review of changes with a planted fault by the built-in engine: what it finds, and what it misses.

    python -m tests.bench.planted

Each change turns a sound function into one with a known fault. A fault counts as found where the change brings any
finding; the rules are printed, so that a reader sees what was named. Harmless changes should bring none. The result is
kept in `planted.json` beside this file (`--write`), and a test holds it against the engine.
"""

# a fault is a line
from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

from routerd.app.change_review import review_change
from routerd.app.changed_files import ChangeSource, changed_files
from routerd.app.file_editor import FileEditor
from routerd.app.workspace import App
from routerd.domain.text import Text
from routerd.domain.unified_diff import unified_diff
from tests.offline.asking import Noted

SOUND = """import json
import os
import subprocess


def total(prices, extra=None):
    extra = extra or []
    result = 0
    for price in prices:
        result += price
    return result + sum(extra)


def read(path):
    with open(path, encoding="utf-8") as file:
        return json.load(file)


def first(items):
    if not items:
        return None
    return items[0]


def prune(table):
    for key in list(table):
        if table[key] is None:
            del table[key]
    return table


async def fetch(client, url):
    answer = await client.get(url)
    return answer.text


def listing(folder):
    return subprocess.run(["ls", folder], check=True, capture_output=True).stdout


def middle(values):
    ordered = sorted(values)
    return ordered[len(ordered) // 2]


def grade(points):
    if points >= 90:
        return "a"
    if points >= 80:
        return "b"
    return "c"


def settings():
    try:
        return read("settings.json")
    except FileNotFoundError:
        return {}


def home():
    return os.environ["HOME"]
"""

PLANTED = (
    ("mutable default", "extra=None):\n    extra = extra or []", "extra=[]):\n    extra.append(0)"),
    (
        "return inside the loop",
        "        result += price\n    return result",
        "        result += price\n        return result",
    ),
    ("wrong operator", "result += price", "result -= price"),
    (
        "file is never closed",
        '    with open(path, encoding="utf-8") as file:\n        return json.load(file)',
        "    file = open(path)\n    return json.load(file)",
    ),
    ("identity of a literal", "    if not items:", "    if items is ():"),
    ("guard removed", "    if not items:\n        return None\n", ""),
    ("off by one", "return items[0]", "return items[1]"),
    ("changes what it loops over", "in list(table):", "in table:"),
    ("inverted condition", "is None:\n            del", "is not None:\n            del"),
    ("await forgotten", "await client.get(url)", "client.get(url)"),
    ("undefined name", "return answer.text", "return anwser.text"),
    (
        "shell injection",
        '["ls", folder], check=True, capture_output=True',
        'f"ls {folder}", shell=True, capture_output=True',
    ),
    ("exit code ignored", "check=True, ", ""),
    ("result of sorted lost", "ordered = sorted(values)", "ordered = values\n    sorted(ordered)"),
    ("division gives a float index", "// 2", "/ 2"),
    ("unreachable branch", "points >= 80", "points >= 95"),
    ("code after return", '    return "c"', '    return "c"\n    print(points)'),
    ("fault is swallowed", "except FileNotFoundError:\n        return {}", "except:\n        pass"),
    ("condition is always true", "if points >= 90:", 'if points >= 90 or "top":'),
    ("compared with itself", "if points >= 90:", "if points >= points:"),
    ("duplicate key", "        return {}", '        return {"a": 1, "a": 2}'),
    ("eval of data", "return json.load(file)", "return eval(file.read())"),
    ("format without its value", 'os.environ["HOME"]', '"%s/%s" % os.environ["HOME"]'),
    (
        "assertion on a tuple",
        "    ordered = sorted(values)",
        '    assert (values, "none")\n    ordered = sorted(values)',
    ),
)
"""A name, the sound code and the faulty code that takes its place."""

HARMLESS = (
    ("rename", "ordered", "in_order"),
    ("comment", "    result = 0", "    # in cents\n    result = 0"),
    ("new function", "def home():", 'def user():\n    return os.environ["USER"]\n\n\ndef home():'),
    ("removed function, whose import stays", 'def home():\n    return os.environ["HOME"]\n', ""),
)


async def _found(folder: Path, new: str) -> list[str]:
    """The findings of the built-in engine on a change of the sound module, as "line: rule"."""
    (folder / "module.py").write_text(new, "utf-8")
    diff = unified_diff(Text(SOUND), Text(new), "module.py")
    app = App.open(root=folder)
    try:
        files = changed_files(app, folder, ChangeSource(diff=diff))
        done = await review_change(app, files, FileEditor(app, "", write=False, ask=False), Noted())
    finally:
        await app.disconnect()
        app.close()
    return [f"{one.span.start.line + 1}: {one.rule}" for file in done.files for one in file.findings]


def measured() -> dict[str, Any]:
    """Each planted fault with what was found of it, and what harmless changes brought."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "home"
        folder = Path(name) / "project"
        folder.mkdir()
        os.environ |= {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)}
        planted = {}
        for fault, sound, faulty in PLANTED:
            assert SOUND.count(sound) >= 1, fault
            planted[fault] = asyncio.run(_found(folder, SOUND.replace(sound, faulty, 1)))
        harmless = {}
        for change, old, new in HARMLESS:
            assert old in SOUND, change
            harmless[change] = asyncio.run(_found(folder, SOUND.replace(old, new)))
    return {
        "planted": len(PLANTED),
        "found": {fault: rules for fault, rules in planted.items() if rules},
        "missed": [fault for fault, rules in planted.items() if not rules],
        "harmless changes with findings": {change: rules for change, rules in harmless.items() if rules},
    }


KEPT = Path(__file__).with_suffix(".json")

if __name__ == "__main__":
    shown = json.dumps(measured(), indent=1)
    print(shown)
    if "--write" in sys.argv:
        KEPT.write_text(f"{shown}\n", "utf-8")
