"""Runs the Node tests of this folder in real VS Code; only where ROUTERD_TEST_VSCODE=1."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUITES = sorted(path.name for path in HERE.glob("*.test.mjs"))

pytestmark = [
    pytest.mark.editor,
    pytest.mark.skipif(os.environ.get("ROUTERD_TEST_VSCODE") != "1", reason="ROUTERD_TEST_VSCODE is not 1"),
    pytest.mark.skipif(sys.platform == "win32", reason="code-server has no Windows build"),
]


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the first suite that needs a package leaves it for the others."""
    return tmp_path_factory.mktemp("packed")


@pytest.mark.parametrize("suite", SUITES)
@pytest.mark.timeout(900)  # installs nearly a gigabyte where the cache is empty: three minutes, measured
def test_the_suite_passes_in_real_vscode(suite: str, packed: Path) -> None:
    install = subprocess.run([sys.executable, HERE / "install.py"], stdout=subprocess.PIPE, check=True)
    command = [json.loads(install.stdout)["node"], "--test", "--test-reporter=spec", suite]
    env = {**os.environ, "PYTHON": sys.executable, "ROUTERD_TEST_PACKED": str(packed)}
    ran = subprocess.run(command, cwd=HERE, env=env, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
