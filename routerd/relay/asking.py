"""How a command asks a running daemon about itself; an editor's relay needs none of it."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping

from routerd import __version__
from routerd.relay.place import find_place
from routerd.relay.protocol import CONTROL, LONGEST_LINE, PROTOCOL, hello, parsed_hello
from routerd.system.local_sockets import connected

_ANSWER_S = 3.0
_LONGEST_ANSWER = 65_536
"""Bytes."""

Told = dict[str, object]


def ask_daemon(command: Mapping[str, object], environ: Mapping[str, str] = os.environ) -> Told | None:
    """The daemon's answer; ``None`` where none runs. Raises OSError where one cannot be asked, with the reason."""
    try:
        channel = connected(find_place(environ).socket, _ANSWER_S)
    except FileNotFoundError:
        return None
    if channel is None:
        return None
    try:
        channel.limit(_ANSWER_S)
        channel.write(hello(__version__, CONTROL))
        met = parsed_hello(channel.line(LONGEST_LINE))
        if met is None:
            return None
        if met[0] != PROTOCOL:
            raise OSError(f"the daemon is of version {met[1]}, process {met[2]}, which this one cannot talk to")
        channel.write(json.dumps(dict(command)).encode() + b"\n")
        answer = channel.line(_LONGEST_ANSWER)
    except TimeoutError:
        raise OSError(f"the daemon did not answer within {_ANSWER_S:g} seconds") from None
    finally:
        channel.close()
    told = json.loads(answer) if answer else None
    return told if isinstance(told, dict) else None
