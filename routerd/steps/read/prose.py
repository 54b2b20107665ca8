"""Is a text prose? Sentences of any human language, told from code, machine messages and talk by their structure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from routerd.domain.fence import fences
from routerd.domain.ports import Grammar
from routerd.languages import specs

_SIGNS = re.compile(r"[{}()=;|$@<>\[\]]")
"""What a program has and bare words have not: some grammars take words in a row for calls."""
_OTHER_SCRIPTS = re.compile(r"[\u0370-\u1fff\u2c00-\u2dff\u3005-\u30ff\u3100-\ud7ff\uf900-\ufaff\U00020000-\U0003ffff]")
"""Letters of scripts in which no programming language writes its keywords: Greek to Hangul."""
_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_FUNCTION_WORD = re.compile(
    r"\b(?:the|an?|of|to|by|on|when|this|that|these|those|at|be|are|which|its|it|each|whether|than|between|about"
    r"|der|die|das|den|dem|ein|eine|einen|und|von|mit|für|ob"
    r"|le|la|les|du|une?|des|et|dans|pour|avec|sur"
    r"|el|los|las|del|con|para|por|que|si|il|di|che|gli|uma|em|com|het|een|och|att|av)\b",
    re.I,
)
"""Words that join a sentence and are no keyword of a widespread programming language or shell."""
_END = re.compile(r"[.!?:…。！？：؟।۔]['\"”’»)\]`*]*$")
_CAPITAL = re.compile(r"^\W*(?:[^\W\d_a-z][^\W\d_A-Z]|A\s)")
_STRING = re.compile(r"\"(?:\\.|[^\"\\\n])*\"|(?<!\w)'(?:\\.|[^'\\\n])*'(?!\w)")
_CODE_LINE = re.compile(
    r"""^\s*(?:
        [\w.$\[\]'"*&@]+(?:\s*,\s*[\w.$]+)*\s*(?::\s*[\w.\[\], |]+?)?
        \s*(?:[-+*/%|&^:?]|\|\||\*\*|//|<<|>>)?=(?!=)\s*\S.*
      | (?:let|const|var|my|local|final|static|auto|int|public|private|protected|val)\s+[\w<>\[\] ]+\s*(?:=|:|;|\().*
      | (?:await\s+|return\s+|print\s+|new\s+|throw\s+|raise\s+|yield\s+)?[\w.:$>-]+!?
        \([^()]*(?:\([^()]*\)[^()]*)*\)\s*[;.]?(?:\s*[#/].*)?
      | (?:if|elif|else|for|while|with|try|except|def|class|switch|match|async\ def)\b.*[:{]
      | (?:import|from)\s+[\w.]+(?:\s+import\s+.+|\s+as\s+\w+)?;?
      | (?:use|using|package|include|require)\s+[\w.:\\/'"<>*{}, ]+;
      | \#\s*(?:include|define|pragma)\b.*
      | @\w+(?:\.\w+)*\(.*\)
      | [)}\]]+[;,]?
      | (?:func|fn|fun|function|def)\s+\w+\s*\(.*
      | \S.*[;{]
      | [\w.]+(?:\(.*\))?\s*\{.*\}
      | [$%]\s+\S.*
      | (?:[\w./-]+\s+)*-{1,2}[a-z]\S*(?:\s.*)?
      | <\?\w*.*|\?>
    )\s*$""",
    re.X,
)
_SHELL = re.compile(r"\s(?:&&|2>&1)\s|^[ \t]*(?:sudo|export)\s+\S+", re.M)
_DIFF_MARK = re.compile(r"^[+-]\s*")
_LOUD = re.compile(r"\b[A-Z]{3,}\b")
_TAG_LINE = re.compile(
    r"^\s*(?:[@\\](?P<tag>\w+)|:\w+[^:\n]*:|(?:args|arguments|parameters|params|returns?|raises|yields|attributes|examples?"
    r"|notes?|throws|safety|panics|errors)\s*:?\s*$|>>>|-{3,}$|={3,}$|\#+\s)",
    re.I,
)
_INLINE = (
    (re.compile(r"\{@\w+\s+([^{}]*)\}"), r"\1"),
    (re.compile(r"``?([^`\n]+)``?"), r"\1"),
    (re.compile(r":[\w:]+:"), " "),
    (re.compile(r"\[([^\[\]\n]+)\]\([^()\n]*\)"), r"\1"),
    (re.compile(r"</?[a-zA-Z][\w-]*(?:\s+[\w:-]+\s*=\s*(?:\"[^\"\n]*\"|'[^'\n]*'))*\s*/?>"), " "),
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a text being prose."""

    text: str
    """The sentences that are judged: the summary, without markup."""
    words: int
    """Words; of a script without spaces, characters."""
    sentence: int
    """Signs of a sentence: an end, a capital, words that join, a script that no code is written in."""
    code: bool
    """Whether at least half of its lines have the form of a statement, a command or a block."""


def evidence_of(words: str) -> Evidence:
    """The evidence in the summary of a documentation text."""
    summary = summary_of(words)
    bare = _STRING.sub("", summary)
    foreign = len(_OTHER_SCRIPTS.findall(bare))
    found = _WORD.findall(summary)
    lines = [_DIFF_MARK.sub("", line) for line in summary.split("\n") if line.strip()]
    code = [_CODE_LINE.match(line) is not None and not _joined(line) for line in lines] or [True]
    end, capital = _END.search(summary.strip()) is not None, _CAPITAL.match(summary) is not None
    joins = len(_FUNCTION_WORD.findall(bare))
    sentence = end + capital + min(joins, 2) + (2 if foreign >= 3 else 0)
    loud = len(_LOUD.findall(bare)) * 2 > len(found)
    return Evidence(
        summary,
        max(len(found), foreign),
        sentence - loud,
        sum(code) * 2 > len(code) or code[0] or bool(_SHELL.search(bare)),
    )


def _joined(line: str) -> bool:
    """Whether a line that ends like a statement reads as a sentence."""
    return len(_FUNCTION_WORD.findall(_STRING.sub("", line))) >= 2


def summary_of(words: str) -> str:
    """The first paragraph without markup; where there is none, the words of the first tag or section."""
    lines = words.split("\n")
    for fence in reversed(fences(words)):
        del lines[fence.first : fence.last + 1]
    text = "\n".join(lines)
    for pattern, instead in _INLINE:
        text = pattern.sub(instead, text)
    found: list[str] = []
    for line in text.strip().split("\n"):
        if _TAG_LINE.match(line) or (found and not line.strip()):
            if sum(len(_WORD.findall(kept)) for kept in found) > 1 or _OTHER_SCRIPTS.search("".join(found)):
                break
            line = re.sub(r"^\s*(?:[@\\]\w+(?:\s*\{[^}\n]*\})?|:\w+[^:\n]*:|[\w ]+:\s*$|>>>|[-=]{3,}$|#+)", "", line)  # noqa: PLW2901 - the line without its mark
        if line.strip():
            found.append(line.rstrip())
    return "\n".join(found).strip()


def parses(text: str, language: str, grammar: Grammar) -> bool:
    """Whether a text is a program of some language, in which prose would be a fault."""
    if _OTHER_SCRIPTS.search(_STRING.sub("", text)):
        return False
    text = "\n".join(_DIFF_MARK.sub("", line) for line in text.split("\n"))
    signs = _SIGNS.search(text) is not None
    known = specs()
    tried = dict.fromkeys((language, *known) if language in known else known)
    strict = (name for name in tried if known[name].opening is None and (signs or not known[name].words_parse))
    return any(grammar.knows(name) and not grammar.faults(text, name) for name in strict)
