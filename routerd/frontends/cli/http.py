"""`routerd http env`: how a client is pointed at the gateway: variables for a shell, and files that it reads."""

from __future__ import annotations

import json
import os
import shlex
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

import typer

from routerd.app.client_settings import CLIENTS, ClientSettings, client_settings
from routerd.app.http_place import DEFAULT_ADDRESS, HttpPlace
from routerd.app.http_tokens import HttpTokens
from routerd.domain.errors import RouterdError, UsageError
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.system.regular_files import read_regular
from routerd.system.streams import write_private

commands = typer.Typer(
    help="Set other programs up to ask through the gateway.", no_args_is_help=True, rich_markup_mode=None
)

_MOST_BYTES = 1_000_000
_TOKEN = "ROUTERD_TOKEN"  # noqa: S105  # the name of a variable
_HEALTH_S = 5.0
_LOOPBACK = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # nothing is bound here

Write = Annotated[bool, typer.Option("--write", help="write the files where there are none, and print the rest")]
Address = Annotated[str | None, typer.Argument(metavar="HOST:PORT")]
Url = Annotated[str | None, typer.Option("--url", metavar="URL", help="a team's gateway; its token is ROUTERD_TOKEN")]
Client = Annotated[str, typer.Argument(metavar="CLIENT", help=", ".join(CLIENTS))]


@commands.callback()
def _group() -> None:
    """Commands of the gateway."""


@commands.command()
def env(client: Client, url: Url = None, write: Write = False, as_json: AsJson = False, config: Config = None) -> int:
    """Print the variables and files that point a client at the gateway, with a token of its own."""
    if client not in CLIENTS:
        raise UsageError(f"There is no client '{client}'; there are {', '.join(CLIENTS)}.")
    found = _own(client, config) if url is None else _of_a_team(client, url)
    if as_json:
        typer.echo(json.dumps(found.as_json(), indent=2))
        return 0
    for name, value in found.env.items():
        typer.echo(f"export {name}={shlex.quote(value)}")
    for path, text in found.files.items():
        if write:
            _write(Path(path).expanduser(), text)
            continue
        typer.echo(f"\n# {path}\n{text}", nl=False)
    return 0


def _own(client: str, config: Path | None) -> ClientSettings:
    """For the gateway of this machine."""
    running = HttpPlace().address()
    with opened(config) as app:
        address = running or app.settings.http.listen or DEFAULT_ADDRESS
    if running is None:
        screen.note(f"routerd: no gateway runs: start it with 'routerd serve --http {address}'.")
    return client_settings(client, f"http://{address}", HttpTokens().of(client))


def _of_a_team(client: str, url: str) -> ClientSettings:
    """For a gateway elsewhere. Raises UsageError for a URL that is none, and without its token."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/") or parts.query:
        raise UsageError(f"'{url}' is no address of a gateway: write it as https://ai.example.com, without a path.")
    token = os.environ.get(_TOKEN)
    if not token:
        raise UsageError(f"Put your token, which 'routerd token add' printed, into the variable {_TOKEN}.")
    return client_settings(client, url.rstrip("/"), token)


@commands.command()
def health(address: Address = None) -> int:
    """Say whether a gateway answers: exit code 0 or 1. Without an address, the one that runs on this machine."""
    where = address or HttpPlace().address()
    if where is None:
        raise RouterdError("No gateway runs on this machine.")
    host, colon, port = where.rpartition(":")
    if not (colon and port.isascii() and port.isdigit()):
        raise UsageError(f"'{where}' is no address: write HOST:PORT, such as {DEFAULT_ADDRESS}.")
    # What listens on every address is asked at the loopback one.
    host = _LOOPBACK.get(host.strip("[]"), host.strip("[]"))
    connection = HTTPConnection(host, int(port), timeout=_HEALTH_S)
    try:
        connection.request("GET", "/health")
        status = connection.getresponse().status
    except (OSError, HTTPException) as fault:
        raise RouterdError(f"The gateway at {where} does not answer ({fault}).") from None
    finally:
        connection.close()
    if status != HTTPStatus.OK:
        raise RouterdError(f"The gateway at {where} answers with status {status}.")
    return 0


def _write(path: Path, text: str) -> None:
    """Write a client's file where there is none. Raises UsageError where there is another one."""
    if path.exists():
        try:
            same = read_regular(path, _MOST_BYTES) == text.encode()
        except OSError:
            same = False
        if not same:
            raise UsageError(f"{path} exists already: put into it by hand what this prints without --write.")
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    write_private(path, text)
