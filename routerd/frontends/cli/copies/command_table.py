"""The table of commands, from the command line itself: for the program's help and for shell completion."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

from typer.main import get_command

from routerd.frontends.cli.main import MODULES, program
from routerd.frontends.cli.server import LEVELS
from routerd.frontends.shapes import Json

_HEAD = '''\
"""Every command with its help, options and arguments. Written by `routerd manifest --write`: change the commands."""

from __future__ import annotations

FILES = "files"
"""The kind of a value that is the name of a file or folder."""

SHELLS = {shells}
"""Those that completion knows."""

WORDS: dict[str, tuple[str, ...]] = {{
{words}}}
"""Kinds of values that are one of a few words."""

COMMANDS: dict[str, tuple[str, dict[str, tuple[str, str]], tuple[str, ...], bool]] = {{
{commands}}}
"""By name, the program itself as "": its help; its options, each with its kind of value (empty: a switch) and help; the
kinds of its arguments; and whether the last argument may be repeated."""
'''

_SHELLS = ("bash", "zsh", "fish")
_TEXT = "text"


def render(manifest: Json, _: str) -> str:
    """The whole module, as ruff formats it."""
    words = {
        "ACTION": [action["name"] for action in manifest["actions"] if action["placed"]],
        "TIER": manifest["tiers"],
        "LEVEL": LEVELS,
        "SHELL": _SHELLS,
    }
    rows = "".join(
        f"    {_quoted(name)}: (\n"
        f"        {_quoted(_sentence(command.help))},\n"
        f"        {_options(command, words)},\n"
        f"        {_tuple([_kind(argument, words) for argument in _arguments(command)])},\n"
        f"        {any(argument.nargs == -1 for argument in _arguments(command))},\n"
        "    ),\n"
        for name, command in _commands("", get_command(program(tuple(MODULES))))
    )
    known = "".join(f"    {_quoted(kind)}: {_tuple(some)},\n" for kind, some in words.items())
    return _HEAD.format(shells=_tuple(_SHELLS), words=known, commands=rows)


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    yield name, command
    for below, inner in getattr(command, "commands", {}).items():
        yield from _commands(f"{name} {below}".strip(), inner)


def _arguments(command: Any) -> list[Any]:
    return [parameter for parameter in command.params if parameter.param_type_name == "argument"]


def _options(command: Any, words: Json) -> str:
    options = [parameter for parameter in command.params if parameter.param_type_name == "option"]
    rows = [
        f"            {_quoted(name)}: ({_quoted('' if option.is_flag else _kind(option, words))}, "
        f"{_quoted(option.help or '')}),\n"
        for option in options
        for name in option.opts
        if not option.hidden
    ]
    return f'{{\n{"".join(rows)}            "--help": ("", "show this help"),\n        }}'


def _kind(parameter: Any, words: Json) -> str:
    """What a value is, by the name that the help gives it; what has no such name is free text."""
    metavar = (parameter.metavar or "").strip("[].…")
    if metavar in words:
        return metavar
    return "files" if metavar.startswith(("FILE", "LOG", "PATH")) else _TEXT


def _sentence(text: str) -> str:
    """The first sentence, as a screen of the help has one line for it."""
    first, _, _ = " ".join(text.split()).partition(". ")
    return first.rstrip(".") + "."


def _tuple(words: Sequence[str]) -> str:
    return f"({', '.join(map(_quoted, words))}{',' if len(words) == 1 else ''})"


def _quoted(text: str) -> str:
    """A literal in the quotation marks that ruff prefers: double ones, unless the text has those and no others."""
    return repr(text) if '"' in text and "'" not in text else json.dumps(text, ensure_ascii=False)
