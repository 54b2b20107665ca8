"""A program that prints without end, or ends never, is ended; what one printed within the limit is whole."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from routerd.adapters.config.keys import KeyReader
from routerd.adapters.git import git
from routerd.domain.errors import KeyUnavailable, UsageError
from routerd.system.bounded_output import OutputTooLarge, run_bounded
from tests.adapters.test_config_keys import command, provider

ENDLESS = "import sys\nwhile True: sys.stdout.write('x' * 65536)"


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_what_it_printed_its_messages_and_its_code_are_whole() -> None:
    code = "import sys; sys.stderr.write('no'); sys.stdout.write(sys.stdin.read() * 2); sys.exit(3)"
    done = run_bounded(python(code), 400_000, 30, stdin=b"a" * 200_000)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"a" * 400_000, b"no")


def test_it_is_ended_where_it_prints_more() -> None:
    with pytest.raises(OutputTooLarge):
        run_bounded(python(ENDLESS), 1_000_000, 60)


def test_endless_messages_are_cut_and_not_waited_for() -> None:
    with pytest.raises(subprocess.TimeoutExpired):
        run_bounded(python(ENDLESS.replace("stdout", "stderr")), 1_000, 1)


def test_what_it_leaves_behind_is_not_waited_for(tmp_path: Path) -> None:
    """A program that it started holds its output open for longer."""
    child = "import time; open('alive', 'w').close(); time.sleep(20)"
    code = f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', {child!r}]); print('done')"
    with pytest.raises(subprocess.TimeoutExpired):
        run_bounded(python(code), 1_000, 2, cwd=tmp_path)


def test_it_need_not_read_what_it_is_given() -> None:
    assert run_bounded(python("pass"), 10, 30, stdin=b"x" * 10_000_000).returncode == 0


def test_a_password_manager_and_git_that_print_without_end_are_told_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(KeyUnavailable, match="far more than a key"):
        KeyReader({}).key(provider(command(ENDLESS)))
    fake = tmp_path / "git"
    fake.write_text(f"#!{sys.executable}\n{ENDLESS}\n")
    fake.chmod(0o755)
    if sys.platform != "win32":
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(UsageError, match="more than 64 MB"):
            git(tmp_path, "diff")
