"""Documents folders of real sources by a model on loopback that is honest and mangled by turns; prints JSON.

``python -m tests.bench.documented go=FOLDER rust=FOLDER …``: what was applied, what was refused and why, what
went wrong (which must be nothing).
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
from pathlib import Path

from routerd.app.workspace import App
from routerd.languages import language_of
from tests.loopback import Upstream
from tests.real.documenting import CONFIG, documented
from tests.real.mangling import Model

FILES = 220
"""Of each folder at the most: each way to answer twenty times."""


async def main(arguments: list[str]) -> None:
    home = Path(tempfile.mkdtemp())
    os.environ |= {"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home), "TEST_KEY": "loopback"}
    for argument in arguments:
        language, _, folder = argument.partition("=")
        model = Model()
        async with Upstream(reply=model.reply) as upstream:
            config = home / "config.toml"
            config.write_text(CONFIG.format(url=upstream.base_url), "utf-8")
            app = App.open(config_file=config, root=home)
            paths = sorted(p for p in Path(folder).rglob("*") if language_of(p.name) == language and p.is_file())
            tally = await documented(app, model, paths, language, FILES)
            await app.disconnect()
            app.close()
        row = {
            "language": language,
            "files": tally.applied + tally.rejected.total(),
            "applied": tally.applied,
            "symbols": tally.symbols,
            "refused": dict(tally.rejected),
            "wrong": tally.wrong,
        }
        sys.stdout.write(json.dumps(row, indent=2) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
