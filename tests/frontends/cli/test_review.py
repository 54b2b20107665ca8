"""`routerd review`: real processes, a real repository, a provider on loopback."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.e2e.conftest import new_env, with_upstream
from tests.loopback import InThread, Upstream

Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]

OLD = """def first(items):
    if not items:
        return None
    return items[0]


def old_fault(into=[]):
    return into
"""
NEW = OLD.replace("    return items[0]\n", "    if items[0] is 3:\n        return 3\n    return items[0]\n")
FORMATS = ("text", "json", "sarif", "github", "junit")


def git(root: Path, *words: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(["git", *who, *words], cwd=root, capture_output=True, encoding="utf-8", check=True).stdout


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "project"
    root.mkdir()
    (root / "items.py").write_text(OLD)
    (root / "shop.py").write_text(
        "from items import first\n\n\ndef cheapest(prices):\n    return first(sorted(prices))\n"
    )
    (root / "other.py").write_text("UNRELATED = 'never sent'\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "items")
    (root / "items.py").write_text(NEW)
    return root


@pytest.fixture
def routerd(tmp_path: Path, root: Path) -> Run:
    env = new_env(tmp_path)

    def run(*arguments: str, text: str | None = None, upstream: InThread | None = None) -> Done:
        given = with_upstream(env, upstream.base_url) if upstream else env
        source = {"input": text} if text is not None else {"stdin": subprocess.DEVNULL}
        command = [sys.executable, "-m", "routerd", "review", *arguments]
        return subprocess.run(
            command, cwd=root, env=given, capture_output=True, encoding="utf-8", timeout=60, check=False, **source
        )

    return run


def _reply(quote: str, message: str = "Crashes on a dictionary.") -> str:
    finding = {"quote": quote, "line": 4, "severity": "error", "message": message, "fix": None}
    return json.dumps({"findings": [finding]})


@pytest.fixture
def upstream() -> Iterator[InThread]:
    with InThread(Upstream(reply=lambda _: _reply("    if items[0] is 3:"))) as running:
        yield running


def test_without_a_key_only_faults_that_the_change_brought_are_found(routerd: Run) -> None:
    done = routerd("--format", "json")
    found = json.loads(done.stdout)
    assert [(one["path"], one["range"]["start"]["line"], one["code"]) for one in found["findings"]] == [
        ("items.py", 3, "F632")
    ]
    assert found["offline"]
    assert found["cost"] == "0"
    assert "built-in checks only" in done.stderr
    assert done.returncode == 0


def test_text_shows_the_line_and_is_plain_in_a_pipe(routerd: Run) -> None:
    done = routerd("--fail-on", "warning")
    assert done.returncode == 1
    assert done.stdout.startswith("items.py:4:5: warning: ")
    assert "    if items[0] is 3:\n" in done.stdout
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize("way", ["staged", "base", "file", "stdin", "tree"])
def test_every_way_to_name_the_same_change_gives_the_same_findings(routerd: Run, root: Path, way: str) -> None:
    diff = git(root, "diff")
    words: dict[str, list[str]] = {"base": ["--base", "main"], "stdin": ["--diff", "-"], "tree": []}
    if way == "staged":
        git(root, "add", "-A")
        (root / "items.py").write_text("unstaged = [\n")
    if way == "file":
        (root / ".git" / "x.diff").write_text(diff)
    given = {"staged": ["--staged"], "file": ["--diff", ".git/x.diff"], **words}[way]
    done = routerd(*given, "--format", "json", text=diff)
    assert [one["code"] for one in json.loads(done.stdout)["findings"]] == ["F632"], done.stderr


def test_a_diff_of_another_state_is_passed_over_and_said(routerd: Run, root: Path) -> None:
    diff = git(root, "diff")
    (root / "items.py").write_text("another = 1\n")
    done = routerd("--diff", "-", "--format", "json", text=diff)
    assert json.loads(done.stdout)["skipped"] == [
        {"path": "items.py", "reason": "differs from the new side of the diff"}
    ]


def test_a_diff_reads_nothing_outside_the_repository_and_no_secrets(routerd: Run, root: Path) -> None:
    (root.parent / "outside.py").write_text("a = 1\n")
    (root / ".env").write_text("TOKEN=abc\n")
    (root / "linked.py").symlink_to("../outside.py")
    names = ("../outside.py", ".env", "linked.py", ".git/config")
    diff = "".join(f"--- a/{name}\n+++ b/{name}\n@@ -0,0 +1 @@\n+a = 1\n" for name in names)
    found = json.loads(routerd("--diff", "-", "--format", "json", text=diff).stdout)
    assert [one["path"] for one in found["skipped"]] == list(names)
    assert not found["files"]


def test_a_model_sees_the_changed_symbol_its_callers_and_nothing_else(routerd: Run, upstream: InThread) -> None:
    done = routerd("--format", "json", upstream=upstream)
    found = json.loads(done.stdout)
    assert [one["message"] for one in found["findings"]] == ["Crashes on a dictionary."]
    assert done.returncode == 1
    assert Decimal(found["cost"]) > 0
    assert found["tokens_per_finding"] == found["usage"]["input"] + found["usage"]["output"]
    sent = str(upstream.seen[-1].body["messages"])
    assert "def first(items):" in sent
    assert "def cheapest(prices)" in sent
    assert "sorted(prices)" not in sent
    assert "old_fault" not in sent
    assert "never sent" not in sent
    assert len(upstream.seen) == 1


def test_of_the_tests_those_that_use_what_changed_are_sent_whole(routerd: Run, root: Path, upstream: InThread) -> None:
    (root / "tests").mkdir()
    (root / "tests" / "test_shop_and_items.py").write_text(
        "from items import first, old_fault\n\n\ndef test_first_of_nothing():\n    assert first([]) is None\n\n\n"
        "def test_another():\n    assert old_fault() == []\n"
    )
    routerd("--format", "json", upstream=upstream)
    sent = next(
        str(one.body["messages"]) for one in upstream.seen if "test_shop_and_items" in str(one.body["messages"])
    )
    assert "tests `first`, which changed" in sent
    assert "assert first([]) is None" in sent
    assert "def cheapest(prices)" in sent
    assert "test_another" not in sent


def test_the_cap_stops_it_and_names_the_files_that_are_not_covered(
    routerd: Run, root: Path, upstream: InThread
) -> None:
    (root / "shop.py").write_text("def cheapest(prices):\n    return min(prices)\n")
    whole = json.loads(routerd("--format", "json", "--max-cost", "1", upstream=upstream).stdout)
    assert not whole["uncovered"]
    sent = len(upstream.seen)
    done = routerd("--format", "json", "--max-cost", "0.0000001", "--base", "HEAD", upstream=upstream)
    (root / "items.py").write_text(NEW + "# another question\n")
    (root / "shop.py").write_text("def cheapest(prices):\n    return max(prices)\n")
    done = routerd("--format", "json", "--max-cost", "0.0000001", upstream=upstream)
    found = json.loads(done.stdout)
    assert done.returncode == 3
    assert [one["path"] for one in found["uncovered"]] == ["items.py", "shop.py"]
    assert len(upstream.seen) == sent


def test_fix_applies_what_findings_offer(routerd: Run, root: Path) -> None:
    done = routerd("--fix", "--fail-on", "warning")
    assert done.returncode == 1
    assert "Fixed 1 finding in items.py." in done.stderr
    assert (root / "items.py").read_text() == NEW.replace("is 3", "== 3")


def test_fix_leaves_a_file_alone_that_has_other_changes_than_the_staged_ones(routerd: Run, root: Path) -> None:
    git(root, "add", "-A")
    (root / "items.py").write_text(NEW + "more = 1\n")
    done = routerd("--staged", "--fix")
    assert "Not fixed: items.py: is not as it was reviewed" in done.stderr
    assert (root / "items.py").read_text() == NEW + "more = 1\n"


def test_no_format_prints_a_secret_that_the_code_or_a_model_repeats(routerd: Run, root: Path) -> None:
    secret = "ghp_" + "a8Kd02mQz7LxW4vRt1Yc9BnE5uHs3JfGp6To"
    line = f'    TOKEN = "{secret}"'
    (root / "items.py").write_text(OLD.replace("    return items[0]", f"{line}\n    return items[0]"))
    with InThread(Upstream(reply=lambda _: _reply("    return items[0]", f"Remove {secret}."))) as running:
        for form in FORMATS:
            done = routerd("--format", form, upstream=running)
            assert secret not in done.stdout + done.stderr
            assert "Remove" in done.stdout, done.stderr


def test_github_annotations_cannot_be_forged_by_a_message(routerd: Run) -> None:
    with InThread(Upstream(reply=lambda _: _reply("    if items[0] is 3:", "100%\n::error::forged"))) as running:
        done = routerd("--format", "github", upstream=running)
    lines = done.stdout.splitlines()
    assert lines[0].startswith("::error file=items.py,line=4,endLine=4,col=")
    assert not any(line.startswith("::error::") for line in lines)


def test_junit_is_xml_whatever_a_message_holds(routerd: Run) -> None:
    message = "a ]]> <b> & \" ' \u0001 \ufffe"
    with InThread(Upstream(reply=lambda _: _reply("    if items[0] is 3:", message))) as running:
        done = routerd("--format", "junit", upstream=running)
    suite = ElementTree.fromstring(done.stdout).find("testsuite")
    assert suite is not None
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("1", "1", "0")


def test_nothing_changed_is_no_finding(routerd: Run, root: Path) -> None:
    git(root, "checkout", "-q", ".")
    for form in FORMATS:
        assert routerd("--format", form).returncode == 0


@pytest.mark.parametrize("words", [["--base", "nowhere"], ["--base", "--all"], ["--staged", "--base", "main"]])
def test_a_wrong_use_is_said_in_one_sentence(routerd: Run, words: list[str]) -> None:
    done = routerd(*words)
    assert done.returncode == 2
    assert done.stderr.startswith("routerd: ")
    assert "Traceback" not in done.stderr


def test_no_program_of_the_repository_is_run(routerd: Run, root: Path) -> None:
    (root / ".gitattributes").write_text("*.py filter=evil diff=evil\n")
    for key in ("filter.evil.clean", "filter.evil.process", "diff.evil.command", "diff.evil.textconv"):
        git(root, "config", key, f"touch {root}/ran; cat")
    git(root, "config", "filter.evil.required", "true")
    done = routerd("--format", "json")
    assert done.returncode == 0, done.stderr
    assert not (root / "ran").exists()


def test_what_nobody_wrote_by_hand_is_passed_over_with_the_reason(routerd: Run, root: Path) -> None:
    made = ["package-lock.json", "vendor/x.py", "made.py", "marked.py", "kept.py"]
    (root / "vendor").mkdir()
    for name in made:
        (root / name).write_text(OLD)
    (root / "made.py").write_text("# Code generated by hand-o-matic. DO NOT EDIT.\n" + OLD)
    (root / ".gitattributes").write_text("marked.py linguist-generated\n")
    git(root, "add", "-A")
    found = json.loads(routerd("--staged", "--format", "json").stdout)
    assert {one["path"]: one["reason"] for one in found["skipped"]} == {
        "package-lock.json": "is a lock file",
        "vendor/x.py": "is vendored (in vendor/)",
        "made.py": "is generated",
        "marked.py": "is generated by .gitattributes",
    } | {one["path"]: one["reason"] for one in found["skipped"] if one["path"] == ".gitattributes"}
    assert {"kept.py", "items.py"} <= {one["path"] for one in found["files"]}
