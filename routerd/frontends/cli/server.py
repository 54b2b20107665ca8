"""`routerd serve`: the daemon, on stdio unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from routerd.domain.errors import UsageError
from routerd.frontends.cli.opening import Config

LogFile = Annotated[Path | None, typer.Option("--log-file", metavar="FILE", help="write the log there")]
LogLevel = Annotated[str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error")]
Tcp = Annotated[str | None, typer.Option("--tcp", metavar="HOST:PORT", help="listen there instead of stdio")]


def default(
    context: typer.Context, config: Config = None, log_file: LogFile = None, log_level: LogLevel = "warning"
) -> int:
    """Serve on stdio when no command is named."""
    return serve(config=config, log_file=log_file, log_level=log_level) if context.invoked_subcommand is None else 0


def serve(tcp: Tcp = None, config: Config = None, log_file: LogFile = None, log_level: LogLevel = "warning") -> int:
    """Run the daemon: LSP on stdio, or on a TCP port of this machine."""
    from routerd.frontends.lsp import serve as run  # noqa: PLC0415  # no other command needs pygls

    if log_level not in ("debug", "info", "warning", "error"):
        raise UsageError(f"There is no log level '{log_level}'; there are debug, info, warning and error.")
    return run(config_file=config, tcp=_address(tcp) if tcp else None, log_file=log_file, log_level=log_level)


def _address(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65_535:
        raise UsageError(f"'{written}' is no address: write HOST:PORT, such as 127.0.0.1:4389.")
    return host or "127.0.0.1", int(port)
