"""Which lines of what was typed or pasted are a machine's: code, logs, stack traces, diffs, licences."""

from __future__ import annotations

import re

from routerd.routing.words.patterns import any_of

_TRACE = any_of(
    r'\s*Traceback \(most|\s*File "[^"]+", line \d+|\s*at [\w.$<>\[\]/ ]+\(.*\)\s*$|\s*at \S+:\d+',
    r"goroutine \d+|panic: |Caused by: |Exception in thread|thread '.*' panicked",
    r"Segmentation fault|Call trace:",
    r"(?:Uncaught )?(?:[a-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)(?:: |$)|error\[E\d+\]|\s*--> \S+:\d+",
    r"#\d+ +(?:0x)?\w+.*\(|==\d+==\s?ERROR|WARNING: ThreadSanitizer|fatal error: all",
)
_LOG = any_of(
    r"\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|\[?\d\d:\d\d:\d\d\b",
    r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d+ \d\d:",
    r"\[?(?:TRACE|DEBUG|INFO|WARN|WARNING|ERROR|FATAL)\b[\]: ]|\d{1,3}(?:\.\d{1,3}){3} \S+ \S+ \[",
)
_CODE = any_of(
    r"\s*import (?:.* from .*|[\w.*{}]+;?)$|from [\w.]+ import .*|(?:using|package|require) [\w.'\"/]+;?$",
    r"#(?:include|define|ifn?def|if|endif|pragma)\b|\s*(?:async )?(?:def|fn|func|function|sub) \w*\s*[(<].*",
    r"\s*(?:export |public |abstract |final )*(?:class|struct|enum|interface|trait|impl) \w+.*[:({]\s*$",
    r"\s*(?:public|private|protected|static|final|const|let|var|val|int|void|char|double|float|pub) .*[=;({]",
    r"\s*(?:(?:if|for|while|switch|catch)\s*\(|for \w+(?:, \w+)* in .*:$|(?:else|try|finally|do)\s*[:{]\s*$)",
    r"\s*(?:if|elif|while) \S+ (?:[=!<>]=?|in |is |not ).*:$",
    r"\s*return(?: \w+$|\b.*[;()\[\]{}=])|\s*(?:break|continue|pass);?$",
    r"\s*@\w+(?:\(.*\))?$|\s*<[/!?]?\w[^>]*>",
    r"\s*(?:SELECT .*FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM|CREATE TABLE)\b",
    r"\s*[\w.\[\]\"']+ *(?:=|:=|\+=|-=) *\S|\s*[\w.]+\(.*\);?$",
    r"\s*[{\[].*[}\]],?\s*$|\s*[\"'][^\"']+[\"']\s*:",
    r"\s*[}\])]+[;,)]*$|.*[;{]\s*$|\$ \w+|diff --git ",
)
_PAIR = re.compile(r"\s*(?:- )?[a-z_][\w.-]*:(?: \S+(?: \S+){0,3})?$|\s+- \S+(?: \S+){0,3}$")
_PAIRS = 3  # as many settings in a row are a file; a person writes "note: …" once
_DIFF = re.compile(r"@@ -\d|diff --git |\+\+\+ \S|--- \S+/")
_CODE_COMPANION = re.compile(r"\s*(?:#|//|/\*|\*|--|\"\"\"|''|<!--)|(?:    |\t)\S")
_LICENCE = any_of(
    r"copyright|licen[cs]e|spdx|all rights reserved|warrant(?:y|ies)",
    r"hereby granted|redistribut|as is\b|liab(?:le|ility)",
    flags=re.IGNORECASE,
)
_SYMBOLS = re.compile(r"[(){}\[\];=<>|&\\/_$@^%+*]")
_FEW_SYMBOLS = 3  # with fewer signs than this, a line is prose whatever their share
_SYMBOL_SHARE = 0.16  # of a line; prose that names paths and calls stays below (seen on tests/bench/routing)


def holds_trace(text: str) -> bool:
    """Whether a stack trace was pasted below the first line."""
    return any(_TRACE.match(line) for line in text.splitlines()[1:])


def pasted(lines: list[str]) -> list[bool]:
    """For each line, whether it is pasted machine text rather than words."""
    if len(lines) == 1:
        return [False]
    diff = any(_DIFF.match(line) for line in lines)
    machine = [_is_machine(line) or (diff and line[:1] in "+-@") for line in lines]
    _spread_to_comments(lines, machine)
    for index in _table(lines):
        machine[index] = True
    for index in _mapping(lines):
        machine[index] = True
    for index in _licence(lines):
        machine[index] = True
    return machine


def _is_machine(line: str) -> bool:
    if not line.strip():
        return False
    if _TRACE.match(line) or _LOG.match(line) or _CODE.match(line):
        return True
    symbols = len(_SYMBOLS.findall(line))
    return symbols >= _FEW_SYMBOLS and symbols > _SYMBOL_SHARE * len(line.strip())


def _spread_to_comments(lines: list[str], machine: list[bool]) -> None:
    """A comment or an indented line that touches code is part of it, in both directions."""
    last = len(lines) - 1
    for order, before in ((range(1, last + 1), -1), (range(last - 1, -1, -1), 1)):
        for i in order:
            if machine[i + before] and _CODE_COMPANION.match(lines[i]):
                machine[i] = True


def _table(lines: list[str]) -> list[int]:
    """Neighbouring lines with the same number of the same separator: comma-separated values and their kin."""
    found: set[int] = set()
    for sign in ",;\t|":
        counts = [line.count(sign) for line in lines]
        for i in range(1, len(lines)):
            spaced = any(f"{sign} " in line.strip() for line in lines[i - 1 : i + 1])  # as in a sentence
            framed = lines[i].lstrip().startswith("|")  # a table of Markdown
            if counts[i] == counts[i - 1] > 1 and (framed or not spaced):
                found |= {i - 1, i}
    return sorted(found)


def _mapping(lines: list[str]) -> list[int]:
    """Neighbouring lines of lower-case keys with short values, below the first line: YAML and its kin."""
    found: list[int] = []
    run: list[int] = []
    for index, line in enumerate([*lines[1:], "."], 1):
        if _PAIR.match(line):
            run.append(index)
        elif line.strip():
            found += run if len(run) >= _PAIRS else []
            run = []
    return found


def _licence(lines: list[str]) -> list[int]:
    """The lines of each paragraph that speaks of copyright or licence terms."""
    found: list[int] = []
    paragraph: list[int] = []
    for index, line in enumerate([*lines, ""]):
        if line.strip(" \t#*/;-<>!"):
            paragraph.append(index)
            continue
        speaking = sum(_LICENCE.search(lines[i]) is not None for i in paragraph)
        if speaking > 1 or (paragraph and speaking == len(paragraph)):
            found += paragraph
        paragraph = []
    return found
