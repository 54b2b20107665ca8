"""Explain, fix and commit from a terminal: real processes, a real repository, a provider on loopback."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from tests import brain
from tests.e2e.conftest import CODE, new_env, new_project, with_upstream
from tests.loopback import InThread, Turn, Upstream

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=brain.reply)) as running:
        yield running


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return new_project(tmp_path)


@pytest.fixture
def routerd(tmp_path: Path, root: Path, upstream: InThread) -> Run:
    env = with_upstream(new_env(tmp_path), upstream.base_url)

    def run(*arguments: str, keyless: bool = False, text: str | None = None) -> Done:
        given = {name: value for name, value in env.items() if not keyless or not name.startswith("ROUTERD")}
        command = [sys.executable, "-m", "routerd", *arguments]
        source = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        return subprocess.run(
            command, cwd=root, env=given, capture_output=True, encoding="utf-8", timeout=60, check=False, **source
        )

    return run


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    done = subprocess.run(["git", *who, *words], cwd=root, capture_output=True, encoding="utf-8", check=True)
    return done.stdout


@pytest.fixture
def repository(root: Path) -> Path:
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "labels: read the header of a parcel")
    (root / "labels.py").write_text(CODE.replace('"no name"', '"there is no name"'), "utf-8")
    git(root, "add", "-A")
    return root


def prompt(upstream: InThread) -> str:
    return str(upstream.seen[-1].body["messages"][1]["content"])


def test_explain_prints_markdown_and_edits_nothing(routerd: Run, root: Path, upstream: InThread) -> None:
    done = routerd("run", "explain", "labels.py:4")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("It does one thing.\n")
    assert "Explain `parse_header`" in prompt(upstream)
    assert (root / "labels.py").read_bytes() == CODE.encode()


def test_explain_works_on_any_text(routerd: Run, root: Path) -> None:
    (root / "notes.txt").write_text("buy milk\n")
    assert routerd("run", "explain", "notes.txt").returncode == 0


def test_fix_takes_an_instruction_and_gives_a_diff(routerd: Run, upstream: InThread) -> None:
    done = routerd("run", "fix", "labels.py:4", "--instruction", "an empty line is no error")
    assert done.returncode == 0, done.stderr
    assert "+def parse_header" in done.stdout
    assert "an empty line is no error" in prompt(upstream)


def test_fix_changes_code_whatever_the_words_sound_like(routerd: Run, upstream: InThread) -> None:
    done = routerd("run", "fix", "labels.py:4", "--instruction", "why does an empty line fail?")
    assert "+def parse_header" in done.stdout
    upstream.then(*(Turn(reply="It fails because the name is empty.") for _ in range(9)))
    done = routerd("run", "fix", "labels.py:4", "--instruction", "why does an empty name fail?")
    assert done.returncode == 1
    assert "a change was asked for" in done.stderr


def test_fix_without_anything_to_fix_is_refused_before_anything_is_sent(routerd: Run, upstream: InThread) -> None:
    done = routerd("run", "fix", "labels.py:4")
    assert done.returncode == 3
    assert "say in an instruction what is wrong" in done.stderr
    assert not upstream.seen


def test_in_a_script_what_needs_a_yes_is_not_sent_unless_it_was_agreed_to_beforehand(
    routerd: Run, tmp_path: Path, upstream: InThread
) -> None:
    config = tmp_path / "home" / "routerd.toml"
    config.write_text(config.read_text("utf-8") + 'confirm_above = "0.00001"\n', "utf-8")  # its last table is [budget]
    done = routerd("run", "document", "labels.py:4", "--diff")
    assert done.returncode == 3
    told = r"Not sent: Document `parse_header` with local/test-model will cost about \$0\.0\d+, at most \$0\.0\d+, and "
    assert re.search(told, done.stderr)
    assert done.stderr.rstrip().endswith("Add --yes to agree beforehand.")
    assert not upstream.seen
    done = routerd("run", "document", "labels.py:4", "--yes")
    assert done.returncode == 0, done.stderr
    assert len(upstream.seen) == 1


def test_fresh_asks_anew_what_was_answered_before(routerd: Run, upstream: InThread) -> None:
    for words, asked in (((), 1), ((), 1), (("--fresh",), 2), ((), 2)):
        done = routerd("run", "document", "labels.py:4", *words)
        assert done.returncode == 0, done.stderr
        assert len(upstream.seen) == asked


def test_a_script_sees_each_step_with_the_seconds_since_the_beginning(routerd: Run) -> None:
    said = routerd("run", "explain", "labels.py:1").stderr.splitlines()
    steps = [re.fullmatch(r"… (.+) \((\d+\.\d) s\)", line) for line in said if line.startswith("…")]
    assert all(steps)
    assert any(step and step[1].startswith("asking ") for step in steps)
    seconds = [float(step[2]) for step in steps if step]
    assert seconds == sorted(seconds)


def test_the_answer_is_streamed_on_request_only_and_only_of_one_place(routerd: Run, upstream: InThread) -> None:
    upstream.then(Turn(reply="It \x1b[2Jparses\na header, by the look of it."))
    done = routerd("run", "explain", "labels.py:1", "--stream", "--fresh")
    assert "parses\na header, by the look of it.\n" in done.stderr
    assert "\x1b" not in done.stderr
    upstream.then(Turn(reply="It parses a header, by the look of it."))
    assert "by the look of it" not in routerd("run", "explain", "labels.py:1", "--fresh").stderr
    assert routerd("run", "document", ".", "--stream").returncode == 2


def test_max_cost_stops_before_the_action_has_cost_more(routerd: Run, upstream: InThread) -> None:
    rows = json.loads(routerd("estimate", "labels.py:4", "document", "--json").stdout)
    likely = Decimal(rows[0]["cost"]["likely"])
    done = routerd("run", "document", "labels.py:4", "--max-cost", str(likely / 10))
    assert done.returncode == 3
    assert "raise --max-cost" in done.stderr
    assert not upstream.seen
    upstream.then(*(Turn(reply="I would rather not.") for _ in range(9)))
    most = 3 * likely
    done = routerd("run", "document", "labels.py:4", "--max-cost", str(most), "--json")
    assert 1 <= len(upstream.seen) < 9
    assert sum(Decimal(one["cost"]) for one in json.loads(done.stdout)["attempts"]) <= most
    for wrong in ("lots", "-1", "nan"):
        done = routerd("run", "document", "labels.py:4", f"--max-cost={wrong}")
        assert (done.returncode, "--max-cost takes an amount" in done.stderr) == (2, True)


@pytest.mark.parametrize(
    ("by", "keys"),
    [
        ("tier", {"utility", "logic"}),
        ("model", {"local/test-model"}),
        ("action", {"document", "explain"}),
        ("project", {"ROOT"}),
        ("client", {"routerd"}),
    ],
)
def test_stats_are_summed_by_a_key(routerd: Run, root: Path, by: str, keys: set[str | None]) -> None:
    empty = json.loads(routerd("stats", "--by", by, "--json").stdout)
    assert (empty["rows"], empty["spent"]) == ([], "0")
    for action in ("document", "explain"):
        assert routerd("run", action, "labels.py:4").returncode == 0
    found = json.loads(routerd("stats", "--by", by, "--json").stdout)
    assert found["by"] == by
    assert {row["key"] for row in found["rows"]} == {str(root.resolve()) if key == "ROOT" else key for key in keys}
    for total in ("spent", "saved"):
        assert sum(Decimal(row[total]) for row in found["rows"]) == Decimal(found[total])
    assert Decimal(found["spent"]) > 0
    assert sum(row["requests"] for row in found["rows"]) == found["requests"] == 2
    assert sum(row["usage"]["output"] for row in found["rows"]) == found["usage"]["output"] > 0
    told = routerd("stats", "--by", by)
    assert "2 requests. Spent $" in told.stdout


def test_stats_by_what_is_no_key_are_refused_with_those_that_are(routerd: Run) -> None:
    done = routerd("stats", "--by", "colour")
    assert (done.returncode, "choose tier, model, action" in done.stderr) == (2, True)


def test_commit_prints_a_message_for_what_is_staged_in_the_style_of_the_log(
    routerd: Run, repository: Path, upstream: InThread
) -> None:
    (repository / "labels.py").write_text("not staged\n")
    done = routerd("commit", "--print")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "Say what the change does\n\nThe reason stands here.\n"
    asked = prompt(upstream)
    assert '+        raise ValueError("there is no name")' in asked
    assert "- labels: read the header of a parcel" in asked
    assert "not staged" not in asked
    assert len(git(repository, "log", "--oneline").splitlines()) == 1, "nothing is committed"


def test_commit_needs_a_repository_something_staged_and_a_person(routerd: Run, root: Path, upstream: InThread) -> None:
    assert "git says: not a git repository" in routerd("commit", "--print").stderr
    git(root, "init", "-q")
    assert "Nothing is staged" in routerd("commit", "--print").stderr
    assert "use --print" in routerd("commit").stderr
    for action in ("run", "estimate"):
        words = ("commit", "labels.py") if action == "run" else ("labels.py", "commit")
        done = routerd(action, *words)
        assert done.returncode == 2
        assert "no place in a file" in done.stderr
    assert not upstream.seen


def test_a_commit_message_has_a_cap_and_is_asked_for_anew_on_request(
    routerd: Run, repository: Path, upstream: InThread
) -> None:
    done = routerd("commit", "--print", "--max-cost", "0")
    assert (done.returncode, done.stdout, upstream.seen) == (3, "", [])
    for options, asked in (((), 1), ((), 1), (("--fresh",), 2)):
        assert routerd("commit", "--print", *options).returncode == 0
        assert len(upstream.seen) == asked


def test_a_first_commit_has_no_log_and_gets_a_message(routerd: Run, root: Path) -> None:
    git(root, "init", "-q")
    git(root, "add", "-A")
    assert routerd("commit", "--print").returncode == 0


@pytest.mark.skipif(sys.platform == "win32", reason="no pseudo-terminal")
@pytest.mark.parametrize("answer", ["y", "n"])
def test_commit_asks_and_commits_what_was_agreed_to(
    routerd: Run, repository: Path, tmp_path: Path, upstream: InThread, answer: str
) -> None:
    if sys.platform == "win32":
        return
    env = {**os.environ, "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@b.c", "GIT_COMMITTER_NAME": "A"}
    env |= {"GIT_COMMITTER_EMAIL": "a@b.c", "HOME": str(tmp_path / "home"), "XDG_DATA_HOME": str(tmp_path / "home")}
    env |= {"ROUTERD_CONFIG": str(tmp_path / "home" / "routerd.toml"), "ROUTERD_E2E_KEY": "sk-test"}
    master, slave = os.openpty()
    os.write(master, f"{answer}\n".encode())
    command = [sys.executable, "-m", "routerd", "commit"]
    done = subprocess.run(
        command, cwd=repository, env=env, stdin=slave, capture_output=True, encoding="utf-8", timeout=60, check=False
    )
    os.close(master)
    os.close(slave)
    subjects = git(repository, "log", "--format=%s").splitlines()
    if answer == "y":
        assert done.returncode == 0, done.stderr
        assert subjects[0] == "Say what the change does"
    else:
        assert done.returncode == 130
        assert len(subjects) == 1
    assert len(upstream.seen) == 1


def test_no_program_of_a_hostile_repository_runs(routerd: Run, repository: Path) -> None:
    trap = repository / ".git" / "trap.sh"
    trap.write_text(f"#!/bin/sh\ntouch '{repository}/sprung'\n")
    trap.chmod(0o755)
    for key in ("core.fsmonitor", "diff.external", "diff.x.textconv", "diff.x.command", "core.pager", "gpg.program"):
        git(repository, "config", key, str(trap))
    git(repository, "config", "log.showSignature", "true")
    (repository / ".git" / "info").mkdir(exist_ok=True)
    (repository / ".git" / "info" / "attributes").write_text("* diff=x\n")
    done = routerd("commit", "--print")
    assert done.returncode == 0, done.stderr
    assert not (repository / "sprung").exists()


@pytest.mark.parametrize("words", [("run", "explain", "labels.py:4"), ("commit", "--print")])
def test_without_a_model_what_has_no_writer_is_refused_with_what_to_do(
    routerd: Run, repository: Path, words: tuple[str, ...]
) -> None:
    done = routerd(*words, keyless=True)
    assert done.returncode == 3, (done.stdout, done.stderr)
    assert "run 'routerd config init' and set a provider's key" in done.stderr
    assert not done.stdout


def test_an_estimate_lists_what_a_menu_would(routerd: Run) -> None:
    done = routerd("estimate", "labels.py:4", "--json")
    assert [row["action"] for row in json.loads(done.stdout)] == [
        "document",
        "test",
        "review",
        "design",
        "ask",
        "explain",
    ]


def test_route_reads_its_lines_from_stdin(routerd: Run) -> None:
    lines = '{"id": 1, "text": "add unit tests"}\n{"id": 2, "text": "explain this"}\n'
    done = routerd("route", "--batch", "-", text=lines)
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == [1, 2], done.stderr
