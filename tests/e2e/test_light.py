"""An idle daemon with prices ready has loaded nothing that only an action, or a classified instruction, needs."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.e2e.raw_editor import RawEditor

NOT_NEEDED = ("numpy", "onnxruntime", "jiter", "aiohttp")
"""jiter is what the openai package reads JSON with."""


@pytest.mark.skipif(sys.platform != "linux", reason="the files that a process has mapped are listed by Linux")
async def test_a_priced_hover_loads_no_classifier_and_no_provider_client(env: dict[str, str], project: Path) -> None:
    async with RawEditor(env | {"N1N_API_KEY": "never-sent"}, project) as editor:
        uri = editor.open(project / "labels.py")
        at = {"textDocument": {"uri": uri}, "position": {"line": 3, "character": 6}}
        assert "$" in str(await editor.request("textDocument/hover", at))
        assert _loaded(editor.process.pid) == ["tiktoken"]
        words = {**at, "instruction": "why does this fail without a separator?"}
        assert await editor.request("routerd/estimate", words) is not None
        assert "numpy" in _loaded(editor.process.pid)


def _loaded(pid: int) -> list[str]:
    maps = Path(f"/proc/{pid}/maps").read_text("utf-8", "replace")
    return [name for name in ("tiktoken", *NOT_NEEDED) if f"/{name}/" in maps]
