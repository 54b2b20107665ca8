"""`routerd demo`: starts the daemon over stdio, acts as an editor on a sample package, and shows each step."""

from __future__ import annotations

import os
import shutil
import tempfile
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer
from rich.cells import cell_len
from rich.markdown import Markdown

from routerd.domain.money import dollars
from routerd.frontends.cli import demo_paid, screen
from routerd.frontends.cli.opening import Config
from routerd.frontends.cli.stdio_client import StdioClient
from routerd.frontends.shapes import Json
from routerd.languages import language_of

_TARGET = "parse_header"
_RULE_MARGIN = 4
"""Columns that rich keeps of a rule beside its words; with fewer it cuts the words."""


def demo(
    http: Annotated[
        bool, typer.Option("--http", help="show the gateway instead: one request of the openai SDK")
    ] = False,
    config: Config = None,
) -> int:
    """Run every action on a sample file, as an editor would.

    Then one that is refused, escalated and billed, on a model that this machine plays. It needs no key.
    """
    if http:
        from routerd.frontends.cli import demo_http  # noqa: PLC0415  # only this needs aiohttp

        demo_http.run()
        return 0
    with tempfile.TemporaryDirectory(prefix="routerd-demo-") as folder:
        root = Path(folder) / "sample"
        with resources.as_file(resources.files("routerd") / "data" / "sample") as sample:
            shutil.copytree(sample, root)
        path = root / "parcel" / "labels.py"
        # Alone: it leaves nothing behind.
        arguments = ["serve", "--solo", *(["--config", str(config)] if config else [])]
        with StdioClient(arguments, root, os.environ) as client:
            _show(client, path)
    demo_paid.show()
    return 0


def _show(client: StdioClient, path: Path) -> None:
    text = path.read_text("utf-8")
    uri = path.absolute().as_uri()
    name = client.start()
    _title(f"An editor starts {name} over stdio and opens {path.name}")
    client.notify(
        "textDocument/didOpen",
        {"textDocument": {"uri": uri, "languageId": language_of(uri), "version": 1, "text": text}},
    )
    line = next(number for number, line in enumerate(text.splitlines()) if f"def {_TARGET}" in line)
    at = {"line": line, "character": len("def ")}
    where = {"textDocument": {"uri": uri}, "position": at}

    _title(f"Hover over {_TARGET}: what each action would cost, before anything is sent")
    hover = client.request("textDocument/hover", where)
    screen.console().print(Markdown(hover["contents"]["value"]))

    _title("The code action menu")
    menu = client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}},
    )
    for entry in menu:
        screen.console().print(f"  {entry['title']}", markup=False)
    for entry in menu:
        argument = entry["command"]["arguments"][0]
        _title(entry["title"])
        _action(client.request("routerd/run", {**argument, "apply": False}), client)


def _action(outcome: Json, client: StdioClient) -> None:
    route, attempts = outcome["route"], outcome["attempts"]
    if route:
        screen.console().print(f"route     {route['tier']} → {route['model']}: {route['reason']}", markup=False)
    if outcome["estimate"]:
        cost = outcome["estimate"]["cost"]
        expected = dollars(None) if cost is None else f"{cost['low']} to {cost['high']} dollars"
        keyed = outcome["estimate"]["with_key"]
        beside = f"; with a key, {keyed['model']}: {keyed['price']}" if keyed else ""
        screen.console().print(f"estimate  {expected}{beside}", markup=False)
    for attempt in attempts:
        usage = attempt["usage"]
        screen.console().print(
            f"receipt   {attempt['provider']}/{attempt['model']}: {attempt['status']}, {usage['input']} in, "
            f"{usage['output']} out, {attempt['cost']} dollars, {attempt['ms']} ms",
            markup=False,
        )
    screen.console().print(f"outcome   {outcome['status']}: {outcome['message']}", markup=False)
    if outcome["edit"]:
        screen.diff(client.diff_of(outcome["edit"]))
    for finding in outcome["diagnostics"] or ():
        line = finding["range"]["start"]["line"] + 1
        screen.console().print(f"  line {line}: {finding['message']}", markup=False)
    if outcome["document"]:
        screen.console().print(Markdown(outcome["document"]))


def _title(words: str) -> None:
    screen.console().print()
    if cell_len(words) + _RULE_MARGIN <= screen.console().width:
        screen.console().rule(words, align="left")
    else:
        screen.console().print(words, markup=False)  # a rule would cut the price, which stands last
