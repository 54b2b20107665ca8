"""A batch on a repository that changed meanwhile or names programs: nothing foreign is written or run."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from routerd.adapters.changes import files_since
from tests import brain
from tests.batch.project import Project, new_project
from tests.loopback import InThread, Upstream

_SOURCE = "def get_{name}(x):\n    return x + 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A repository with answers of a model for two files, which are not applied."""
    project = new_project(tmp_path)
    for name in ("one", "two"):
        (project.root / f"{name}.py").write_text(_SOURCE.format(name=name))
    project.commit()
    with InThread(Upstream(reply=brain.reply)) as upstream:
        project.configure(upstream.base_url)
        assert project.run("batch", "run", "document", ".", "--yes").returncode == 0
    return project


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_file_that_became_a_link_is_not_written_through(project: Project, tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    (project.root / "one.py").rename(outside)
    (project.root / "one.py").symlink_to(outside)
    done = project.run("batch", "apply", "document")
    assert (done.returncode, "a link that leads out of the folder" in done.stderr) == (1, True)
    assert outside.read_text() == _SOURCE.format(name="one")
    assert '"""' in (project.root / "two.py").read_text()


@pytest.mark.skipif(sys.platform == "win32", reason="a filter is a command of a POSIX shell here")
def test_no_filter_of_the_repository_is_run(project: Project, tmp_path: Path) -> None:
    (project.root / ".gitattributes").write_text("*.py filter=own\n")
    project.commit()
    sign = tmp_path / "ran"
    for way in ("clean", "smudge"):
        project.git("config", f"filter.own.{way}", f"touch '{sign}'; cat")
    project.git("config", "filter.own.required", "true")
    (project.root / "one.py").write_text(_SOURCE.format(name="another"))
    assert [path.name for path in files_since(project.root, "HEAD")] == ["one.py"]
    done = project.run("batch", "apply", "document", "--branch", "docs")
    assert done.returncode == 0, done.stderr
    assert not sign.exists()


def test_a_commit_on_a_branch_leaves_the_index_of_a_running_hook_alone(project: Project) -> None:
    (project.root / "new.py").write_text("x = 1\n")
    project.git("add", "new.py")
    own = project.root / ".git"
    index = (own / "index").read_bytes()
    told = Project(project.root, {**project.env, "GIT_DIR": str(own), "GIT_INDEX_FILE": str(own / "index")})
    done = told.run("batch", "apply", "document", "--branch", "docs")
    assert done.returncode == 0, done.stderr
    assert (own / "index").read_bytes() == index
    assert project.git("diff", "--name-only", "main", "docs").split() == ["one.py", "two.py"]


def test_one_patch_is_not_written_over_by_the_next_batch(project: Project) -> None:
    assert project.run("batch", "plan", "review", ".").returncode == 0
    done = project.run("batch", "apply", "--patch", "all.patch")
    assert (done.returncode, "name the action" in done.stderr) == (2, True)
    assert not (project.root / "all.patch").exists()


def test_a_diff_names_files_as_git_writes_them(project: Project) -> None:
    (project.root / "my ü.py").write_text(_SOURCE.format(name="three"))
    project.git("add", "-A")
    project.git("rm", "--quiet", "--cached", "two.py")
    diff = project.git("diff", "--cached")
    assert "\\303" in diff
    found = project.run("batch", "plan", "document", "--diff", "-", "--json", stdin=diff)
    assert '"my ü.py"' in found.stdout
    assert "two.py" not in found.stdout
    gone = project.run("batch", "plan", "document", "--diff", "nosuch.diff")
    assert (gone.returncode, "The diff nosuch.diff cannot be read" in gone.stderr) == (2, True)
