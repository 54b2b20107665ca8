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
Remote = Annotated[bool, typer.Option("--allow-remote", help="with --tcp: let other machines connect")]
Root = Annotated[Path | None, typer.Option("--root", metavar="DIR", help="with --tcp: read no file outside of it")]


def default(
    context: typer.Context, config: Config = None, log_file: LogFile = None, log_level: LogLevel = "warning"
) -> int:
    """Serve on stdio when no command is named."""
    return serve(config=config, log_file=log_file, log_level=log_level) if context.invoked_subcommand is None else 0


def serve(  # each parameter is an option of the command line
    tcp: Tcp = None,
    allow_remote: Remote = False,
    root: Root = None,
    config: Config = None,
    log_file: LogFile = None,
    log_level: LogLevel = "warning",
) -> int:
    """Run the daemon: LSP on stdio, or over TCP with a token."""
    from routerd.frontends.lsp import Listen  # noqa: PLC0415  # no other command needs pygls
    from routerd.frontends.lsp import serve as run  # noqa: PLC0415  # as above

    if log_level not in ("debug", "info", "warning", "error"):
        raise UsageError(f"There is no log level '{log_level}'; there are debug, info, warning and error.")
    if tcp is None and (allow_remote or root is not None):
        raise UsageError("--allow-remote and --root belong to --tcp HOST:PORT.")
    if tcp is None:
        return run(config_file=config, log_file=log_file, log_level=log_level)
    folder = (root or Path()).absolute()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: --root names the one whose files clients may have read.")
    where = Listen(*_address(tcp), remote=allow_remote)
    return run(config_file=config, tcp=where, root=folder, log_file=log_file, log_level=log_level)


def _address(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    plain = ":" not in host or (len(host) - len(bare) == 2)
    if not colon or not plain or not (port.isascii() and port.isdigit()) or int(port[:6]) > 65_535:
        raise UsageError(f"'{written}' is no address: write HOST:PORT, such as 127.0.0.1:4389.")
    return bare or "127.0.0.1", int(port)
