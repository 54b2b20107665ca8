"""Nothing heavy is loaded before its use: no classifier, numpy or sentence encoder before something is routed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from tests.home import FOLDERS

HEAVY = ("numpy", "onnxruntime", "openai", "anthropic", "routerd.adapters.semantic")
PROGRAM = """
import asyncio, json, sys
from pathlib import Path
from routerd.app.workspace import App
from routerd.domain.document import Document
from routerd.domain.position import Position
from routerd.domain.text import Text

async def main():
    app = App.open(root=Path(sys.argv[1]))
    await app.warm()
    code = Text("def weigh(parcel):\\n    return parcel\\n")
    document = Document((Path(sys.argv[1]) / "a.py").as_uri(), 1, "python", code)
    app.opened(document)
    await app.study(document.uri)
    assert app.hover_info(document, Position(0, 5)) is not None
    idle = [name for name in json.loads(sys.argv[2]) if name in sys.modules]
    app.classify("Fix the typo in the README")
    print(json.dumps([idle, "numpy" in sys.modules]))
    app.close()

asyncio.run(main())
"""


def test_prices_need_no_classifier(tmp_path: Path) -> None:
    env = {name: str(tmp_path) for name in FOLDERS} | {"SYSTEMROOT": "C:\\Windows"}
    words = [sys.executable, "-c", PROGRAM, str(tmp_path), json.dumps(HEAVY)]
    done = subprocess.run(words, capture_output=True, text=True, env=env, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == [[], True]
