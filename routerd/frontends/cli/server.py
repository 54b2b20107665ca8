"""`routerd serve`: an editor's way to the daemon, on stdio unless told otherwise."""

from __future__ import annotations

from collections.abc import Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routerd import __version__
from routerd.domain.errors import UsageError
from routerd.domain.origin import Origin
from routerd.frontends.cli.opening import Config

if TYPE_CHECKING:
    from routerd.frontends.lsp.serve import Beside
    from routerd.frontends.lsp.shared import SharedServices

LogFile = Annotated[Path | None, typer.Option("--log-file", metavar="FILE", help="write the log there")]
LEVELS = ("debug", "info", "warning", "error")
_QUIET = "warning"
LogLevel = Annotated[str, typer.Option("--log-level", metavar="LEVEL", help="debug, info, warning or error")]
Version = Annotated[bool, typer.Option("--version", "-V", help="print the version")]
Tcp = Annotated[str | None, typer.Option("--tcp", metavar="HOST:PORT", help="listen there instead of stdio")]
Http = Annotated[str | None, typer.Option("--http", metavar="HOST:PORT", help="serve other programs there, not stdio")]
OnStdio = Annotated[bool, typer.Option("--stdio", help="with --http: serve an editor on stdio as well")]
Remote = Annotated[bool, typer.Option("--allow-remote", help="with --tcp or --http: let other machines connect")]
Solo = Annotated[bool, typer.Option("--solo", help="serve this editor alone, without the shared daemon")]
Root = Annotated[Path | None, typer.Option("--root", metavar="DIR", help="with --tcp: read no file outside of it")]


def default(  # each parameter is an option of the program
    context: typer.Context,
    version: Version = False,
    config: Config = None,
    log_file: LogFile = None,
    log_level: LogLevel = _QUIET,
) -> int:
    """Serve on stdio when no command is named.

    Raises UsageError for an option before a command: it would be lost there.
    """
    if version:
        typer.echo(f"routerd {__version__}")
        raise typer.Exit
    _check(log_level)
    command = context.invoked_subcommand
    if command is None:
        return serve(config=config, log_file=log_file, log_level=log_level)
    given = {"--config": config is not None, "--log-file": log_file is not None, "--log-level": log_level != _QUIET}
    for option in (name for name, is_given in given.items() if is_given):
        raise UsageError(f"Write {option} after the command, as in: routerd {command} {option} …")
    return 0


def serve(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    tcp: Tcp = None,
    http: Http = None,
    stdio: OnStdio = False,
    allow_remote: Remote = False,
    root: Root = None,
    solo: Solo = False,
    config: Config = None,
    log_file: LogFile = None,
    log_level: LogLevel = _QUIET,
) -> int:
    """Serve an editor over stdio or TCP, or others over HTTP.

    On stdio from the user's one daemon; a log of its own or a gateway, like ``--solo``, needs a process of its own.
    """
    _check(log_level)
    if not (tcp or http or solo or allow_remote or root or log_file) and log_level == _QUIET:
        from routerd.relay.relay import relay  # noqa: PLC0415  # no other command needs it

        relay(str(config.expanduser().absolute()) if config else "")
    address = _address(tcp) if tcp else None
    beside = _gateway(*_address(http), config, remote=allow_remote) if http else None
    from routerd.frontends.lsp import serve as run  # noqa: PLC0415  # no other command needs pygls
    from routerd.frontends.lsp.tcp import Listen  # noqa: PLC0415  # as above

    if tcp is None and root is not None:
        raise UsageError("--root belongs to --tcp HOST:PORT.")
    if tcp is None and http is None and allow_remote:
        raise UsageError("--allow-remote belongs to --tcp or --http HOST:PORT.")
    if address is None:
        on_stdio = stdio or beside is None
        return run(config_file=config, stdio=on_stdio, log_file=log_file, log_level=log_level, beside=beside)
    folder = (root or Path()).absolute()
    if not folder.is_dir():
        raise UsageError(f"{folder} is no folder: --root names the one whose files clients may have read.")
    where = Listen(*address, remote=allow_remote)
    return run(config_file=config, tcp=where, root=folder, log_file=log_file, log_level=log_level, beside=beside)


def _gateway(host: str, port: int, config: Path | None, *, remote: bool) -> Beside:
    """The gateway as a server beside LSP; it sees the user's own settings, and no project's."""
    from routerd.frontends.http import HttpListen, gateway  # noqa: PLC0415  # only this needs aiohttp

    def beside(shared: SharedServices) -> Coroutine[object, object, None]:
        where = HttpListen(host, port, remote)
        return gateway(lambda: shared.app(None, shared.open().session_keys(), config, {}, Origin("http")), where)

    return beside


def _check(level: str) -> None:
    if level not in LEVELS:
        raise UsageError(f"There is no log level '{level}'; there are {', '.join(LEVELS)}.")


def _address(written: str) -> tuple[str, int]:
    host, colon, port = written.rpartition(":")
    bare = host.removeprefix("[").removesuffix("]")
    plain = ":" not in host or (len(host) - len(bare) == 2)
    if not colon or not plain or not (port.isascii() and port.isdigit()) or int(port[:6]) > 65_535:
        raise UsageError(f"'{written}' is no address: write HOST:PORT, such as 127.0.0.1:4389.")
    return bare or "127.0.0.1", int(port)
