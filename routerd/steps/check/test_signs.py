"""Tests by their signs: how a language's frameworks write a test and an assertion that depends on the target."""

from __future__ import annotations

import re
from collections import Counter

from routerd.domain.verdict import Rejected
from routerd.languages.patterns import compiled
from routerd.languages.spec import CommentStyle, Merge, Signs

_NAME = re.compile(r"[^\W\d]\w*(?:[!?](?!=))?")
_NEUTRAL = frozenset(
    (
        "true",
        "false",
        "True",
        "False",
        "null",
        "nil",
        "None",
        "undefined",
        "nullptr",
        "NULL",
        "typeof",
        "function",
        "not",
        "is",
        "in",
    )
)
"""Words of an assertion that say nothing of what is tested."""
_HANDLE = "t"
"""What every assertion of Go is given first."""
_FAILS = re.compile(r"(?i)fail|fatal|error|flunk|panic|throw|exception|err\b|verify|expected=|_equal_snapshot")
"""An assertion that does not look at its arguments, or looks at more than them."""
_BINDING = re.compile(
    r"(?P<name>[^\W\d]\w*)(?::[\w.<>?&\[\](),\- ]{1,80}?)?(?::=|(?<![=!<>:+\-*/%|&^])=)(?![=>~])"
    r"(?:\([\w<>,. ]{1,80}\))?(?P<value>(?:method\(:\w+\)|&?(?:\$?\w+(?:\.|::|:|->))*\$?\w+(?:\(\.\.\.\))?"
    r"|::?\w+|['\"`]{2}|-?\d[\w.]*))"
)
"""A name and the beginning of the value that it gets."""
_REFERENCE = re.compile(r"&?(?:\$?\w+(?:\.|::|:|->))*(?:::)?\$?(\w+)(?:\(\.\.\.\))?|method\(:(\w+)\)")
_CONSTANT = re.compile(r"['\"`]{2}|-?\d[\w.]*|true|false|True|False|null|nil|None|undefined")
_CLOSING = {"(": ")", "[": "]", "{": "}"}


def asserts_by_signs(
    added: str, signs: Signs, comments: CommentStyle, merge: Merge, targets: frozenset[str]
) -> Rejected | None:
    """What keeps added tests from being tests; words in comments, strings and imports do not count."""
    code = compiled(merge.statement, re.M).sub("", added)
    code = compiled(comments.strings_and_comments, re.S).sub(_emptied, code)
    code = re.sub(r"\s*([^\w\s'\"])\s*", r"\1", " ".join(code.split()))
    tests = [found.start() for found in compiled(signs.test).finditer(code)]
    if not tests:
        return Rejected("the reply holds no test", mechanical=True)
    groups = [_skipped(code, found) for found in compiled(signs.skipped_group, re.M).finditer(code)]
    alone = [found.start() for found in compiled(signs.skipped).finditer(code)]
    grouped = sum(any(at in group for group in groups) for at in tests)
    if grouped + sum(not any(at in group for group in groups) for at in alone) >= len(tests):
        return Rejected("every test is skipped: leave it out or test something", mechanical=True)
    code = _unaliased(code, signs)
    assertions = list(compiled(signs.assertion).finditer(code))
    if not assertions:
        return Rejected("the tests assert nothing", mechanical=True)
    aliases, constants = _names_of(code, targets)
    bare = aliases if signs.bare_name_calls else targets | aliases
    targets |= aliases
    ends = [*(found.start() for found in assertions[1:]), len(code)]
    pieces = [code[found.start() : end] for found, end in zip(assertions, ends, strict=True)]
    calls = [_calls(piece, targets) for piece in pieces]
    if all(
        _vacuous(_arguments(code, found), bare)
        or (not called and _of_constants(_arguments(code, found), found[0], constants))
        for found, called in zip(assertions, calls, strict=True)
    ):
        return Rejected("the tests assert nothing that depends on a call of what they test", mechanical=True)
    return None


