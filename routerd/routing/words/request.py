"""Parts what is asked from the material below it, and leaves out where an editor or a person says it belongs."""

from __future__ import annotations

import re

_ASKS = re.compile(
    r"^\W*(?:(?:please|now|then|so|also|and|but|ok(?:ay)?|can you|could you|you must|lets?|let's|i (?:want|need))\W+)*"
    r"(?:add|allow|analy[sz]e|apply|audit|change|check|classify|compare|complete|convert|correct|create|debug|delete|"
    r"describe|design|document|ensure|explain|extract|find|fix|format|generate|give|how|identify|implement|improve|"
    r"integrate|is|list|make|migrate|move|optimi[sz]e|port|provide|put|refactor|remove|rename|replace|review|rewrite|"
    r"show|split|summari[sz]e|tell|test|to ?do|translate|turn|update|use|verify|what|where|which|why|write|"
    r"do(?:es)?|should|must|tl;?dr)\b",
    re.IGNORECASE,
)
_MATERIAL_WORDS = 45  # a few lines below a request say more about it; more than this is something to work on
_PARAGRAPHS = re.compile(r"\n[ \t]*\n")
_HEADING = re.compile(r"\s*#{1,6} \S")
_LANGUAGES = (
    r"typescript|javascript|python|java|kotlin|swift|golang|go|rust|ruby|php|perl|scala|elixir|erlang|haskell|clojure|"
    r"c\+\+|c#|f#|ocaml|dart|lua|julia|r|c|bash|powershell|sql|html|css|react|vue|angular|node(?:\.?js)?|django|flask"
)
_MENTIONED = re.compile(r"(?<!\S)@[\w./-]*\w\.\w{1,8}(?:[:#][\w-]+)*(?=[\s?!,.;:]|$)")
_LEANS_ON_IT = re.compile(
    r"(?:^|\b(?:in|of|to|from|for|with|at|on|by|about|do|does|is|are|this|file|files|and|or|explain|describe|review|see|read|"
    r"update|check|fix|document|summari[sz]e|refactor|test|open|use|like|into|than|the|a))[,:]?\s*$",
    re.IGNORECASE,
)
"""What stands before a mention of a file that the sentence needs."""
_CONTEXT = re.compile(
    r"(?<!\S)@(?:workspace|codebase|vscode|terminal|project|repo|selection|file|folder)\b:?"
    r"|(?<!\S)#(?:file|folder|selection|sym|editor|codebase|changes|problems|terminal\w*|fetch)(?::\S+)?(?!\S)"
    r"|\((?:(?:this|it|that) is )?(?:for|in|on|at|of|from|within|inside|part of|as part of)\b[^()\n]{1,60}\)"
    rf"|\b(?:in|using|with) (?:{_LANGUAGES})(?![\w+#-])",
    re.IGNORECASE,
)
"""Where the work is done: the same request elsewhere needs the same model."""
_BELONGS = re.compile(
    r",? ?\b(?:this|it|that)(?:'s| is) (?:for|in|part of|about) (?:the|our|my|a|an) (?:[\w-]+ ){0,3}"
    r"(?:team|service|app|application|backend|frontend|module|package|repo|repository|project|area|customer|client|release"
    r"|branch)(?=\s*[.!;,)]|\s*$)",
    re.IGNORECASE,
)
"""The same as a clause of its own."""
_BELONGS_HINTS = tuple(f"{verb} {word} " for verb in (" is", "'s") for word in ("for", "in", "part of", "about"))
"""One of these stands in each such clause, and is seen much faster."""


def asked_lines(lines: list[str]) -> list[str]:
    """The lines that ask: all of a short text; else its first paragraph and what further down asks for something.

    A heading below the first line begins a document, whatever its length.
    """
    lines = _before_document(lines)
    if len(" ".join(lines).split()) <= _MATERIAL_WORDS:
        return lines
    paragraphs = [part for part in _PARAGRAPHS.split("\n".join(lines).strip("\n")) if part.strip()]
    if not paragraphs:
        return lines
    first, *rest = paragraphs
    opening, *below = first.split("\n")
    if below and not _asks_on(below):
        first = opening
    last = rest[-1] if rest else ""
    if last and _ASKS.match(last) and not _ASKS.match(first):
        return last.split("\n")
    kept = first.split("\n")
    for paragraph in rest:
        if _asks_on(paragraph.split("\n")):
            kept += paragraph.split("\n")
    return kept


def without_context(text: str) -> str:
    """The request without the places that it names: an editor's variables, the language, "(for our service)"."""
    text = _CONTEXT.sub(" ", text)
    if any(hint in text for hint in _BELONGS_HINTS):
        text = _BELONGS.sub(" ", text)
    return _MENTIONED.sub(_named, text) if "@" in text else text


def _named(mention: re.Match[str]) -> str:
    """A file that an editor's mention names: a word for it where the sentence needs one, else nothing."""
    return "this file" if _LEANS_ON_IT.search(mention.string[: mention.start()]) else " "


def _before_document(lines: list[str]) -> list[str]:
    first = next((index for index, line in enumerate(lines) if line.strip()), len(lines))
    if first == len(lines) or _HEADING.match(lines[first]):
        return lines
    end = next((i for i in range(first + 1, len(lines)) if _HEADING.match(lines[i])), len(lines))
    return lines[:end]


def _asks_on(lines: list[str]) -> bool:
    """Whether a line opens like a request, or is a question."""
    return any(_ASKS.match(line) or line.rstrip().endswith("?") for line in lines)
