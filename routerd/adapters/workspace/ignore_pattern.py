"""Parses a line of a ``.gitignore`` into tokens by the rules of git's dir.c and wildmatch.c (2.39); matches nothing.

Patterns and paths are bytes, as in git.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

_LONGEST = 4_096
"""The most bytes of a pattern; longer ones, which no valid Linux path needs, are ignored."""
_WILD = re.compile(rb"[*?\[\\]")
_POSIX = {
    b"alnum": string.ascii_letters + string.digits,
    b"alpha": string.ascii_letters,
    b"blank": " \t",
    b"cntrl": "".join(map(chr, (*range(32), 127))),
    b"digit": string.digits,
    b"graph": "".join(map(chr, range(33, 127))),
    b"lower": string.ascii_lowercase,
    b"print": "".join(map(chr, range(32, 127))),
    b"punct": string.punctuation,
    b"space": " \t\n\r",  # without the form feed, as in git's own table
    b"upper": string.ascii_uppercase,
    b"xdigit": string.hexdigits,
}


class Wild(Enum):
    """A token that matches any number of bytes."""

    NAME = "*"
    """No byte is a slash."""
    ALL = "**"
    FOLDERS = "**/"
    """Nothing, or bytes that end in a slash."""


@dataclass(frozen=True, slots=True)
class One:
    """One byte of a set, or if ``negated`` any other byte except the slash."""

    octets: frozenset[int]
    negated: bool = False


Token = One | Wild

_SLASH, _BACKSLASH, _DASH, _COLON, _OPEN, _CLOSE = b"/\\-:[]"
_ANY = One(frozenset({_SLASH}), negated=True)


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line: what it matches, whether only folders, and whether it re-includes them."""

    literal: bytes | None
    """A file's name, or a path that begins with a slash; ``None`` if there are tokens instead."""
    tokens: tuple[Token, ...]
    folders_only: bool
    negated: bool

    @property
    def cost(self) -> int:
        """Its size in states."""
        return 1 + sum(len(token.octets) + 1 if isinstance(token, One) else 3 for token in self.tokens)


def patterns_of(content: bytes) -> Iterator[Pattern]:
    """The patterns of a file in order, without lines that can match nothing."""
    for line in content.removeprefix(b"\xef\xbb\xbf").split(b"\n"):
        written = _trimmed(line.removesuffix(b"\r").partition(b"\0")[0])
        if not written.startswith(b"#") and len(written) <= _LONGEST and (found := _pattern(written)):
            yield found


def _trimmed(line: bytes) -> bytes:
    """A line without trailing spaces, except those escaped by a backslash."""
    bare = line.rstrip(b" ")
    slashes = len(bare) - len(bare.rstrip(b"\\"))
    return bare + b" " if slashes % 2 and bare != line else bare


def _pattern(written: bytes) -> Pattern | None:
    negated = written.startswith(b"!")
    glob = written[negated:]
    folders_only = glob.endswith(b"/")
    glob = glob[: len(glob) - folders_only]
    if not glob:
        return None
    anchored = b"/" in glob
    glob = glob.removeprefix(b"/")
    wild = _WILD.search(glob)
    if wild is None:
        return Pattern(b"/" + glob if anchored else glob, (), folders_only, negated)
    plain = glob[: wild.start()]
    tokens: list[Token] = [One(frozenset({octet})) for octet in plain]
    for token in _tokens(glob[wild.start() :]):
        if token is None:
            return None
        tokens.append(token)
    if not anchored:  # matched against the last name of a path alone, which contains no slash
        tokens = [Wild.FOLDERS, *(Wild.NAME if token is Wild.ALL else token for token in tokens)]
    return Pattern(None, tuple(tokens), folders_only, negated)


def _tokens(glob: bytes) -> Iterator[Token | None]:
    """The tokens from the first wildcard on, which git treats as a separate pattern.

    ``None``: a pattern that matches nothing.
    """
    at = 0
    while at < len(glob):
        sign = glob[at : at + 1]
        if sign == b"*":
            begin = at
            at = len(glob) - len(glob[at:].lstrip(b"*"))
            opens = begin == 0 or glob[begin - 1 : begin] == b"/"
            closes = at == len(glob) or glob[at : at + 1] == b"/" or glob[at : at + 2] == b"\\/"
            if at - begin == 1 or not (opens and closes):
                yield Wild.NAME
            elif glob[at : at + 1] == b"/":
                yield Wild.FOLDERS
                at += 1
            else:
                yield Wild.ALL
        elif sign == b"[":
            found = _class(glob, at + 1)
            yield found and found[0]
            at = found[1] if found else len(glob)
        elif sign == b"\\":
            yield One(frozenset(glob[at + 1 : at + 2])) if at + 1 < len(glob) else None
            at += 2
        else:
            yield _ANY if sign == b"?" else One(frozenset(sign))
            at += 1


def _class(glob: bytes, at: int) -> tuple[One, int] | None:
    """The character class after a bracket and its end; ``None`` if it is malformed, so that nothing matches."""
    negated = glob[at : at + 1] in (b"!", b"^")
    at += negated
    octets: set[int] = set()
    before = 0
    while True:
        here = _octet(glob, at)
        if not here:
            return None
        if here == _BACKSLASH:
            at += 1
            octets.add(here := _octet(glob, at))
        elif here == _DASH and before and _octet(glob, at + 1) not in (0, _CLOSE):
            at += 1 + (_octet(glob, at + 1) == _BACKSLASH)
            octets.update(range(before, _octet(glob, at) + 1))
            here = 0
        elif here == _OPEN and _octet(glob, at + 1) == _COLON:
            end = glob.find(b"]", at + 2)
            name = glob[at + 2 : end]
            if name.endswith(b":") or end < 0:
                if end < 0 or name[:-1] not in _POSIX:
                    return None
                octets.update(map(ord, _POSIX[name[:-1]]))
                at, here = end, 0
            else:
                octets.add(here)
        else:
            octets.add(here)
        before = here
        at += 1
        if _octet(glob, at) == _CLOSE:
            slash = {_SLASH}
            return One(frozenset(octets | slash if negated else octets - slash), negated), at + 1


def _octet(glob: bytes, at: int) -> int:
    """The byte at an index; past the end 0, which no pattern contains."""
    return glob[at] if at < len(glob) else 0
