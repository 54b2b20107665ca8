"""Commands to tools in documentation: words that change how a file is compiled, bundled, checked or tested."""

from __future__ import annotations

import re

from routerd.languages.spec import DocPlacement, DocStyle

_TAG = re.compile(r"(?<![\w/.@#{`'\"])(?:@|#\s?)(?P<name>[A-Za-z_][\w-]*)")
_DUNDER = re.compile(r"[@#]\s*__\w+__")
"""``@__PURE__`` and its kind, by which bundlers drop code."""
_NEVER = re.compile(
    r"(?:ts(?:ignore|nocheck|check|expecterror)|jsx|flow$|noflow|jest|vitest|ccon|nosideeffects$|pure$|license$|preserve$|vite"
    r"|source(?:mapping)?url|diagnostic|phpstan|psalm|codecoverageignore|runinseparateprocess|runtestsinseparate|swc|esbuild|babel"
    r"|amd(?:dependency|module)|format$|noformat|noprettier|prettier|provengo|generated$)"
)
"""Names of tools' commands, in lower case without ``-`` and ``_``, wherever they stand."""
_MAGIC = re.compile(
    r"^[\s#*/-]*(?:-\*-|vim?:\s*set\b|(?P<key>[A-Za-z][\w-]*)\s*[:=]\s*\S)|-\*-.*-\*-",
)
_MAGIC_KEYS = frozenset(("frozenstringliteral", "encoding", "coding", "warnindent", "shareableconstantvalue", "typed"))


def command_in(words: str, style: DocStyle) -> str | None:
    """A word that would be a command to a tool, once it stands in a comment of the language.

    At the beginning of a line only the tags are let through that the language's documentation knows.
    """
    found = next((command.strip() for command in style.commands if command in words), None)
    lines = [line.strip() for line in words.split("\n")]
    starts = [line.lstrip("-*# ") for line in lines]
    found = found or next((c for start in starts for c in style.line_commands if start.startswith(c)), None)
    if found or style.placement is DocPlacement.BODY:
        return found
    return _pragma(words, lines, style)


def _pragma(words: str, lines: list[str], style: DocStyle) -> str | None:
    dunder = _DUNDER.search(words)
    if dunder:
        return dunder[0]
    for line in lines:
        magic = _MAGIC.search(line)
        if magic and (magic["key"] is None or _folded(magic["key"]) in _MAGIC_KEYS):
            return magic[0].strip()
        for tag in _TAG.finditer(line):
            leads = not line[: tag.start()].strip("-*#/ ")
            if _NEVER.match(_folded(tag["name"])) or (leads and tag[0][0] == "@" and not _known(tag["name"], style)):
                return tag[0]
    return None


def _known(name: str, style: DocStyle) -> bool:
    """Whether a tag at the beginning of a line is one of the documentation's own; others may be read by any tool."""
    return name in style.tags or (name[0].isupper() and "annotations" not in style.tags)


def _folded(name: str) -> str:
    return name.replace("-", "").replace("_", "").casefold()
