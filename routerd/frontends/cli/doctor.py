"""`routerd doctor`: whether everything that routerd stands on is in order; keys are never printed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from routerd.app.doctor import examine
from routerd.app.times import now
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config
from routerd.frontends.cli.options import AsJson

_SIGNS = {True: "ok", False: "broken", None: "–"}


def doctor(as_json: AsJson = False, config: Config = None) -> int:
    """Check keys, providers, prices, vocabulary and ledger. Exit code 1 if something is broken."""
    checks = asyncio.run(examine(config, Path.cwd(), now()))
    if as_json:
        screen.print_json([{"name": check.name, "ok": check.ok, "message": check.words} for check in checks])
    else:
        width = max(len(check.name) for check in checks)
        for check in checks:
            screen.console().print(f"{_SIGNS[check.ok]:<7} {check.name:<{width}}  {check.words}", markup=False)
    return 1 if any(check.ok is False for check in checks) else 0
