"""A correction of semantic routing in the user's file: what stands there stays, and it counts at once."""

from __future__ import annotations

import os
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from routerd.adapters.config import Sources, add_example, load
from routerd.domain.errors import ConfigError
from routerd.domain.settings import Embedding, RoutingExample
from routerd.domain.tier import Tier

WISH = RoutingExample(Tier.ARCHITECT, 'why does "drain" hang\nso long? 📦')
OTHER = RoutingExample(Tier.SPEED, "tl;dr the standup")


def examples(path: Path) -> tuple[RoutingExample, ...]:
    return load(Sources(path)).settings.routing.examples


def test_a_file_that_is_missing_is_made(tmp_path: Path) -> None:
    path = tmp_path / "new" / "config.toml"
    add_example(path, WISH)
    add_example(path, OTHER)
    assert examples(path) == (WISH, OTHER)
    assert path.read_text("utf-8").count("[[routing.examples]]") == 2
    assert [file.name for file in path.parent.iterdir()] == ["config.toml"]


@pytest.mark.parametrize(
    "text",
    [
        "# mine\n[budget] # dollars\ndaily = '5.00' # enough\n",
        '[routing] # how\nescalate = true # yes\n\n[budget]\ndaily = "1.00"\n# the end',
        '[[routing.examples]]\ntier = "logic" # so\ntext = "a"\n\n[code]\n# strange table\nx = 1\n',
        'routing.escalate = true # dotted\n[budget]\ndaily = "1.00"\n',
        '[routing]\nexamples = [{ tier = "logic", text = "a" }] # in line\n',
        "# nothing but words",
        '[budget]\r\ndaily = "1.00" # in dollars\r\n',
    ],
)
def test_comments_and_all_else_stay_as_they_are(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(text.encode())
    before = tomllib.loads(text)
    add_example(path, WISH)
    after = path.read_bytes().decode()
    assert WISH in examples(path)
    for comment in (line.partition("#")[2] for line in text.splitlines() if "#" in line):
        assert comment in after
    now = tomllib.loads(after)
    del now["routing"]["examples"][-1]
    assert {k: v for k, v in now.items() if k != "routing"} == {k: v for k, v in before.items() if k != "routing"}
    if "\r\n" in text:
        assert "\n" not in after.replace("\r\n", "")


def test_the_same_words_are_moved_to_their_new_tier(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    for tier in (Tier.ARCHITECT, Tier.LOGIC):
        add_example(path, RoutingExample(tier, "drain the queue"))
    assert examples(path) == (RoutingExample(Tier.LOGIC, "drain the queue"),)


def test_a_broken_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text("[routing\n")
    with pytest.raises(ConfigError, match="line 1"):
        add_example(path, WISH)
    assert path.read_text() == "[routing\n"


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes and links")
def test_a_link_stays_a_link_and_its_file_keeps_its_mode(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "config.toml"
    real.write_text("# mine\n")
    os.chmod(real, 0o600)
    link.symlink_to(real)
    add_example(link, WISH)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert examples(real) == (WISH,)


def test_a_projects_examples_join_the_users_own(tmp_path: Path) -> None:
    user, project = tmp_path / "config.toml", tmp_path / ".routerd.toml"
    add_example(user, WISH)
    add_example(project, OTHER)
    assert load(Sources(user, workspace=project)).settings.routing.examples == (WISH, OTHER)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"built-in"', "built-in"),
        ('{ folder = "~/model" }', "~/model"),
        ('{ provider = "openai", model = "text-embedding-3-small" }', "openai/text-embedding-3-small"),
    ],
)
def test_an_embedding_is_named_in_one_of_three_ways(tmp_path: Path, written: str, meant: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[routing]\nembedder = {written}\n")
    loaded = load(Sources(path))
    assert str(loaded.settings.routing.embedder) == meant
    assert loaded.problems == ()


@pytest.mark.parametrize("written", ['"other"', "{}", '{ folder = "" }', '{ provider = "openai" }', "3"])
def test_any_other_embedding_is_told_with_the_three(tmp_path: Path, written: str) -> None:
    path = tmp_path / "config.toml"
    path.write_text(f"[routing]\nembedder = {written}\n")
    with pytest.raises(ConfigError, match="built-in"):
        load(Sources(path))


def test_a_workspace_may_not_say_where_words_are_sent(tmp_path: Path) -> None:
    project = tmp_path / ".routerd.toml"
    project.write_text('[routing]\nembedder = { provider = "openai", model = "m" }\n')
    loaded = load(Sources(tmp_path / "none.toml", workspace=project))
    assert loaded.settings.routing.embedder == Embedding()
    assert "routing.embedder" in loaded.problems[0]


def test_an_embedding_of_an_unknown_provider_is_told(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text('[routing]\nembedder = { provider = "opemai", model = "m" }\n')
    assert "opemai" in load(Sources(path)).problems[0]
