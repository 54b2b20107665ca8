"""Two machines work on one batch over one shared ledger: nothing is asked twice, and both have every answer."""

from __future__ import annotations

import shutil
import subprocess
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from tests.batch.project import Project, new_project
from tests.batch.test_run_many import billed, honest
from tests.loopback import InThread


def machine(folder: Path, first: Project | None = None) -> Project:
    made = new_project(folder)
    if first is not None:
        shutil.rmtree(made.root)
        shutil.copytree(first.root, made.root)
    return made


@pytest.mark.slow
def test_two_machines_on_one_batch_ask_nothing_twice(tmp_path: Path, database_url: str) -> None:
    one = machine(tmp_path / "one")
    one.write([f"m{number}" for number in range(24)])
    one.commit()
    two = machine(tmp_path / "two", one)
    with InThread(honest()) as upstream:
        for each in (one, two):
            each.configure(upstream.base_url, more=f'[ledger]\nurl = "{database_url}"\n[budget]\nteam_daily = "5"\n')
        running = [
            subprocess.Popen(
                each.command("run", "document", ".", "--yes", "--apply", "--json"),
                cwd=each.root,
                env=each.env,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
            for each in (one, two)
        ]
        for process in running:
            told = process.communicate(timeout=240)
            assert process.returncode == 0, told
        asked = [one_seen.body["messages"][-1]["content"] for one_seen in upstream.seen]
        assert len(set(asked)) == len(asked) == 24
        for number in range(24):
            text = (one.root / f"m{number}.py").read_text()
            assert '"""' in text
            assert (two.root / f"m{number}.py").read_text() == text
        with psycopg.connect(database_url) as connection:
            ((spent, rows),) = connection.execute(
                "SELECT SUM(cost), COUNT(*) FILTER (WHERE NOT cached) FROM attempts"
            ).fetchall()
            ((used, held),) = connection.execute(
                "SELECT used, held FROM budgets WHERE scope = 'team' AND length(period) = 10"
            ).fetchall()
        assert Decimal(spent) / 10**12 == billed(upstream.seen)
        assert (rows, used, held) == (24, spent, 0)
