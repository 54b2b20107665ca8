"""Tests by their signs: how a language's frameworks write a test, an assertion and an honest skip."""

from __future__ import annotations

import re

from routerd.domain.verdict import Rejected
from routerd.languages.patterns import compiled
from routerd.languages.spec import CommentStyle, Merge, Signs


def asserts_by_signs(added: str, signs: Signs, comments: CommentStyle, merge: Merge) -> Rejected | None:
    """What keeps added tests from being tests; words in comments, strings and imports do not count."""
    code = compiled(merge.statement, re.M).sub("", added)
    code = compiled(comments.strings_and_comments, re.S).sub(_emptied, code)
    code = re.sub(r"\s*([^\w\s'\"])\s*", r"\1", " ".join(code.split()))
    if not compiled(signs.test).search(code):
        return Rejected("the reply holds no test", mechanical=True)
    if not (compiled(signs.assertion).search(code) or compiled(signs.skip).search(code)):
        return Rejected("the tests assert nothing", mechanical=True)
    return None


def _emptied(found: re.Match[str]) -> str:
    """A string without its text: a title such as ``should add`` asserts nothing. A comment is a blank."""
    string = found["string"]
    if not string:
        return " "
    return string[0] * 2 if string[0] in "'\"`" else '""'
