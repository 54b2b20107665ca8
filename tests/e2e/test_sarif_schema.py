"""The review's SARIF log against the official schema, which Microsoft's SARIF Multitool carries inside of it.

The schema's licence lets nobody copy it here; the tool comes from npm into the cache of `ROUTERD_TEST_CACHE`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path
from typing import Any

import pytest
from jsonschema.validators import validator_for  # type: ignore[import-untyped]  # its types are another package

from tests.e2e.conftest import new_env

TOOL = "@microsoft/sarif-multitool-linux@5.7.0"
_TITLE = b'"title": "Static Analysis Results Format (SARIF) Version 2.1.0 JSON Schema"'
_LONGEST = 400_000
"""Bytes: the schema has 114,000."""

pytestmark = pytest.mark.editor


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    cache = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests") / "sarif-5.7.0.json"
    if not cache.exists():
        npm = shutil.which("npm")
        if npm is None:
            pytest.skip("npm is not installed")
        folder = tmp_path_factory.mktemp("sarif")
        subprocess.run([npm, "pack", "--silent", TOOL], cwd=folder, check=True, capture_output=True, timeout=240)
        (archive,) = folder.glob("*.tgz")
        with tarfile.open(archive) as packed:
            program = packed.extractfile("package/Sarif.Multitool")
            assert program is not None
            content = program.read()
        begin = content.rindex(b"{", 0, content.index(_TITLE))
        found, _ = json.JSONDecoder().raw_decode(content[begin : begin + _LONGEST].decode("utf-8", "replace"))
        cache.parent.mkdir(parents=True, exist_ok=True)
        cache.write_text(json.dumps(found), "utf-8")
    read: dict[str, Any] = json.loads(cache.read_text("utf-8"))
    return read


def wrong(schema: dict[str, Any], log: object) -> list[str]:
    return [error.message for error in validator_for(schema)(schema).iter_errors(log)]


def test_the_log_of_a_review_keeps_the_official_schema(schema: dict[str, Any], tmp_path: Path) -> None:
    root = tmp_path / "project"
    root.mkdir()
    (root / "f ö.py").write_text("def f(into=[]):\n    try:\n        return into is 3\n    except:\n        pass\n")
    (root / "bad.py").write_text("def g(:\n")
    (root / "data.bin").write_bytes(b"\0\1")
    (root / "yarn.lock").write_text("a@1\n")
    for words in (("init", "-q"), ("add", "-A")):
        subprocess.run(["git", *words], cwd=root, check=True)
    command = [sys.executable, "-m", "routerd", "review", "--staged", "--format", "sarif"]
    done = subprocess.run(
        command, cwd=root, env=new_env(tmp_path), capture_output=True, encoding="utf-8", check=False, timeout=60
    )
    log = json.loads(done.stdout)
    (run,) = log["runs"]
    assert len(run["results"]) > 2, done.stderr
    assert len(run["invocations"][0]["toolExecutionNotifications"]) == 2
    assert wrong(schema, log) == []
    run["results"][0]["level"] = "bad"
    del run["tool"]
    assert len(wrong(schema, log)) == 2, "the schema is the one that says so"
