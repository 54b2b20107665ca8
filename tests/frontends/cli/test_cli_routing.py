"""`routerd route` as a person and a script meet it: real processes, an empty home, no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.frontends.cli.test_cli import Routerd, one_sentence, routerd

__all__ = ["routerd"]  # the fixture


def test_explain_shows_five_known_instructions_with_their_words(routerd: Routerd) -> None:
    done = routerd("route", "our workers deadlock under load", "--explain")
    assert done.returncode == 0
    rows = [line.split(None, 3) for line in done.stdout.splitlines() if line.startswith("  ")]
    assert len(rows) == 5
    assert rows[0][1] == "architect"
    assert "concurrency words stand together with failure words" in done.stdout
    shape = json.loads(routerd("route", "our workers deadlock under load", "--explain", "--json").stdout)
    assert [near["text"] for near in shape["nearest"]] == [row[3] for row in rows]
    assert shape["signals"] == ["concurrency"]


def test_a_correction_counts_at_once_and_leaves_the_file_as_it_was(routerd: Routerd, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text("# mine\n[budget] # dollars\ndaily = '5.00'\n")
    text = "frobnicate the quux report"
    done = routerd("route", "--correct", "architect", text, "--json", ROUTERD_CONFIG=str(own))
    assert (done.returncode, json.loads(done.stdout)["tier"]) == (0, "architect")
    assert str(own) in done.stderr
    assert own.read_text().startswith("# mine\n[budget] # dollars\ndaily = '5.00'\n")
    again = json.loads(routerd("route", f"please {text} again", "--json", ROUTERD_CONFIG=str(own)).stdout)
    assert (again["tier"], again["confident"]) == ("architect", True)
    assert text in again["reason"]


@pytest.mark.parametrize(
    "arguments", [("--correct", "architekt", "x"), ("--correct", "logic", " "), ("--correct", "logic", "--batch", "f")]
)
def test_a_correction_without_a_tier_or_words_is_told(routerd: Routerd, arguments: tuple[str, ...]) -> None:
    done = routerd("route", *arguments)
    assert done.returncode == 2
    one_sentence(done)


def test_a_batch_gives_one_line_for_each_and_words_keep_their_signs(routerd: Routerd, tmp_path: Path) -> None:
    rows = [{"id": number, "text": f"rename x{number}\u2028 📦"} for number in range(600)]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows), "utf-8")
    done = routerd("route", "--batch", str(batch))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(600))
    assert {answer["tier"] for answer in answers} == {"utility"}
    assert "nearest" not in answers[0]


@pytest.mark.parametrize("line", ["{", '{"id": 1}', "3", b"\xff\xfe".decode("latin-1")])
def test_a_broken_line_is_named(routerd: Routerd, tmp_path: Path, line: str) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_bytes(b'{"id": 1, "text": "a"}\n' + line.encode("latin-1"))
    done = routerd("route", "--batch", str(batch))
    assert done.returncode == 2
    assert "line 2" in one_sentence(done)


def test_an_embedding_that_fails_is_told_in_the_reason(routerd: Routerd, tmp_path: Path) -> None:
    own = tmp_path / "own.toml"
    own.write_text('[routing]\nembedder = { folder = "no-such-folder" }\n')
    shape = json.loads(routerd("route", "rename this variable", "--json", "--config", str(own)).stdout)
    assert shape["tier"] == "utility"
    assert "the embedding no-such-folder failed" in shape["reason"]
