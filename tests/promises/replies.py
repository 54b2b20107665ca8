"""What a model may send: golden replies mangled, and answers of every form put together by chance, in all languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from random import Random

from routerd.domain.prompt import Question
from tests.languages.samples import SAMPLES
from tests.promises.scenes import Scene
from tests.real.unusable_replies import LATER_MENDED_AFTER, MENDED_AFTER, WRITTEN_FROM, replies

NOISE = (
    *(
        '"""',
        "'''",
        "*/",
        "/*",
        "//",
        "#",
        "\\",
        "\\u002a/",
        "\n",
        "\r\n",
        "\r",
        "\t",
        "</doc>",
        "<doc>",
        "```",
        "````",
    ),
    *("x = 1", "}", "{", ";", "🎉", "\u2028", "\x0c", "\ufeff", "\u202e", "\u200b", "\x1b[31m", "\x9b", "\0", "\ud800"),
    *("def f():", "return", '"', "'", "%", "\\N{DASH}", "--", "--[[", "]]", "=begin\n", "\n=end\n", "?>", "<?php", "?"),
    *("//go:build x\n", "@ts-nocheck", "#!/bin/sh\n", "# frozen_string_literal: true", "#pragma once\n", "%>", "\n\n"),
    *("=======\n", "<<<<<<< SEARCH\n", ">>>>>>> REPLACE\n", "#if 0\n", "#endif\n", 'r#"', '"#', "`", "${x}", "#{x}"),
)
PATHS = (
    *(
        "",
        "",
        "",
        "package.json",
        ".vscode/settings.json",
        "../other/x.json",
        "/etc/passwd",
        "shop/../../key",
        "other.py",
    ),
    *(".git/hooks/pre-commit", "Makefile", ".github/workflows/ci.yml", "shop/cart.py", "shop/./cart.go", "a\\..\\b.c"),
)
"""A hunk's path; the empty one names the file that was asked about."""
_KINDS = (WRITTEN_FROM, MENDED_AFTER, LATER_MENDED_AFTER)
UNUSABLE = [text for kinds in _KINDS for _, text in replies(kinds)]
PROSE = (
    *(
        "Load a file and return its text.",
        "Return the total of all items.",
        "Weighs a parcel.",
        "读取文件并返回其内容。",
    ),
    *(
        "Args:\n    path: Where it is.",
        "@param path Where it is.\n@returns the text",
        "Gibt die Summe zurück.",
        "Total.",
    ),
    *("<summary>\nAdds up.\n</summary>", "# Safety\n\nNever call it twice.", "Sum of the items:\n\n    total([1])"),
)


def mangled(reply: str, chance: Random) -> str:
    """A reply with one to four pieces cut out, doubled, moved or put in."""
    for _ in range(chance.randint(1, 4)):
        at, length = chance.randrange(len(reply) + 1), chance.randint(1, 40)
        kind = chance.randrange(5)
        if kind == 0:
            reply = reply[:at] + reply[at + length :]
        elif kind == 1:
            reply = reply[:at] + chance.choice(NOISE) + reply[at:]
        elif kind == 2:
            reply = reply[:at] + reply[at : at + length] + reply[at:]
        elif kind == 3:
            cut = reply[at : at + length]
            rest = reply[:at] + reply[at + length :]
            put = chance.randrange(len(rest) + 1)
            reply = rest[:put] + cut + rest[put:]
        else:
            lines = reply.split("\n")
            chance.shuffle(lines) if chance.random() < 0.2 else lines.pop(chance.randrange(len(lines)))
            reply = "\n".join(lines)
    return reply


def _golden(scene: Scene, chance: Random) -> str:
    reply = chance.choice(scene.replies)
    return mangled(reply, chance) if chance.random() < 0.75 else reply


def _tests(scene: Scene, chance: Random) -> str:
    """Tests of the target that assert, as they are or mangled."""
    language = scene.question.request.document.language
    name = _names(scene.question)[0].rpartition(".")[2]
    code = re.sub(r"\btotal\b", lambda _: name, chance.choice(SAMPLES[language].asserting()))
    return f"```{language}\n{mangled(code, chance) if chance.random() < 0.6 else code}\n```"


