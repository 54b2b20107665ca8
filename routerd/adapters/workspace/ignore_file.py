"""Matches all patterns of one ``.gitignore`` at once, in time linear in the path, without backtracking.

The patterns are one automaton whose states are the bits of an integer; paths are matched folder by folder, so that
common prefixes are matched once.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from routerd.adapters.workspace.ignore_pattern import One, Pattern, Token, Wild

_SLASH = ord("/")
_FOLDERS = (Wild.FOLDERS, Wild.ALL, One(frozenset({_SLASH})))
"""``**/`` as three states: the first leads to the second or past the third."""

_Sets = defaultdict[object, list[int]]
"""Sets of states by kind."""


class IgnoreFile:
    """The patterns of one file; the last that matches decides. Paths are relative to the file's folder."""

    def __init__(self, patterns: Iterable[Pattern]) -> None:
        self._takes_in: list[bool] = []
        """By pattern number."""
        self._literal: dict[tuple[bytes, bool], int] = {}
        """The number of the last pattern for a name or path, and whether it matches folders only."""
        self._number: dict[int, int] = {}
        """The pattern's number by its last state."""
        sets = _Sets(list)
        state = 0
        for number, pattern in enumerate(patterns):
            self._takes_in.append(pattern.negated)
            if pattern.literal is not None:
                self._literal[pattern.literal, pattern.folders_only] = number
                continue
            sets["begin"].append(state)
            for token in pattern.tokens:
                for part in _FOLDERS if token is Wild.FOLDERS else (token,):
                    _put(sets, part, state)
                    state += 1
            sets["folders only" if pattern.folders_only else "end"].append(state)
            self._number[state] = number
            state += 1
        self.states = state
        """The number of states; the time for each byte of a path is proportional to it."""
        # A kind without an entry is in no pattern, so no state is of it: 0 is its set.
        self._sets = {kind: _bits(found, state) for kind, found in sets.items()}
        self._names, self._all, self._folders = (
            self._sets.get(kind, 0) for kind in (Wild.NAME, Wild.ALL, Wild.FOLDERS)
        )
        self._end, self._folder_end = self._sets.get("end", 0), self._sets.get("folders only", 0)
        self.begin = self._closed(self._sets.get("begin", 0))
        """The initial states."""

    def walked(self, states: int, octets: bytes) -> int:
        """The states after further bytes."""
        for octet in octets:
            if not states:
                break
            one = self._sets.get(octet, 0)
            staying = self._all
            if octet != _SLASH:
                one |= self._sets.get("any but", 0) & ~self._sets.get(("not", octet), 0)
                staying |= self._names
            states = self._closed((states & one) << 1 | states & staying)
        return states

    def _closed(self, states: int) -> int:
        """Adds the states reachable by empty matches."""
        while True:
            folders = states & self._folders
            more = states | (states & (self._names | self._all) | folders) << 1 | folders << len(_FOLDERS)
            if more == states:
                return states
            states = more

    def verdict(self, states: int, path: bytes, *, is_folder: bool) -> bool | None:
        """Whether a matched path is ignored; ``None`` if no pattern matches it."""
        ended = states & (self._end | self._folder_end if is_folder else self._end)
        last = self._number[ended.bit_length() - 1] if ended else -1
        for literal in (b"/" + path, path.rpartition(b"/")[2]):
            for folders_only in (False, True) if is_folder else (False,):
                last = max(last, self._literal.get((literal, folders_only), -1))
        return None if last < 0 else not self._takes_in[last]


def _put(sets: _Sets, token: Token, state: int) -> None:
    if isinstance(token, Wild):
        sets[token].append(state)
    elif token.negated:
        sets["any but"].append(state)
        for octet in token.octets:
            sets["not", octet].append(state)
    else:
        for octet in token.octets:
            sets[octet].append(state)


def _bits(states: Iterable[int], size: int) -> int:
    octets = bytearray(size // 8 + 1)
    for state in states:
        octets[state >> 3] |= 1 << (state & 7)
    return int.from_bytes(octets, "little")