def _skipped(code: str, found: re.Match[str]) -> range:
    """Where a skip of a group reaches: its block, or the whole file where the setup of its tests skips."""
    if found.groupdict().get("whole"):
        return range(len(code))
    depth = 0
    for at in range(found.start(), len(code)):
        depth += (code[at] in "({") - (code[at] in ")}")
        if depth == 0 and at >= found.end() and code[at] in ")}" and code[at + 1 : at + 2] not in ("(", "{"):
            return range(found.start(), at)
    return range(found.start(), len(code))


def _unaliased(code: str, signs: Signs) -> str:
    """The code with each name of an assertion, as in ``eq = assert.equal``, replaced by what it stands for."""
    for found in list(_BINDING.finditer(code)):
        reference = _REFERENCE.fullmatch(found["value"])
        value = (reference[2] if reference else None) or found["value"]
        if compiled(signs.assertion).fullmatch(f"{value}(") or (
            reference and reference[2] and value.startswith("assert")
        ):
            code = code.replace(found[0], " ")
            code = re.sub(rf"\b{re.escape(found['name'])}(?:\.call|\.)?\(", f"{value}(".replace("\\", r"\\"), code)
    return code


def _names_of(code: str, targets: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """Names that stand for the target without a call, and names that are bound once, to a constant."""
    aliases: set[str] = set()
    constants: set[str] = set()
    bindings = list(_BINDING.finditer(code))
    bound = Counter(found["name"] for found in bindings)
    for found in bindings:
        name, value = found["name"], found["value"]
        reference = _REFERENCE.fullmatch(value)
        called = code[found.end() : found.end() + 1] in ("(", "[", "{", "<")
        if reference and (reference[1] or reference[2]) in targets and not called:
            aliases.add(name)
        elif _CONSTANT.fullmatch(value) and bound[name] == 1 and not called:
            constants.add(name)
    return frozenset(aliases), frozenset(constants)


def _vacuous(arguments: list[str], targets: frozenset[str]) -> bool:
    """Whether an assertion names nothing but the target without a call, or compares a thing to itself."""
    whole = ",".join(arguments)
    # Strings are empty by now, so two arguments that hold one may differ.
    same = len(arguments) > 1 and arguments[0] == arguments[1] and not re.search(r"['\"`]", whole)
    if same and _NAME.search(arguments[0]):
        return True
    names = [(found[0], whole[found.end() : found.end() + 1]) for found in _NAME.finditer(whole)]
    named = {name for name, _ in names} - _NEUTRAL - {_HANDLE}
    used = any(name in targets and after in ("(", "[", "{") and after for name, after in names)
    return bool(named) and named <= targets and not used


def _calls(piece: str, targets: frozenset[str]) -> bool:
    """Whether an assertion or what follows it, up to the next one, names the target: ``expect(2).toBe(f(1))``."""
    return any(found[0] in targets for found in _NAME.finditer(piece))


def _of_constants(arguments: list[str], assertion: str, constants: frozenset[str]) -> bool:
    """Whether an assertion is about constants alone; one that fails by itself has no more, as its place is a branch."""
    whole = ",".join(arguments)
    names = {found[0] for found in _NAME.finditer(whole)} - _NEUTRAL - {_HANDLE} - constants
    return bool(whole) and not names and _FAILS.search(assertion) is None


def _arguments(code: str, found: re.Match[str]) -> list[str]:
    """The arguments of an assertion, split at its commas; none where it has no brackets."""
    start = code.find("(", found.start())
    if start < 0 or start > found.end() + 1:
        return []
    pieces, piece, waiting = list[str](), "", [")"]
    for character in code[start + 1 :]:
        if character in _CLOSING:
            waiting.append(_CLOSING[character])
        elif character == waiting[-1]:
            waiting.pop()
            if not waiting:
                return [*pieces, piece]
        elif character == "," and len(waiting) == 1:
            pieces.append(piece)
            piece = ""
            continue
        piece += character
    return []


def _emptied(found: re.Match[str]) -> str:
    """A string without its text: a title such as ``should add`` asserts nothing. A comment is a blank."""
    string = found["string"]
    if not string:
        return " "
    return string[0] * 2 if string[0] in "'\"`" else '""'
