"""Each command that may take longer than a second shows what it does on a real terminal, and nothing in a pipe."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.batch.project import Project, new_project
from tests.frontends.cli.test_progress import terminal_of
from tests.loopback import InThread, Turn, Upstream

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pseudo-terminals of this kind")

PROGRAM = """
import json, os
os.environ.update(json.loads({env!r}))
os.chdir({root!r})
class AtOnce:  # the second after which a bar begins is over at once, so that no test waits for it
    daemon = True
    def __init__(self, _, begin): self.start = begin
    def cancel(self): pass
    def join(self): pass
from routerd.frontends.cli import progress
progress.threading.Timer = AtOnce
from routerd.frontends.cli.main import main
main(json.loads({words!r}))
"""
COMMANDS = {
    "estimate": (("estimate", "."), "looking at files"),
    "batch plan": (("batch", "plan", "document", "."), "looking at files"),
    "batch run": (("batch", "run", "document", ".", "--yes"), "asking"),
    "review": (("review", "--base", "HEAD"), "indexing the project"),
    "audit": (("audit", "calls.jsonl"), "reading logs"),
    "report": (("report", "--out", "report.html"), "reading the ledger"),
}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    found = new_project(tmp_path_factory.mktemp("progress"))
    found.write(["one", "two", "three"])
    found.commit()
    found.write(["two"])
    (found.root / "two.py").write_text("def two():\n    return None\n")
    call = {"model": "gpt-4o", "messages": [{"role": "user", "content": "hi"}], "usage": {"prompt_tokens": 9}}
    (found.root / "calls.jsonl").write_text(json.dumps(call) + "\n")
    with InThread(Upstream(reply="nothing", otherwise=Turn(chunk_chars=100))) as upstream:
        found.configure(upstream.base_url)
        yield found


def program(project: Project, words: tuple[str, ...]) -> str:
    env = {**project.env, "TERM": "xterm", "COLUMNS": "120"}
    return PROGRAM.format(words=json.dumps(words), env=json.dumps(env), root=str(project.root))


@pytest.mark.parametrize(("words", "title"), COMMANDS.values(), ids=COMMANDS)
def test_a_terminal_is_told_and_a_pipe_is_not(project: Project, words: tuple[str, ...], title: str) -> None:
    seen = terminal_of(program(project, words), until=b"\0never").decode("utf-8", "replace")
    assert title in seen, seen
    done = subprocess.run(
        [sys.executable, "-c", program(project, words)],
        input="",
        capture_output=True,
        text=True,
        check=False,
        timeout=90,
    )
    assert title not in done.stderr
    assert title not in done.stdout
    assert "\x1b" not in done.stderr + done.stdout
