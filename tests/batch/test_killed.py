"""kill -9 at random points of a run: the next run asks only what has no answer, and the ledger has each bill once."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections import defaultdict
from pathlib import Path

import pytest

from tests import brain
from tests.batch.project import Project, new_project
from tests.batch.test_run_many import billed
from tests.loopback import InThread, Seen, Turn, Upstream, hang
from tests.machine_lag import OwnTime

FILES, KILLS, AT_ONCE = 60, 10, 3
_ON_THE_WAY_S = 0.25
"""An answer may leave the upstream and never be read by a process that is killed on a busy machine."""


@pytest.mark.slow
@pytest.mark.timeout(280)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_killed_at_ten_points_nothing_is_lost_and_nothing_is_paid_twice(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write([f"m{number:02}" for number in range(FILES)])
    project.commit()
    chance, kills = random.Random(18), []
    with InThread(Upstream(reply=brain.reply, otherwise=Turn(chunk_chars=20, delay_s=0.03))) as upstream:
        project.configure(upstream.base_url, f"max_concurrency = {AT_ONCE}")
        for _ in range(KILLS):
            before = len(upstream.seen)
            process = started(project)
            upstream.wait_for(lambda now, before=before: len(now.seen) > before, 60)  # type: ignore[misc]
            began = time.monotonic()
            with OwnTime() as own:
                time.sleep(chance.random() * 0.5)
            # What the machine made this process wait, the other may have waited too.
            killed = time.monotonic()
            process.kill()
            kills.append((killed, killed - began - own.seconds))
            process.wait()
        done = project.run("batch", "run", "document", ".", "--yes", "--apply")
        assert done.returncode == 0, done.stderr
        seen = upstream.seen

    assert project.git("diff", "--shortstat").split() == f"{FILES} files changed, {FILES} insertions(+)".split()
    asked: dict[str, list[Seen]] = defaultdict(list)
    for one in seen:
        asked[brain._found(brain._SYMBOLS, str(one.body["messages"][1]["content"]), "names")].append(one)
    assert len(asked) == FILES
    lost = [one for several in asked.values() for one in several[:-1]]
    for one in lost:
        assert any(ended(one) >= kill - _ON_THE_WAY_S - late for kill, late in kills if kill >= one.at), "it had it"
    assert len(lost) <= KILLS * AT_ONCE
    kept = [several[-1] for several in asked.values()]
    rows = project.ledger("SELECT status, COUNT(*) FROM attempts GROUP BY status")
    assert dict(rows)["ok"] == FILES
    (known,) = project.ledger("SELECT SUM(cost) FROM attempts WHERE status = 'ok'")[0]
    assert known == billed(kept) * 10**12
    assert project.booked() >= billed(seen), "what was under way is booked at the most that it can have cost"
    assert len(lost) <= dict(rows).get("unknown", 0) <= KILLS * AT_ONCE, "some were killed before they were sent"
    assert project.ledger("SELECT COUNT(*) FROM reservations") == [(0,)]
    assert oct((project.data / "batches.db").stat().st_mode & 0o777) == "0o600"


def started(project: Project) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        project.command("batch", "run", "document", ".", "--yes"),
        cwd=project.root,
        env=project.env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ended(one: Seen) -> float:
    """When the upstream was done with a request, on its own clock, which is the test's."""
    found = one.finished_at if one.finished_at is not None else one.disconnected_at
    return float("inf") if found is None else found


@pytest.mark.slow
def test_a_second_terminal_waits_or_stops_the_first_and_what_was_paid_for_stays(tmp_path: Path) -> None:
    project = new_project(tmp_path)
    project.write([f"m{number:02}" for number in range(30)])
    held = [True]

    def turn(seen: Seen) -> Turn:
        return hang() if held[0] and seen.number >= 4 else Turn()

    with InThread(Upstream(turn, reply=brain.reply)) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 2")
        first = started(project)
        upstream.wait_for(lambda now: sum(one.hanging for one in now.seen) == 2, 60)
        second = project.run("run", "document", ".", "--yes")
        assert second.returncode == 2
        assert "Another batch runs on this folder (process " in second.stderr
        assert project.run("batch", "cancel").returncode == 0
        held[0] = False
        upstream.release()
        assert first.wait(60) == 130
        asked = len(upstream.seen)
        assert asked < 30
        (status,) = project.json("batch", "status", "document")
        assert sum(item["state"] == "done" for item in status["items"]) == asked
        assert project.run("batch", "run", "document", ".", "--yes").returncode == 0
        assert len(upstream.seen) == 30
        assert project.booked() == billed(upstream.seen)
