"""What routerd finds or a model names is never touched outside the project, behind a link, or where git ignores it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.adapters.grammar import TreeSitterGrammar
from routerd.adapters.workspace import Indices, Workspace
from routerd.adapters.workspace.allowed import refusal
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.system.uris import uri_of
from tests.posix import make_pipe
from tests.property_tests import example_count

SECRET = "def stolen(): ...\n"
PUBLIC = "def public(): ...\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege on Windows")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    (root / "tests").mkdir(parents=True)
    (root / ".git").mkdir()
    (root / "m.py").write_text(PUBLIC, "utf-8")
    (tmp_path / "key.py").write_text(SECRET, "utf-8")
    return root


def _why(path: Path, root: Path, *, writes: bool = False) -> str:
    return refusal(path, root, writes=writes) or ""


def test_a_file_of_the_project_and_one_that_is_not_there_yet_are_allowed(project: Path) -> None:
    for name in ("m.py", "tests/test_m.py", "new/folder/x.py", "tests/../m.py"):
        assert refusal(project / name, project, writes=True) is None, name


@pytest.mark.parametrize("name", ["../key.py", "tests/../../key.py", "/etc/passwd", "../project2/x.py"])
def test_what_is_outside_is_refused(project: Path, name: str) -> None:
    assert "outside" in _why(project / name, project)


def test_a_link_is_followed_for_reading_inside_only_and_never_for_writing(project: Path) -> None:
    (project / "in.py").symlink_to("m.py")
    (project / "out.py").symlink_to("../key.py")
    (project / "gone.py").symlink_to("nowhere.py")
    (project / "loop.py").symlink_to("loop.py")
    (project / "ring").symlink_to("nowhere/../ring")
    (project / "far").symlink_to(project.parent)
    assert refusal(project / "in.py", project) is None
    assert "outside" in _why(project / "out.py", project)
    assert "outside" in _why(project / "far" / "key.py", project)
    assert _why(project / "loop.py", project)
    for name in ("in.py", "out.py", "gone.py", "loop.py", "far/key.py", "far/new.py", "far/project/m.py", "ring/x.py"):
        assert _why(project / name, project, writes=True), name


def test_a_project_that_is_opened_through_a_link_is_the_same_project(project: Path) -> None:
    alias = project.parent / "alias"
    alias.symlink_to(project)
    assert refusal(alias / "m.py", alias, writes=True) is None
    assert "outside" in _why(alias / ".." / "key.py", alias)


@pytest.mark.parametrize(
    "name", [".git/hooks/x.py", ".GIT/config.py", "a/.git/x.py", "node_modules/a/i.js", ".venv/x.py"]
)
def test_the_folders_of_tools_are_refused(project: Path, name: str) -> None:
    assert _why(project / name, project) == "belongs to a tool"


def test_what_is_no_regular_file_is_refused(project: Path) -> None:
    make_pipe(project / "pipe.py")
    (project / "zero.py").symlink_to("/dev/zero")
    assert _why(project / "pipe.py", project) == "is no regular file"
    assert _why(project / "tests", project) == "is no regular file"
    assert _why(project / "zero.py", project)
    assert refusal(project / "m.py" / "x.py", project) is None  # nothing is there, and nothing can be


def test_what_git_ignores_is_refused_by_its_name_and_by_the_name_behind_a_link(project: Path) -> None:
    (project / ".gitignore").write_text("secret/\n*.local.py\n", "utf-8")
    (project / "tests" / ".gitignore").write_text("/test_m.py\n", "utf-8")
    (project / "secret").mkdir()
    (project / "secret" / "k.py").write_text(SECRET, "utf-8")
    (project / "open.py").symlink_to("secret/k.py")
    for name in ("secret/k.py", "a/b.local.py", "tests/test_m.py", "open.py"):
        assert _why(project / name, project) == "is ignored by git", name
    assert refusal(project / "tests" / "test_n.py", project) is None


def test_a_folder_of_a_repository_obeys_what_the_repository_ignores(project: Path) -> None:
    (project / ".gitignore").write_text("*.key.py\n", "utf-8")
    inner = project / "services" / "a"
    inner.mkdir(parents=True)
    (inner / "x.key.py").write_text(SECRET, "utf-8")
    assert _why(inner / "x.key.py", inner) == "is ignored by git"
    workspace = Workspace(Indices(TreeSitterGrammar()), (inner,))
    workspace.index(uri_of(inner / "m.py"), lambda: True)
    assert workspace.project(uri_of(inner / "m.py")).files == ()
    (project / ".gitignore").write_text("/*\n", "utf-8")  # a home folder under git: nothing of its projects
    assert refusal(inner / "x.py", inner) is None


def test_the_index_holds_nothing_from_behind_a_link_or_of_an_ignored_file_that_is_saved(project: Path) -> None:
    (project / ".gitignore").write_text("private.py\n", "utf-8")
    (project / "private.py").write_text(SECRET, "utf-8")
    (project / "helpers.py").symlink_to("../key.py")
    (project / "inner.py").symlink_to("m.py")
    workspace, about = Workspace(Indices(TreeSitterGrammar()), (project,)), uri_of(project / "m.py")
    workspace.index(about, lambda: True)
    for name in ("private.py", "helpers.py"):
        uri = uri_of(project / name)
        workspace.hold(Document(uri, 1, "python", Text(SECRET)))
        workspace.saved(uri)
    found = workspace.project(about)
    assert sorted(found.declarations) == ["public"]
    assert found.files == (".gitignore", "inner.py", "m.py")


def test_what_stands_there_unreadable_is_never_taken_for_a_file_to_create(project: Path) -> None:
    (project / "tests" / "test_m.py").write_bytes(b"#" * 10_000_001)
    found = _chosen(project, "tests/test_m.py", writes=True)
    assert isinstance(found, Refusal)
    assert found.message == "'tests/test_m.py' cannot be read."


@pytest.mark.parametrize("about", ["untitled:Untitled-1", "vscode-notebook-cell:/x.py#1"])
def test_for_a_document_in_no_folder_nothing_is_chosen(project: Path, about: str) -> None:
    workspace = Workspace(Indices(TreeSitterGrammar()), (project,))
    assert isinstance(workspace.chosen(uri_of(project / "m.py"), about, writes=False), Refusal)
    assert isinstance(workspace.chosen(about, uri_of(project / "m.py"), writes=True), Refusal)


def test_what_the_user_asks_about_may_be_ignored_or_outside(project: Path) -> None:
    (project / ".gitignore").write_text("*\n", "utf-8")
    (project / "link.py").symlink_to("../key.py")
    workspace = Workspace(Indices(TreeSitterGrammar()), (project,))
    for name in ("m.py", "link.py", "../key.py"):
        assert workspace.read(uri_of(project / name)) is not None


def _chosen(root: Path, name: str, *, writes: bool) -> Document | Refusal | None:
    workspace = Workspace(Indices(TreeSitterGrammar()), (root,))
    return workspace.chosen(f"{uri_of(root)}/{name}", uri_of(root / "m.py"), writes=writes)


_NAMES = ("a", "b", "c")
_PLACES = [*_NAMES, *(f"{one}/{two}" for one in _NAMES for two in _NAMES)]
_GOALS = [
    *_NAMES,
    "../out/key.py",
    "../out",
    "..",
    ".",
    "/etc/hostname",
    "a/b",
    "../a",
    "nowhere",
    "../../out",
    "b/../c",
]


class _Opened:
    """Every file that this process opens, as the interpreter itself reports it, while ``below`` names a folder."""

    def __init__(self) -> None:
        self.below = ""
        self.real: list[str] = []
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[object, ...]) -> None:
        if event == "open" and self.below and isinstance(arguments[0], str | bytes):
            real = os.path.realpath(os.fsdecode(arguments[0]))
            if real.startswith(self.below):
                self.real.append(real)


_OPENED = _Opened()


@example_count(400)
@given(
    st.lists(st.tuples(st.sampled_from(_PLACES), st.sampled_from(["file", "folder", *_GOALS])), max_size=8),
    st.lists(st.sampled_from(["a", "!a", "b/", "/c", "*/a", "a/b", "**/c"]), max_size=3),
)
def test_in_any_tangle_of_links_only_files_inside_that_git_shows_are_allowed(
    made: list[tuple[str, str]], ignores: list[str]
) -> None:
    """Each tangle is asked about 25 names, to read and to write: ten thousand cases."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve() / "root"
        (root.parent / "out").mkdir()
        (root.parent / "out" / "key.py").write_text(SECRET, "utf-8")
        root.mkdir()
        (root / "m.py").write_text(PUBLIC, "utf-8")
        _repository(root)
        (root / ".gitignore").write_text("\n".join(ignores) + "\n", "utf-8")
        for name, kind in made:
            _make(root / name, kind)
        before = _everything(root.parent)
        used: list[str] = []
        _OPENED.below, _OPENED.real = str(root.parent), []
        for name in [*_PLACES, *(f"{position}/key.py" for position in _PLACES), "../out/key.py"]:
            path = root / name
            allowed, written = refusal(path, root) is None, refusal(path, root, writes=True) is None
            assert allowed or not written
            if not allowed:
                continue
            real = Path(os.path.realpath(path))
            assert real.is_relative_to(root)
            assert not os.path.lexists(real) or (real.is_file() and not real.is_symlink())
            used.append(real.relative_to(root).as_posix())
            found = _chosen(root, name, writes=False)
            assert not (isinstance(found, Document) and SECRET in found.text.string)
            if written:
                assert real == path
        assert not used or _git_ignores(root, used) == ""
        workspace = Workspace(Indices(TreeSitterGrammar()), (root,))
        workspace.index(uri_of(root / "m.py"), lambda: True)
        _OPENED.below = ""
        assert [real for real in _OPENED.real if not Path(real).is_relative_to(root)] == [], "read outside"
        assert "stolen" not in workspace.project(uri_of(root / "m.py")).declarations
        assert _everything(root.parent) == before


def _make(path: Path, kind: str) -> None:
    if os.path.lexists(path) or not path.parent.is_dir() or path.parent.is_symlink():
        return
    if kind == "folder":
        path.mkdir()
    elif kind == "file":
        path.write_text(PUBLIC, "utf-8")
    else:
        path.symlink_to(kind)


def _repository(root: Path) -> None:
    """The least that git takes for a repository."""
    for folder in ("objects", "refs"):
        (root / ".git" / folder).mkdir(parents=True)
    (root / ".git" / "HEAD").write_text("ref: refs/heads/main\n", "utf-8")


def _git_ignores(root: Path, paths: list[str]) -> str:
    git = shutil.which("git")
    assert git is not None
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    command = [git, "check-ignore", "--no-index", *paths]
    done = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stderr
    return done.stdout


def _everything(folder: Path) -> list[tuple[str, str]]:
    """Each path below a folder with what it is, links as links."""
    paths = sorted(path for path in folder.rglob("*") if ".git" not in path.parts)
    return [(str(path), os.readlink(path) if path.is_symlink() else "") for path in paths]
