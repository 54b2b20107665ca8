"""The daemon's log: where it goes and what must never be in it, which is the users' code, instructions and keys."""

from __future__ import annotations

import logging
import sys
import traceback
from pathlib import Path
from types import TracebackType

from pygls.exceptions import JsonRpcException, JsonRpcInternalError

from routerd.system.private_files import private_file

_Fault = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class RedactingFilter(logging.Formatter):
    """Leaves out what a library fills into its messages, and what exceptions say beside their type.

    pygls logs whole messages and parameters, and any exception may quote the text that it fell over;
    routerd's own messages are written with that in mind and pass as they are.
    """

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One record as text."""
        if not record.name.startswith("routerd"):
            record = logging.makeLogRecord({**record.__dict__, "args": (), "exc_text": None})
            record.msg = str(record.msg).partition("\n")[0].replace("%s", "…").replace("%r", "…")
        return super().format(record)

    def formatException(self, ei: _Fault) -> str:  # noqa: N802  # logging's own name
        """Where it happened and of what type it is, without its text."""
        kind, _, trace = ei
        name = kind.__name__ if kind else "unknown"
        return "".join((*traceback.format_tb(trace), name))


_TALKATIVE = ("pygls", "openai", "httpx2", "httpcore2")
"""They log whole messages, prompts and addresses below a warning, the openai package where OPENAI_LOG says so."""


def refused(fault: object) -> bool:
    """Whether a message was refused for its content, and not by a fault of routerd's own."""
    return isinstance(fault, JsonRpcException) and not isinstance(fault, JsonRpcInternalError)


def _ours_or_a_warning(record: logging.LogRecord) -> bool:
    """Holds whatever level a library gives its loggers when it is imported later.

    A request that was refused is no fault: whoever asked has its sentence, and the log needs no trace of it.
    """
    if record.exc_info and refused(record.exc_info[1]):
        return False
    return record.levelno >= logging.WARNING or record.name.partition(".")[0] == "routerd"


def set_up(level: str, file: Path | None) -> None:
    """Send the log to a file, else to stderr; libraries never log below a warning."""
    if file:
        private_file(file)
    handler = logging.FileHandler(file, encoding="utf-8") if file else logging.StreamHandler(sys.stderr)
    handler.setFormatter(RedactingFilter())
    handler.addFilter(_ours_or_a_warning)
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger("routerd").setLevel(level.upper())