def _words(chance: Random) -> str:
    """Prose, something unusable, or both with noise between."""
    parts = [chance.choice((*PROSE, chance.choice(UNUSABLE))) for _ in range(chance.randint(1, 3))]
    text = "\n\n".join(parts)
    return mangled(text, chance) if chance.random() < 0.4 else text


def _names(question: Question) -> list[str]:
    return [symbol.qualname for symbol in question.target.symbols] or ["nothing"]


def _blocks(scene: Scene, chance: Random) -> str:
    """`<doc>` blocks for names that were asked for, and for others."""
    names = _names(scene.question)
    chosen = [chance.choice((*names, "no_such", "", "a.b")) if chance.random() < 0.2 else name for name in names[:6]]
    return "\n".join(f'<doc name="{name}">\n{_words(chance)}\n</doc>' for name in chosen)


def _bare(scene: Scene, chance: Random) -> str:
    return _words(chance)


def _lines(question: Question, chance: Random) -> tuple[str, str]:
    """A few lines of the file, and the same with something done to them."""
    lines = question.request.document.text.string.split("\n")
    first = chance.randrange(len(lines))
    found = "\n".join(lines[first : first + chance.randint(1, 6)])
    return found, mangled(found, chance) if chance.random() < 0.8 else f"{found}\n{_words(chance)}"


def _code(scene: Scene, chance: Random) -> str:
    """The target's code again with something done to it, in a fence."""
    request = scene.question.request
    text = request.document.text.slice(scene.question.target.span)
    for _ in range(chance.randint(0, 2)):
        at = chance.choice([n for n, sign in enumerate(text) if sign == "\n"] or [0])
        mark = chance.choice(("# ", "// ", "/// ", "/** ", '"""', "-- ", "--- ", "/* ", "  "))
        close = {"/** ": " */", "/* ": " */", '"""': '"""'}.get(mark, "")
        text = f"{text[:at]}\n{mark}{_words(chance)}{close}{text[at:]}"
    text = mangled(text, chance) if chance.random() < 0.5 else text
    return f"```{request.document.language}\n{text}\n```"


def _hunks(scene: Scene, chance: Random) -> str:
    """Search-and-replace blocks for this file and for others."""
    parts = []
    for _ in range(chance.randint(1, 3)):
        search, instead = _lines(scene.question, chance)
        path = chance.choice(PATHS)
        search = chance.choice(("{", "", search)) if path else search
        parts.append(f"{path}\n<<<<<<< SEARCH\n{search}\n=======\n{instead}\n>>>>>>> REPLACE")
    return "\n\n".join(parts)


def _findings(scene: Scene, chance: Random) -> str:
    """Findings as JSON, some with a fix, some in a shape of their own."""
    rows = []
    for _ in range(chance.randint(0, 4)):
        quote, fix = _lines(scene.question, chance)
        severity = chance.choice(("high", "error", 3, None, "🎉"))
        rows.append({"quote": quote, "severity": severity, "message": _words(chance), "fix": fix, "line": 10**9})
    text = json.dumps(rows if chance.random() < 0.8 else {"findings": rows})
    return mangled(text, chance) if chance.random() < 0.3 else text


_FORMS: tuple[Callable[[Scene, Random], str], ...] = (_golden, _golden, _blocks, _bare, _code, _hunks, _findings)
OWN = {
    "document": (_golden, _blocks, _bare, _code),
    "test": (_golden, _tests, _tests, _code),
    "ask": (_golden, _hunks, _code),
}
"""The forms that an action is likely to be answered in; any other one comes as well."""


def reply(scene: Scene, action: str, chance: Random) -> str:
    """One answer, by chance of the form that is asked for."""
    forms = OWN.get("ask" if action == "fix" else action, _FORMS)
    return chance.choice(forms if chance.random() < 0.8 else _FORMS)(scene, chance)
