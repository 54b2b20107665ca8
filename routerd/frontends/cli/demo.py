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

_LABELS, _RATES = "labels.py", "rates.py"
_TARGET = "parse_header"
_SHOWN = (
    ("document", _LABELS, _TARGET),
    ("test", _RATES, "base_rate"),
    ("review", _LABELS, "read_labels"),
    ("design", _LABELS, _TARGET),
)
"""The action, the file and the function that each answer is shown for: where the built-in engine has one."""
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
        package = root / "parcel"
        # Alone: it leaves nothing behind.
        arguments = ["serve", "--solo", *(["--config", str(config)] if config else [])]
        with StdioClient(arguments, root, os.environ) as client:
            _show(client, package)
    demo_paid.show()
    return 0


def _show(client: StdioClient, package: Path) -> None:
    name = client.start()
    _title(f"An editor starts {name} over stdio and opens {_LABELS}")
    for file in (_LABELS, _RATES):
        uri = (package / file).absolute().as_uri()
        text = (package / file).read_text("utf-8")
        client.notify(
            "textDocument/didOpen",
            {"textDocument": {"uri": uri, "languageId": language_of(uri), "version": 1, "text": text}},
        )

    _title(f"Hover over {_TARGET}: what each action would cost, before anything is sent")
    uri, at = _place(package / _LABELS, _TARGET)
    hover = client.request("textDocument/hover", {"textDocument": {"uri": uri}, "position": at})
    screen.console().print(Markdown(hover["contents"]["value"]))

    _title("The code action menu")
    for entry in _menu(client, package / _LABELS, _TARGET):
        screen.console().print(f"  {entry['title']}", markup=False)
    for action, file, function in _SHOWN:
        menu = _menu(client, package / file, function)
        entry = next(one for one in menu if one["command"]["arguments"][0]["action"] == action)
        _title(entry["title"])
        _action(client.request("routerd/run", {**entry["command"]["arguments"][0], "apply": False}), client)


def _menu(client: StdioClient, path: Path, function: str) -> list[Json]:
    uri, at = _place(path, function)
    menu: list[Json] = client.request(
        "textDocument/codeAction",
        {"textDocument": {"uri": uri}, "range": {"start": at, "end": at}, "context": {"diagnostics": []}},
    )
    return menu


def _place(path: Path, function: str) -> tuple[str, Json]:
    """A file's URI, and the position of a function's name in it."""
    lines = path.read_text("utf-8").splitlines()
    line = next(number for number, line in enumerate(lines) if line.startswith(f"def {function}("))
    return path.absolute().as_uri(), {"line": line, "character": len("def ")}


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
