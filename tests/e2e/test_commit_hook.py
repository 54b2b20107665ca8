"""`routerd commit` as git's prepare-commit-msg hook, by real git and by real pre-commit."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import brain
from tests.batch.project import Project, new_project
from tests.loopback import InThread, Upstream
from tests.structure.test_structure import ROOT

SAID = "Say what the change does"


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


@pytest.fixture
def project(tmp_path: Path, upstream: InThread) -> Project:
    one = new_project(tmp_path)
    one.configure(upstream.base_url)
    (one.root / "a.py").write_text("A = 1\n")
    one.commit()
    program = tmp_path / "bin" / "routerd"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m routerd "$@"\n')
    program.chmod(0o755)
    one.env["PATH"] = f"{program.parent}:{one.env['PATH']}"
    # The user's editor leaves the text as it is offered.
    one.env["GIT_EDITOR"] = "true"
    return one


def by_git(project: Project) -> None:
    hook = project.root / ".git" / "hooks" / "prepare-commit-msg"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text('#!/bin/sh\nexec routerd commit "$@"\n')
    hook.chmod(0o755)


def by_pre_commit(project: Project) -> None:
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8").replace("language: python", "language: system")
    own = hooks[hooks.index("- id: routerd-commit-message") :]
    indented = "".join(f"    {line}\n" for line in own.splitlines())
    (project.root / ".pre-commit-config.yaml").write_text(f"repos:\n- repo: local\n  hooks:\n{indented}")
    project.commit()
    project.env["PRE_COMMIT_HOME"] = str(project.root.parent / "cache")
    subprocess.run(
        [sys.executable, "-m", "pre_commit", "install", "--hook-type", "prepare-commit-msg"],
        cwd=project.root,
        env=project.env,
        check=True,
        capture_output=True,
    )


PRE_COMMIT = pytest.mark.skipif(importlib.util.find_spec("pre_commit") is None, reason="pre-commit is not installed")


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script")
@pytest.mark.parametrize("install", [by_git, pytest.param(by_pre_commit, marks=PRE_COMMIT)])
def test_the_hook_offers_a_message_and_leaves_those_of_people_alone(
    project: Project, upstream: InThread, install: object
) -> None:
    assert callable(install)
    install(project)
    (project.root / "a.py").write_text("A = 2\n")
    project.git("add", "-A")
    project.git("commit", "--quiet")
    assert project.git("log", "-1", "--format=%s").strip() == SAID
    assert len(upstream.seen) == 1
    assert "as it was" in str(upstream.seen[0].body["messages"]), "in the style of the log"
    (project.root / "a.py").write_text("A = 3\n")
    project.git("commit", "--quiet", "-a", "-m", "My own words")
    assert project.git("log", "-1", "--format=%s").strip() == "My own words"
    project.git("commit", "--quiet", "--amend")
    assert len(upstream.seen) == 1, "a message that is there is the user's"


@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script")
def test_a_hook_without_a_message_stops_no_commit(project: Project, upstream: InThread) -> None:
    by_git(project)
    upstream.refuse()
    (project.root / "a.py").write_text("A = 2\n")
    project.git("add", "-A")
    project.env["GIT_EDITOR"] = "sh -c 'echo mine > \"$1\"' --"
    project.git("commit", "--quiet")
    assert project.git("log", "-1", "--format=%s").strip() == "mine"


@PRE_COMMIT
@pytest.mark.skipif(sys.platform == "win32", reason="the hook is a shell script")
def test_try_repo_of_a_clone_writes_the_message_into_the_file_that_git_names(
    project: Project, upstream: InThread, tmp_path: Path
) -> None:
    clone = tmp_path / "clone"
    clone.mkdir()
    # The environment that pre-commit would build is this one, as no package is fetched in a test.
    hooks = (ROOT / ".pre-commit-hooks.yaml").read_text("utf-8").replace("language: python", "language: system")
    (clone / ".pre-commit-hooks.yaml").write_text(hooks)
    for words in (("init", "--quiet"), ("add", "-A"), ("commit", "--quiet", "-m", "hooks")):
        subprocess.run(["git", *words], cwd=clone, env=project.env, check=True, capture_output=True)
    (project.root / "a.py").write_text("A = 2\n")
    project.git("add", "-A")
    offered = project.root / ".git" / "COMMIT_EDITMSG"
    offered.write_text("\n# what git explains\n")
    project.env["PRE_COMMIT_HOME"] = str(tmp_path / "cache")
    stage = ("--hook-stage", "prepare-commit-msg", "--commit-msg-filename", str(offered))
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "try-repo", str(clone), "routerd-commit-message", *stage],
        cwd=project.root,
        env=project.env,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert offered.read_text().startswith(SAID)
    assert "# what git explains" in offered.read_text()
    assert len(upstream.seen) == 1
