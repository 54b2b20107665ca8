"""Kept tags: what compilers and other tools read in a comment, carried over into the words that replace it."""

from __future__ import annotations

import re

from routerd.languages.spec import DocStyle

_MARKS = re.compile(r"^\s*(?:/\*\*+|\*(?!/)|///|//!|---?|#+)?[ \t]?")
_TAG = re.compile(r"^\s*[@\\](?P<name>[\w-]+)(?P<rest>.*)$", re.S)


def with_kept_tags(words: str, comment: str, style: DocStyle) -> str:
    """The words, with each tag of the old comment below them that tools act on and that they lack."""
    kept = [block for block in _blocks(comment) if _acts(block, style) and not _holds(words, block)]
    if not kept:
        return words
    apart = "\n" if _TAG.match(words.rstrip("\n").rpartition("\n")[2]) else "\n\n"
    return words.rstrip("\n") + apart + "\n".join(kept)


def _blocks(comment: str) -> list[str]:
    """Each tag with the lines that belong to it, without comment marks."""
    found: list[list[str]] = []
    inside = False
    for line in comment.replace("\r\n", "\n").rstrip().removesuffix("*/").split("\n"):
        bare = _MARKS.sub("", line, count=1).rstrip()
        if _TAG.match(bare):
            found.append([bare.strip()])
            inside = True
        elif inside and bare.strip():
            found[-1].append(bare)
        else:
            inside = False
    return ["\n".join(lines) for lines in found]


def _acts(block: str, style: DocStyle) -> bool:
    tag = _TAG.match(block)
    return tag is not None and any(_matches(tag["name"], kept) for kept in style.kept)


def _matches(name: str, kept: str) -> bool:
    if kept == "A-Z*":
        return name[0].isupper()
    return name.startswith(kept[:-1]) if kept.endswith("*") else name == kept


def _holds(words: str, block: str) -> bool:
    """Whether the words have the tag with the same operands, or one without operands at all."""
    first = " ".join(block.split("\n", maxsplit=1)[0].split())
    return any(" ".join(line.split()).startswith(first) for line in words.split("\n"))
