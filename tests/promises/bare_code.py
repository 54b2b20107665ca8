"""The code of a text without its comments, by a scanner that shares nothing with routerd's own grammars."""

from __future__ import annotations

import ast
import re

_LINE, _BLOCK = r"//[^\r\n]*", r"/\*.*?(?:\*/|\Z)"
_QUOTED = r"\"(?:\\.|[^\"\\\r\n])*\"?"
_SINGLE = r"'(?:\\.|[^'\\\r\n])*'?"
_CHARACTER = r"'(?:\\[^\r\n]{1,10}?|[^'\\\r\n])'"
_TEMPLATE = r"`(?:\\.|[^`\\])*`?"
_KINDS = {
    "c": (f"{_LINE}|{_BLOCK}", f"{_QUOTED}|{_CHARACTER}"),
    "cpp": (f"{_LINE}|{_BLOCK}", rf'R"\(.*?\)"|{_QUOTED}|{_CHARACTER}'),
    "csharp": (f"{_LINE}|{_BLOCK}", rf'\$?@\$?"(?:""|[^"])*"|{_QUOTED}|{_CHARACTER}'),
    "go": (f"{_LINE}|{_BLOCK}", f"`[^`]*`|{_QUOTED}|{_CHARACTER}"),
    "java": (f"{_LINE}|{_BLOCK}", rf'""".*?"""|{_QUOTED}|{_CHARACTER}'),
    "javascript": (f"{_LINE}|{_BLOCK}", f"{_TEMPLATE}|{_QUOTED}|{_SINGLE}"),
    "kotlin": (f"{_LINE}|{_BLOCK}", rf'""".*?"""|{_QUOTED}|{_CHARACTER}|`[^`\r\n]*`'),
    "lua": (
        r"--\[(?P<long>=*)\[.*?(?:\](?P=long)\]|\Z)|--[^\r\n]*",
        rf"\[(?P<level>=*)\[.*?\](?P=level)\]|{_QUOTED}|{_SINGLE}",
    ),
    "php": (rf"\#(?!\[)[^\r\n]*|{_LINE}|{_BLOCK}", f"{_QUOTED}|{_SINGLE}"),
    "ruby": (r"^=begin\b.*?^=end[^\r\n]*|\#[^\r\n]*", rf"%[qQwWiI]?\([^)]*\)|{_QUOTED}|{_SINGLE}"),
    "rust": (f"{_LINE}|{_BLOCK}", rf'r(?P<marks>#*)".*?"(?P=marks)|{_QUOTED}|{_CHARACTER}'),
}
_SAME = {"javascriptreact": "javascript", "typescript": "javascript", "typescriptreact": "javascript"}


def bare_code(text: str, language: str) -> str:
    """What a compiler reads of a text: of Python its tree without docstrings, else its lines without comments."""
    if language == "python":
        return _python(text)
    comments, strings = _KINDS[_SAME.get(language, language)]
    kept = re.sub(
        rf"(?P<comment>{comments})|(?P<string>{strings})",
        lambda found: found.group() if found["string"] is not None else " ",
        text,
        flags=re.S | re.M,
    )
    return "\n".join(" ".join(line.split()) for line in re.split(r"\r\n|\r|\n", kept) if line.strip())


def _python(text: str) -> str:
    """The tree without documentation; of a text that does not parse, its lines without comments and bare strings."""
    try:
        tree = ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError):
        bare = re.sub(r"^[ \t]*[rRuU]?(\"{3}|'{3}).*?\1|#[^\r\n]*", "", text, flags=re.S | re.M)
        return "\n".join(line.rstrip() for line in bare.splitlines() if line.strip())
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0] if node.body else None
            if (
                isinstance(first, ast.Expr)
                and isinstance(first.value, ast.Constant)
                and isinstance(first.value.value, str)
            ):
                node.body = node.body[1:] or [ast.Pass()]
    return ast.dump(tree)
