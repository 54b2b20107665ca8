"""The command line as a person meets it: real processes, an empty home, no key, no network."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from routerd import __version__
from routerd.domain.tier import Tier
from routerd.frontends.cli.main import MODULES
from tests.posix import is_root

SOURCE = '''\
"""A shop's parcels 📦."""


def parse_header(line, sep=":"):
    if not line.strip():
        raise ValueError("empty header")
    name, _, value = line.partition(sep)
    return name.strip().lower(), value.strip()


def read(lines, seen=[]):
    try:
        seen.extend(parse_header(line) for line in lines)
    except:
        pass
    return seen
'''

TESTED = '''\


def doubled(text):
    """The text twice.

    >>> doubled("ab")
    'abab'
    """
    return text * 2
'''
"""What is put behind SOURCE where the built-in engine is to write a test."""

Done = subprocess.CompletedProcess[str]
Routerd = Callable[..., Done]


@pytest.fixture
def routerd(tmp_path: Path) -> Routerd:
    """Runs the program in a project of its own, with nothing in its environment that it could know us by."""
    home = tmp_path / "home"
    project = tmp_path / "project"
    home.mkdir()
    project.mkdir()
    (project / "pyproject.toml").write_text('[project]\nname = "shop"\n')
    (project / "shop.py").write_bytes(SOURCE.encode())
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT", "PYTHONPATH") if name in os.environ}
    folders = {
        name: str(home / name.lower()) for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "APPDATA", "LOCALAPPDATA")
    }
    env = {**kept, **folders, "HOME": str(home), "USERPROFILE": str(home), "PYTHONUTF8": "1"}

    def run(*arguments: str, **extra: str) -> Done:
        return subprocess.run(
            [sys.executable, "-m", "routerd", *arguments],
            cwd=project,
            env={**env, **extra},
            capture_output=True,
            text=True,
            encoding="utf-8",
            errors="surrogateescape",
            timeout=120,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    return run


@pytest.fixture
def shop(tmp_path: Path, routerd: Routerd) -> Path:
    return tmp_path / "project" / "shop.py"


def one_sentence(done: Done) -> str:
    """What went wrong, after checking that it is one line and no traceback."""
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("routerd: ")
    assert "Traceback" not in done.stderr
    return lines[0]


def test_document_prints_a_diff_and_leaves_the_file_alone(routerd: Routerd, shop: Path) -> None:
    done = routerd("run", "document", "shop.py:4")
    assert done.returncode == 0, done.stderr
    assert '+    """Parse' in done.stdout
    assert "offline" in done.stderr
    assert shop.read_bytes() == SOURCE.encode()


def test_a_diff_applies_to_the_very_bytes_of_the_file(routerd: Routerd, shop: Path, tmp_path: Path) -> None:
    latin = SOURCE.replace("📦", "café").encode("latin-1")
    shop.write_bytes(latin)
    diff = routerd("run", "document", "shop.py:4").stdout
    (tmp_path / "change.diff").write_text(diff, "utf-8", "surrogateescape", newline="")
    subprocess.run(["git", "apply", str(tmp_path / "change.diff")], cwd=shop.parent, check=True)
    assert b"parcels caf\xe9" in shop.read_bytes()
    assert b'"""Parse' in shop.read_bytes()


def test_apply_writes_the_change_and_nothing_but_the_change(routerd: Routerd, shop: Path) -> None:
    shop.write_bytes(SOURCE.replace("\n", "\r\n").encode())
    done = routerd("run", "document", "shop.py", "--apply")
    assert done.returncode == 0, done.stderr
    after = shop.read_bytes().decode()
    assert after.count("\n") == after.count("\r\n")
    functions = [node for node in ast.walk(ast.parse(after)) if isinstance(node, ast.FunctionDef)]
    assert [ast.get_docstring(one) is None for one in functions] == [False, True], "of `read` nothing is certain"
    left = after.splitlines()
    assert all(line in left for line in SOURCE.splitlines())


def test_apply_says_so_where_there_is_nothing_to_apply(routerd: Routerd, shop: Path) -> None:
    before = shop.read_bytes()
    done = routerd("run", "review", "shop.py", "--apply")
    assert "'review' changes no file, so there was nothing to apply." in done.stderr
    assert shop.read_bytes() == before


def test_json_is_an_outcome_with_an_edit_and_a_receipt(routerd: Routerd, shop: Path) -> None:
    outcome = json.loads(routerd("run", "document", "shop.py:4", "--json").stdout)
    assert outcome["status"] == "proposed"
    assert outcome["cost"] == "0"
    assert outcome["attempts"][0]["provider"] == "offline"
    assert outcome["edit"]["documentChanges"][0]["edits"][0]["range"]["start"]["line"] == 4


def test_generated_tests_are_a_new_file_that_pytest_runs_green(routerd: Routerd, shop: Path) -> None:
    shop.write_text(SOURCE + TESTED, "utf-8")
    done = routerd("run", "test", "shop.py", "--apply")
    assert done.returncode == 0, done.stderr
    written = list(shop.parent.rglob("test_*.py"))
    assert len(written) == 1
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(written[0])],
        cwd=shop.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_review_finds_the_real_faults(routerd: Routerd, shop: Path) -> None:
    done = routerd("run", "review", "shop.py")
    assert done.returncode == 0, done.stderr
    assert "shop.py:11:" in done.stdout
    assert "except" in done.stdout


def test_a_review_names_the_file_as_the_user_did(routerd: Routerd, shop: Path) -> None:
    (shop.parent / "parts").mkdir()
    shop.rename(shop.parent / "parts" / "shop.py")
    assert "parts/shop.py:11:" in routerd("run", "review", "parts/shop.py:10").stdout.replace(os.sep, "/")


def test_design_is_a_document(routerd: Routerd, shop: Path) -> None:
    done = routerd("run", "design", "shop.py")
    assert done.returncode == 0, done.stderr
    assert "## Purpose" in done.stdout
    assert "## Structure" in done.stdout


def test_estimate_sends_nothing_and_lists_each_action(routerd: Routerd, shop: Path) -> None:
    estimates = json.loads(routerd("estimate", "shop.py:4", "--json").stdout)
    assert [estimate["action"] for estimate in estimates] == ["document", "test", "review", "design", "ask"]
    assert all(estimate["cost"] == {"low": "0", "likely": "0", "high": "0"} for estimate in estimates)


def test_what_is_documented_is_estimated_as_a_rewrite_and_run_says_how_to_ask_for_one(
    routerd: Routerd, shop: Path
) -> None:
    (shop.parent / "done.py").write_text('def weigh():\n    """Weigh."""\n    return 1\n', "utf-8")
    estimates = json.loads(routerd("estimate", "done.py:1", "document", "--json").stdout)
    assert estimates == []
    refused = routerd("run", "document", "done.py:1")
    assert (refused.returncode, "--replace" in refused.stderr) == (3, True)
    instructed = routerd("run", "ask", "done.py:1")
    assert (instructed.returncode, "--instruction TEXT" in instructed.stderr) == (3, True)
    rewrite = routerd("run", "document", "done.py:1", "--replace")
    assert (rewrite.returncode, "rewrites no documentation" in rewrite.stderr) == (3, True), "the built-in engine"


def test_with_a_key_the_estimate_names_the_model_and_its_price(routerd: Routerd, shop: Path) -> None:
    estimates = json.loads(routerd("estimate", "shop.py:4", "--json", N1N_API_KEY="not-a-real-key").stdout)
    first = estimates[0]
    assert first["model"] == "n1n/deepseek-v3"
    assert float(first["cost"]["low"]) < float(first["cost"]["likely"]) < float(first["cost"]["high"])
    assert float(first["baseline_cost"]) > float(first["cost"]["high"])
    assert "not-a-real-key" not in json.dumps(estimates)


def test_without_a_key_the_estimate_tells_what_the_first_paid_model_would_cost(routerd: Routerd, shop: Path) -> None:
    keyless = json.loads(routerd("estimate", "shop.py:4", "--json").stdout)
    keyed = json.loads(routerd("estimate", "shop.py:4", "--json", N1N_API_KEY="not-a-real-key").stdout)
    keyed = [row for row in keyed if row["action"] in {one["action"] for one in keyless}]
    assert [(row["with_key"]["model"], row["with_key"]["cost"]) for row in keyless] == [
        (row["candidates"][0]["model"], row["candidates"][0]["cost"]) for row in keyed
    ]
    assert {row["with_key"] for row in keyed} == {None}
    assert re.search(r"built-in, offline .* \$0 \(deepseek-v3: ≈ \$0\.0\d+\)", routerd("estimate", "shop.py:4").stdout)


def test_who_chose_the_built_in_engine_is_told_no_other_price(routerd: Routerd, shop: Path) -> None:
    config = shop.parent / "own.toml"
    config.write_text("[tiers]\n" + "".join(f'{tier} = "offline/built-in"\n' for tier in Tier), "utf-8")
    rows = json.loads(routerd("estimate", "shop.py:4", "--json", "--config", str(config)).stdout)
    assert rows
    assert {row["with_key"] for row in rows} == {None}


def test_stats_count_what_was_done(routerd: Routerd, shop: Path) -> None:
    assert json.loads(routerd("stats", "--json").stdout)["attempts"] == 0
    routerd("run", "document", "shop.py:4")
    stats = json.loads(routerd("stats", "--json").stdout)
    assert (stats["attempts"], stats["spent"]) == (1, "0")


def test_the_report_is_one_page_that_asks_no_network(routerd: Routerd, shop: Path) -> None:
    assert routerd("report", "--out", "r.html").returncode == 0
    text = (shop.parent / "r.html").read_text("utf-8")
    assert "<svg" in text or "Plot.plot" in text
    assert 'src="http' not in text
    assert 'href="http' not in text


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("run", "polish", "shop.py"), 2, "There is no action 'polish'; there are"),
        (("run", "document", "none.py"), 2, "does not exist"),
        (("run", "document", "shop.py:999"), 2, "there is no line 999"),
        (("run", "document", "shop.py", "--tier", "genius"), 2, "There is no tier 'genius'"),
        (("run", "document", "shop.py", "--model", "gpt-4o"), 2, "is not provider/model"),
        (("run", "document", "shop.py", "--model", "nobody/gpt-4o"), 2, "There is no provider 'nobody'"),
        (("run", "document", "nosuch*"), 2, "No file matches"),
        (("run", "document", os.devnull), 2, "is no regular file"),
        (("config",), 2, "Missing command"),
        (("route", " "), 2, "instruction is empty"),
        (("estimate",), 2, "Name files, folders or patterns"),
        (("frobnicate",), 2, "No such command 'frobnicate'"),
        (("serve", "--tcp", "nonsense"), 2, "HOST:PORT"),
        (("serve", "--log-level", "loud"), 2, "There is no log level 'loud'; there are debug, info, warning, error."),
        (("--log-level", "loud"), 2, "There is no log level 'loud'; there are debug, info, warning, error."),
        (("--log-level", "loud", "stats"), 2, "There is no log level 'loud'; there are debug"),
        (("--log-level", "debug", "serve"), 2, "Write --log-level after the command"),
        (("--log-file", "x.log", "serve"), 2, "Write --log-file after the command"),
        (("--config", "x.toml", "estimate", "shop.py"), 2, "Write --config after the command"),
        (("run", "document", "nosuch:abc"), 2, "'abc' is no line: write nosuch:LINE or nosuch:LINE:COLUMN"),
        (("estimate", "shop.py:4:x"), 2, "'4:x' is no line: write shop.py:LINE or shop.py:LINE:COLUMN"),
        (("completion",), 2, "Missing argument 'SHELL'"),
    ],
)
def test_a_wrong_word_gets_one_sentence_and_exit_code_2(
    routerd: Routerd, shop: Path, arguments: tuple[str, ...], code: int, words: str
) -> None:
    done = routerd(*arguments)
    assert words in one_sentence(done)
    assert done.returncode == code


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.py", b"", "is empty"),
        ("blob.py", b"\x00\x01\x02" * 100, "binary"),
        ("notes.md", b"# Notes\n", "cannot document markdown files"),
        ("large.py", b"x = 1\n" * 900_000, "too large"),
        ("done.py", b'def weigh():\n    """Weigh."""\n', "documented already"),
        ("flat.py", b"x = 1\n", "nothing to document"),
    ],
)
def test_a_file_that_cannot_be_worked_on_is_refused_with_the_reason(
    routerd: Routerd, shop: Path, name: str, content: bytes, words: str
) -> None:
    (shop.parent / name).write_bytes(content)
    done = routerd("run", "document", name)
    assert done.returncode == 3
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_with_a_syntax_error_is_documented_as_far_as_it_parses(routerd: Routerd, shop: Path) -> None:
    shop.write_text(SOURCE + "\n\ndef broken(:\n    return 1\n", "utf-8")
    done = routerd("run", "document", "shop.py:4", "--apply")
    assert "Traceback" not in done.stderr
    assert "def broken(:" in shop.read_text("utf-8")


def test_a_broken_configuration_names_file_line_and_fix(routerd: Routerd, shop: Path) -> None:
    (shop.parent / "bad.toml").write_text("[tiers]\nutility = n1n/deepseek-v3\n")
    done = routerd("estimate", "shop.py", "--config", "bad.toml")
    assert done.returncode == 2
    sentence = one_sentence(done)
    assert "bad.toml" in sentence
    assert "line 2" in sentence


def test_an_unknown_key_is_named_with_the_nearest_known_one(routerd: Routerd, shop: Path) -> None:
    (shop.parent / "odd.toml").write_text('[buget]\ndaily = "5.00"\n')
    done = routerd("estimate", "shop.py", "--config", "odd.toml")
    assert done.returncode == 0
    assert "budget" in done.stderr


@pytest.mark.parametrize("columns", ["40", "200"])
def test_the_configuration_is_shown_as_toml_that_says_the_same(routerd: Routerd, shop: Path, columns: str) -> None:
    shown = routerd("config", "show", "--where", COLUMNS=columns).stdout
    (shop.parent / "shown.toml").write_text(shown, "utf-8")
    assert tomllib.loads(shown)["providers"]["n1n"]["base_url"] == "https://api.n1n.ai/v1"
    assert routerd("config", "check", "shown.toml").returncode == 0


def test_a_narrow_screen_cuts_no_price(routerd: Routerd, shop: Path) -> None:
    shown = routerd("estimate", "shop.py:4", COLUMNS="50", N1N_API_KEY="not-a-real-key").stdout
    assert "…" not in shown
    assert "$0.0" in shown


def test_no_command_is_described_by_half_a_sentence(routerd: Routerd) -> None:
    for arguments in (["--help"], ["config", "--help"]):
        shown = routerd(*arguments, COLUMNS="80").stdout
        assert "Commands:" in shown
        assert "..." not in shown.partition("Commands:")[2]


@pytest.mark.skipif(os.name == "nt" or is_root(), reason="these rights bind neither there nor root")
def test_a_read_only_file_stays_as_it_is(routerd: Routerd, shop: Path) -> None:
    shop.chmod(0o400)
    kept = routerd("run", "document", "shop.py:4", "--apply")
    assert (kept.returncode, "read-only" in kept.stderr) == (0, True)
    assert '+    """Parse' in kept.stdout


def test_what_cannot_be_written_is_shown(routerd: Routerd, shop: Path) -> None:
    (shop.parent / "tests").write_text("a file where the folder should be", "utf-8")
    shop.write_text(SOURCE + TESTED, "utf-8")
    kept = routerd("run", "test", "shop.py", "--apply")
    assert (kept.returncode, "cannot be written" in kept.stderr) == (0, True)
    assert "+def test_" in kept.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="a POSIX shell closes the streams")
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-"])
def test_a_closed_stream_is_no_fault(shop: Path, tmp_path: Path, closed: str) -> None:
    script = f'"{sys.executable}" -m routerd stats {closed}'
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env={**os.environ, "HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("name", ["json", "typer", "asyncio", "sqlite3"])
def test_a_project_cannot_lend_its_modules_to_routerd(routerd: Routerd, shop: Path, name: str) -> None:
    (shop.parent / f"{name}.py").write_text("raise SystemExit('the project was run')\n", "utf-8")
    done = routerd("run", "document", "shop.py:4")
    assert (done.returncode, "the project was run" in done.stderr) == (0, False), done.stderr


@pytest.mark.parametrize("words", [["--version"], ["-V"], ["--stdio", "-V"], ["--version", "--config", "x"]])
def test_the_version_is_printed(routerd: Routerd, words: list[str]) -> None:
    done = routerd(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, f"routerd {__version__}\n", "")
    assert "--version" in routerd("--help").stdout


def test_the_help_lists_every_command_with_the_words_of_its_own_help(routerd: Routerd) -> None:
    listed = routerd("--help", COLUMNS="80").stdout.partition("Commands:")[2]
    rows = dict(re.split(r" {2,}", line.strip(), maxsplit=1) for line in listed.splitlines() if line.strip())
    assert list(rows) == list(MODULES)
    for name, says in rows.items():
        assert says.rstrip(".") in " ".join(routerd(name, "--help").stdout.split())
