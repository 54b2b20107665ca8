"""Completion: each command, option and word is offered where the program takes it, by the table and in a real shell."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.tier import Tier
from routerd.frontends.cli.command_table import COMMANDS, WORDS
from routerd.frontends.cli.completion import SHELLS, answer, script
from routerd.frontends.cli.main import MODULES
from tests.missing import program

PLACED = [spec.name for spec in catalog().values() if spec.placed]


def offered(line: str) -> list[str]:
    """What fish is offered for a line, without the meanings."""
    return [row.partition("\t")[0] for row in answer("fish", line.split(" ")).splitlines()]


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("", list(MODULES)),
        ("con", ["config"]),
        ("config ", ["init", "show", "check", "tests", "schema"]),
        ("config show --w", ["--where"]),
        ("run ", PLACED),
        ("run de", ["design"]),
        ("run document ", [":files"]),
        ("run document x.py --ti", ["--tier"]),
        ("run document x.py --tier ", ["speed", "utility", "logic", "architect"]),
        ("run document x.py --tier=l", ["--tier=logic"]),
        ("run --tier logic re", ["review"]),
        ("run --tier=logic re", ["review"]),
        ("run --diff re", ["review"]),
        ("run --instruction ", []),
        ("run --config ", [":files"]),
        ("run --config=a", [":files"]),
        ("estimate x.py do", ["document"]),
        ("estimate x.py document te", ["test"]),
        ("serve --log-level ", ["debug", "info", "warning", "error"]),
        ("--log-l", ["--log-level"]),
        ("audit a.jsonl ", [":files"]),
        ("completion z", ["zsh"]),
        ("stats x", []),
        ("frobnicate ", []),
        ("run -- ", PLACED),
        ("run --no-such ", PLACED),
    ],
)
def test_what_is_offered(line: str, words: list[str]) -> None:
    assert offered(line) == words


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_and_option_is_offered_with_what_it_means(command: str) -> None:
    before, _, last = command.rpartition(" ")
    rows = answer("fish", [*before.split(), last]).splitlines() if command else []
    assert f"{last}\t{COMMANDS[command][0]}" in rows if command else True
    for option, (_, says) in COMMANDS[command][1].items():
        assert f"{option}\t{says}" in answer("fish", [*command.split(), option]).splitlines()


def test_actions_and_tiers_are_those_of_the_domain() -> None:
    assert list(WORDS["ACTION"]) == PLACED
    assert set(WORDS["TIER"]) == set(Tier)


WORD = st.one_of(
    st.sampled_from([word for name in COMMANDS for word in name.split()]),
    st.sampled_from([option for _, options, _, _ in COMMANDS.values() for option in options]),
    st.sampled_from(["", "-", "--", "=", ":", "--tier=", "--tier=lo", "x.py:4"]),
    st.text(max_size=6),
)


@given(shell=st.sampled_from(SHELLS), line=st.lists(WORD, max_size=6))
@example(shell="bash", line=[])
def test_any_line_is_answered_and_every_offer_begins_with_what_was_typed(shell: str, line: list[str]) -> None:
    rows = answer(shell, line).splitlines()
    if shell == "fish" and line and rows != [":files"]:
        assert all(row.startswith(line[-1]) for row in rows)


def test_bash_which_breaks_words_at_an_equals_sign_is_offered_what_follows_it() -> None:
    assert answer("bash", ["run", "--tier", "=", "l"]) == "logic\n"
    assert answer("bash", ["run", "--tier", "="]).split() == list(WORDS["TIER"])
    assert answer("bash", ["estimate", "x.py", ":", "4", "do"]) == "document\n"


def in_shell(folder: Path, name: str, *words: str) -> list[str]:
    """What a real shell says, with a program `routerd` on its PATH and one file beside it."""
    launcher = folder / "routerd"
    launcher.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m routerd "$@"\n', "utf-8")
    launcher.chmod(0o755)
    (folder / "cart.py").write_text("", "utf-8")
    env = {**os.environ, "PATH": f"{folder}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [program(name, name), *words], cwd=folder, env=env, capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout.splitlines()


def in_bash(folder: Path, *words: str) -> list[str]:
    line = " ".join(f"'{word}'" for word in ("routerd", *words))
    asks = f'COMP_WORDS=({line}); COMP_CWORD={len(words)}; _routerd routerd; printf "%s\\n" "${{COMPREPLY[@]}}"'
    return in_shell(folder, "bash", "--norc", "-c", f"source <(routerd completion bash)\n{asks}")


def in_fish(folder: Path, *words: str) -> list[str]:
    asks = f"complete -C '{' '.join(('routerd', *words))}'"
    rows = in_shell(folder, "fish", "--no-config", "-c", f"routerd completion fish | source; {asks}")
    return [row.partition("\t")[0] for row in rows]


def test_a_real_bash_offers_words_and_files(tmp_path: Path) -> None:
    assert in_bash(tmp_path, "run", "d") == ["document", "design"]
    assert in_bash(tmp_path, "run", "document", "ca") == ["cart.py"]
    assert in_bash(tmp_path, "run", "document", "cart.py", "--tier", "=", "l") == ["logic"]
    assert in_bash(tmp_path, "run", "--config", "=", "ca") == ["cart.py"]
    assert in_bash(tmp_path, "run", "--instruction", "") == [""]


def test_a_real_fish_offers_words_and_files(tmp_path: Path) -> None:
    assert set(in_fish(tmp_path, "run", "d")) == {"document", "design"}
    assert in_fish(tmp_path, "run", "document", "ca") == ["cart.py"]
    assert in_fish(tmp_path, "run", "document", "cart.py", "--tier=l") == ["--tier=logic"]
    assert in_fish(tmp_path, "run", "--config=ca") == ["--config=cart.py"]


@pytest.mark.parametrize("shell", SHELLS)
def test_the_script_of_a_shell_parses_there(tmp_path: Path, shell: str) -> None:
    file = tmp_path / "script"
    file.write_text(script(shell), "utf-8")
    done = subprocess.run(
        [program(shell, shell), "-n", str(file)], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_shell_that_is_not_known_is_refused_with_those_that_are() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "routerd", "completion", "tcsh"], capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        "routerd: There is no completion for 'tcsh'; there is one for bash, zsh, fish.\n",
    )
