"""Part of `routerd demo`: prices of paid tiers, then a refused answer, the escalation and the bill, without any key.

It starts the daemon over stdio and acts as its editor on a file. The models are played by a server on
loopback, so that nothing leaves the machine and nothing is paid; ledger and settings are thrown away at the end.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from rich.cells import cell_len

from routerd.domain.money import dollars, dollars_at_most
from routerd.frontends.cli import screen
from routerd.frontends.cli.demo_model import DemoModel
from routerd.frontends.cli.stdio_client import StdioClient
from routerd.frontends.shapes import Json
from routerd.languages import language_of

_TARGET = "parse_header"
_SOURCE = '''\
"""Labels for parcels, one line each."""


def parse_header(line, sep=":"):
    if not line.strip():
        raise ValueError("empty header")
    name, _, value = line.partition(sep)
    return name.strip().lower(), value.strip()
'''
"""The project is this one file: with others the prices would depend on how many of them are indexed by then."""
_PRICES = {
    "utility": ("deepseek-v3", "0.20", "0.60"),
    "speed": ("gemini-1.5-flash", "0.075", "0.30"),
    "logic": ("gpt-4o", "2.50", "10.00"),
    "architect": ("claude-3-5-sonnet", "3.00", "15.00"),
}
"""Model, and dollars per million tokens in and out, of the tiers that ``data/defaults.toml`` begins with."""
_REFUSED = """\
```python
import pytest


def parse_header(line, sep=":"):
    name, _, value = line.partition(sep)
    return name.strip().lower(), value.strip()


def test_parse_header():
    assert parse_header("To: Ann") == ("to", "Ann")
```"""
"""A usual mistake of small models: it tests a copy of the function, in which the check for empty lines is missing."""
_ACCEPTED = """\
```python
import pytest

from labels import parse_header


def test_name_is_lowered_and_both_parts_are_stripped():
    assert parse_header(" To :  Ann ") == ("to", "Ann")


def test_empty_header_is_an_error():
    with pytest.raises(ValueError):
        parse_header("  ")
```"""
_HOMES = ("HOME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME")
"""What says where a user's files are, on any platform: the demo's spending is no spending of the user's."""


def show() -> None:
    """Show prices before anything is sent, then a refused answer, the escalation and the receipt."""
    answers = [_REFUSED, _ACCEPTED]
    with (
        tempfile.TemporaryDirectory(prefix="routerd-demo-", ignore_cleanup_errors=True) as folder,
        DemoModel(lambda _: answers.pop(0) if answers else None) as model,
    ):
        home, root = Path(folder), Path(folder) / "sample"
        root.mkdir()
        (root / "labels.py").write_text(_SOURCE, "utf-8")
        (home / "demo.toml").write_text(_configuration(model.base_url), "utf-8")
        with StdioClient(["serve", "--solo", "--config", str(home / "demo.toml")], root, _environment(home)) as client:
            _show(client, root / "labels.py")


def _configuration(base_url: str) -> str:
    """Settings whose every tier has one model, at the demo's own server."""
    tiers = "".join(f'{tier} = "demo/{name}"\n' for tier, (name, _, _) in _PRICES.items())
    prices = "".join(
        f'[models."{name}"]\ninput = "{paid}"\noutput = "{billed}"\n' for name, paid, billed in _PRICES.values()
    )
    provider = f'[providers.demo]\nbase_url = "{base_url}"\napi_key = {{ env = "ROUTERD_DEMO_KEY" }}\n'
    return f"[tiers]\n{tiers}{provider}{prices}"


def _environment(home: Path) -> Mapping[str, str]:
    """This process's environment with a home of the demo's own, and loopback reached without a proxy."""
    own = {name: str(home) for name in _HOMES} | {"ROUTERD_DEMO_KEY": "none", "NO_PROXY": "127.0.0.1"}
    kept = {name: value for name, value in os.environ.items() if name not in ("no_proxy", "ROUTERD_CONFIG")}
    return kept | own


def _show(client: StdioClient, path: Path) -> None:
    text = path.read_text("utf-8")
    uri = path.absolute().as_uri()
    name = client.start()
    item = {"uri": uri, "languageId": language_of(uri), "version": 1, "text": text}
    client.notify("textDocument/didOpen", {"textDocument": item})
    line = next(number for number, line in enumerate(text.splitlines()) if f"def {_TARGET}" in line)
    at = {"line": line, "character": len("def ")}

    _title("With a key: a program on this machine plays the models, so nothing leaves it and nothing is paid")
    _say(f"{name}: what each action on {_TARGET} would cost, before anything is sent")
    found = client.request("routerd/estimate", {"textDocument": {"uri": uri}, "position": at})
    _estimates(found["estimates"])

    _title(f"Generate tests for {_TARGET}")
    argument = {"action": "test", "uri": uri, "version": 1, "range": {"start": at, "end": at}, "apply": False}
    outcome = client.request("routerd/run", argument)
    _receipt(outcome)
    _title("The change, as the editor would apply it")
    screen.diff(client.diff_of(outcome["edit"]))

    _title("Next")
    _say("With a key of yours:  routerd config init")
    _say("Without one:          routerd run test FILE:LINE   (the built-in engine answers, for $0)")


def _estimates(estimates: list[Json]) -> None:
    words = ("action", "asks first")
    numbers = ("likely", "range", "at most")
    rows = []
    for estimate in estimates:
        cost, model = estimate["cost"], estimate["model"].partition("/")[2]
        spread = f"{dollars(Decimal(cost['low']))}–{dollars(Decimal(cost['high'])).lstrip('$')}"
        most = dollars_at_most(Decimal(estimate["most"]))
        likely = f"≈ {dollars(Decimal(estimate['expected']))}"
        rows.append((estimate["action"], f"{estimate['tier']} → {model}", likely, spread, most))
    screen.table(words, numbers, rows)
    _say("likely: with retries and escalation · range: the first answer · at most: what the bill cannot exceed")


def _receipt(outcome: Json) -> None:
    estimate = outcome["estimate"]
    for number, attempt in enumerate(outcome["attempts"], 1):
        usage, cost = attempt["usage"], dollars(Decimal(attempt["cost"]))
        verdict = f"refused: {attempt['reason']}" if attempt["status"] == "rejected" else "accepted"
        _say(f"attempt {number}  {attempt['tier']} → {attempt['model']}: {verdict}")
        _say(f"           {usage['input']} tokens in, {usage['output']} out: {cost}")
    shown = f"shown before: ≈ {dollars(Decimal(estimate['expected']))}, at most "
    bill, baseline = dollars(Decimal(outcome["cost"])), dollars(Decimal(estimate["baseline_cost"]))
    _say(f"bill       {bill} ({shown}{dollars_at_most(Decimal(estimate['most']))})")
    _say(f"           {estimate['baseline_model'].partition('/')[2]}, asked at once: ≈ {baseline}")


def _say(words: str) -> None:
    screen.console().print(words, markup=False, highlight=False, soft_wrap=True)


def _title(words: str) -> None:
    screen.console().print()
    if cell_len(words) + 4 <= screen.console().width:  # rich keeps so many columns of a rule
        screen.console().rule(words, align="left")
    else:
        _say(words)
