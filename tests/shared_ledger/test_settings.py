"""[ledger] url: the user's own file only, without a password in it, and `routerd doctor` and `stats` use it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from routerd.adapters.config import Sources, check, load
from tests.batch.project import new_project

SECRET = "hunter2-and-more"


@pytest.mark.parametrize(
    "url",
    [f"postgresql://u:{SECRET}@db/x", f"postgresql://u@db/x?password={SECRET}", f"mysql://{SECRET}", SECRET],
)
def test_a_url_with_a_password_in_it_is_refused_and_never_shown(tmp_path: Path, url: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(f'[ledger]\nurl = "{url}"\n')
    (said,) = check(Sources(file))
    assert "ledger.url" in said
    assert SECRET not in said


def test_a_workspace_may_not_name_a_ledger(tmp_path: Path) -> None:
    user, folder = tmp_path / "config.toml", tmp_path / ".routerd.toml"
    user.write_text("")
    folder.write_text('[ledger]\nurl = "postgresql://u@evil.example.com/x"\nperson = "boss"\nteam = "other"\n')
    loaded = load(Sources(user, workspace=folder))
    assert (loaded.settings.ledger.url, loaded.settings.ledger.person, loaded.settings.ledger.team) == (None,) * 3
    (problem,) = loaded.problems
    assert all(f"`ledger.{name}`" in problem for name in ("url", "person", "team"))


@pytest.mark.slow
def test_doctor_and_stats_read_the_shared_ledger_and_say_when_it_is_away(tmp_path: Path, database_url: str) -> None:
    project = new_project(tmp_path)
    project.configure("http://127.0.0.1:9/v1", more=f'[ledger]\nurl = "{database_url}"\n')
    found = {row["name"]: row for row in json.loads(project.run("doctor", "--json").stdout)}
    assert found["shared ledger"]["ok"] is True
    stats = project.run("stats", "--json")
    assert stats.returncode == 0, stats.stderr
    project.configure("http://127.0.0.1:9/v1", more='[ledger]\nurl = "postgresql://u@/x?host=/nowhere/at/all"\n')
    found = {row["name"]: row for row in json.loads(project.run("doctor", "--json").stdout)}
    assert found["shared ledger"]["ok"] is False
    stats = project.run("stats", "--json")
    assert stats.returncode == 1
    assert "The shared ledger cannot be used" in stats.stderr
    assert "Traceback" not in stats.stderr
