"""A model for tests: answers routerd's prompts honestly and by rule, through the loopback upstream."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

_SYMBOLS = re.compile(r"^Write .* for: (?P<names>.+)$", re.M)
_MODULE = re.compile(r"^Import as: (?P<name>.+)$", re.M)
_TARGET = re.compile(r"^Target, .+:\n(?P<fence>`{3,})\w*\n(?P<text>.*?)\n(?P=fence)$", re.M | re.S)


def reply(body: Mapping[str, Any]) -> str:
    """An answer that keeps the contract of whichever action the prompt asks for."""
    system, user = (str(message["content"]) for message in body["messages"][:2])
    if "<doc name=" in system:
        return documentation(user)
    if "You write tests" in system:
        return tests(user)
    if '"findings"' in system:
        return findings(user)
    if "software architect" in system:
        return design(system)
    if "You explain code" in system:
        return "It does one thing.\n\nFirst it looks, then it answers."
    if "commit messages" in system:
        return "Say what the change does\n\nThe reason stands here."
    return hunks(user)


def documentation(user: str) -> str:
    names = _found(_SYMBOLS, user, "names").split(", ")
    return "\n".join(f'<doc name="{name}">\nDo what {name} does.\n</doc>' for name in names)


def tests(user: str) -> str:
    module, names = _found(_MODULE, user, "name"), _found(_SYMBOLS, user, "names").split(", ")
    cases = "\n\n".join(
        f"def test_{name.lower().replace('.', '_')}_needs_its_arguments():\n"
        f"    with pytest.raises(TypeError):\n        {name}(*range(99))"
        for name in names
    )
    imported = ", ".join(name.split(".")[0] for name in names)
    return f"```python\nimport pytest\nfrom {module} import {imported}\n\n\n{cases}\n```"


def findings(user: str) -> str:
    lines = [line for line in _found(_TARGET, user, "text").splitlines() if line.strip()]
    finding = {"quote": lines[0], "line": None, "severity": "warning", "message": "Look here again.", "fix": None}
    return json.dumps({"findings": [finding]})


def design(system: str) -> str:
    return "\n\n".join(f"{heading}\nAs it is." for heading in re.findall(r"^## .+$", system, re.M))


def hunks(user: str) -> str:
    first = next(line for line in _found(_TARGET, user, "text").splitlines() if line.strip())
    return f"<<<<<<< SEARCH\n{first}\n=======\n{first}  # seen\n>>>>>>> REPLACE"


def _found(pattern: re.Pattern[str], text: str, group: str) -> str:
    match = pattern.search(text)
    assert match is not None, f"the prompt has nothing like {pattern.pattern}"
    return match[group]
