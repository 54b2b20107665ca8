"""The review as a hook of real pre-commit, and the sample workflow's command."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.conftest import new_env
from tests.structure.test_structure import PACKAGE, ROOT

SAMPLE = PACKAGE / "data" / "deploy" / "github-review.yml"
FAULTY = "def f(:\n    return 1\n"


def _git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *who, *words], cwd=root, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "f.py").write_text("def f():\n    return 1\n")
    _git(root, "init", "-q", "-b", "main")
    _git(root, "add", "-A")
    _git(root, "commit", "-qm", "f")
    (root / "f.py").write_text(FAULTY)
    _git(root, "add", "-A")
    return root


def _env(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has this checkout's `routerd` on the path."""
    env = new_env(tmp_path)
    folder = tmp_path / "bin"
    folder.mkdir()
    program = folder / "routerd"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m routerd "$@"\n')
    program.chmod(0o755)
    return env | {"PATH": f"{folder}{os.pathsep}{os.environ['PATH']}", "PRE_COMMIT_HOME": str(tmp_path / "cache")}


@pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed")
@pytest.mark.parametrize("way", ["local", "try-repo"])
def test_real_pre_commit_stops_a_commit_with_a_fault_and_lets_a_sound_one_pass(
    repository: Path, tmp_path: Path, way: str
) -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8")
    # The environment that pre-commit would build is this one, as no package is fetched in a test.
    hooks = hooks.replace("language: python", "language: system")
    words = ["run"]
    if way == "local":
        indented = "".join(f"    {line}\n" for line in hooks.splitlines() if not line.startswith("#"))
        (repository / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n{indented}")
        _git(repository, "add", ".pre-commit-config.yaml")
    else:
        clone = tmp_path / "clone"
        clone.mkdir()
        (clone / ".pre-commit-hooks.yaml").write_text(hooks)
        _git(clone, "init", "-q")
        _git(clone, "add", "-A")
        _git(clone, "commit", "-qm", "hooks")
        words = ["try-repo", str(clone), "routerd-review"]

    def commit() -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "pre_commit", *words]
        return subprocess.run(
            command, cwd=repository, env=_env_once, capture_output=True, encoding="utf-8", timeout=120, check=False
        )

    _env_once = _env(tmp_path)
    done = commit()
    assert done.returncode == 1, done.stdout + done.stderr
    assert "f.py:1:" in done.stdout
    (repository / "f.py").write_text("def f():\n    return 2\n")
    _git(repository, "add", "-A")
    done = commit()
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_command_of_the_sample_workflow_fails_by_a_fault_and_costs_nothing_without_a_key(
    repository: Path, tmp_path: Path
) -> None:
    sample = SAMPLE.read_text("utf-8")
    command = re.findall(r"^ +run: (routerd review .*)$", sample, re.M)
    assert len(command) == 1
    assert re.search(r"^on: pull_request$", sample, re.M)
    env = _env(tmp_path) | {"BASE": _git(repository, "rev-parse", "HEAD").strip(), "OPENAI_API_KEY": ""}
    done = subprocess.run(
        ["sh", "-c", command[0]], cwd=repository, env=env, capture_output=True, encoding="utf-8", check=False
    )
    assert done.returncode == 1, done.stderr
    assert done.stdout.startswith("::error file=f.py,line=1,")
    assert "they cost nothing" in done.stdout
