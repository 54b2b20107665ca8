"""The manual page, in the man macros that every Unix reads: from the command line itself, for `man routerd`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from routerd.frontends.cli.main import MODULES, program
from routerd.frontends.shapes import Json

_TAIL = """\
.SH EXIT STATUS
.TP
0
done
.TP
1
failed
.TP
2
wrong use, or a fault in the configuration
.TP
3
refused, by a budget or for lack of trust
.TP
130
cancelled
.SH ENVIRONMENT
.TP
ROUTERD_CONFIG
the configuration file, instead of the user's own
.SH FILES
.TP
routerd/config.toml
below the configuration folder of the platform;
.B routerd config init
writes it, and
.B routerd config show \\-\\-where
says which files count
.TP
\\&.routerd.toml
at the root of a project; it may lower what the user has, and names no provider, key or price
.TP
routerd/ledger.db
below the data folder of the platform: every attempt and its cost
.SH SEE ALSO
.BR git (1)
"""


def render(manifest: Json, _: str) -> str:
    """The whole page; without a date, so that it changes only when a command does."""
    root = get_command(program(tuple(MODULES)))
    return "".join(
        [
            '.\\" Written by `routerd manifest --write`: change the commands.\n',
            f'.TH ROUTERD 1 "" "routerd {_text(manifest["version"])}"\n',
            f".SH NAME\nrouterd \\- {_text((root.help or '').rstrip('.'))}\n",
            ".SH SYNOPSIS\n.B routerd\n.RI [ options ]\n.I command\n.RI [ arguments ]\n",
            ".SH DESCRIPTION\nWithout a command it serves an editor over standard input and output, by LSP.\n",
            *_options(root),
            ".SH ACTIONS\n",
            *(f".TP\n.B {_text(one['name'])}\n{_text(one['help'])}\n" for one in manifest["actions"]),
            ".SH COMMANDS\n",
            *(part for name, command in _commands("", root) for part in _command(name, command)),
            _TAIL,
        ]
    )


def _commands(name: str, command: Any) -> Iterator[tuple[str, Any]]:
    below = getattr(command, "commands", {})
    if name and not below:
        yield name, command
    for inner, found in below.items():
        yield from _commands(f"{name} {inner}".strip(), found)


def _command(name: str, command: Any) -> Iterator[str]:
    arguments = [one for one in command.params if one.param_type_name == "argument"]
    places = " ".join(_text(one.metavar or one.name.upper()) for one in arguments)
    yield f".SS routerd {_text(name)}{f' {places}' if places else ''}\n"
    yield "\n.PP\n".join(_text(" ".join(part.split())) for part in (command.help or "").split("\n\n")) + "\n"
    for one in arguments:
        if one.help:
            yield f".TP\n.I {_text(one.metavar or one.name.upper())}\n{_text(one.help)}\n"
    yield from _options(command)


def _options(command: Any) -> Iterator[str]:
    for option in command.params:
        if option.param_type_name == "option" and not option.hidden:
            names = ", ".join(_text(name) for name in option.opts)
            value = "" if option.is_flag else f" \\fI{_text(option.metavar or option.name.upper())}\\fR"
            yield f".TP\n\\fB{names}\\fR{value}\n{_text(option.help or '')}\n"


def _text(words: str) -> str:
    """Words as roff prints them: a hyphen stays one that can be copied, and no line begins with a request."""
    escaped = words.replace("\\", "\\e").replace("-", "\\-")
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped
