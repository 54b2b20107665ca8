"""A batch while the machine fails it: a full disk, a clock that jumps, a laptop that sleeps, two terminals at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from functools import partial
from pathlib import Path

import pytest

from tests import brain
from tests.batch.project import Project, new_project
from tests.batch.shifted_clock import shifted_clock
from tests.batch.test_killed import started
from tests.batch.test_provider_batches import PRICED
from tests.batch.test_run_many import billed, honest
from tests.loopback import InThread, Seen, Turn, Upstream, hang
from tests.loopback.batch_desk import OpenAIDesk, plain
from tests.posix import limit_file_size

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows limits no file's size")
DAY_S = 86_400


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return new_project(tmp_path)


def limited(project: Project, size: int, *words: str) -> subprocess.CompletedProcess[str]:
    """The program where no file may grow beyond a size: the system refuses the write as it does on a full disk."""
    return subprocess.run(
        project.command(*words),
        cwd=project.root,
        env=project.env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        preexec_fn=partial(limit_file_size, size),
        timeout=240,
        check=False,
    )


def test_a_full_disk_stops_the_asking_and_what_was_paid_for_is_there_afterwards(project: Project) -> None:
    project.write([f"m{number:02}" for number in range(40)])
    project.commit()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 2")
        planned = project.json("batch", "plan", "document", ".")
        size = max(path.stat().st_size for path in project.data.iterdir())
        done = limited(project, size + 60_000, "batch", "run", "document", ".", "--yes")
        asked = len(upstream.seen)
        assert 0 < asked < 40, done.stderr
        assert done.returncode == 1, done.stderr
        assert "Traceback" not in done.stderr
        assert project.run("batch", "run", "document", ".", "--yes", "--apply").returncode == 0
        again = len(upstream.seen) - 40
    assert again <= 4, "only what was under way when the disk was full is asked again"
    assert project.git("diff", "--shortstat").split()[0] == "40"
    assert billed(upstream.seen) <= project.booked() <= Decimal(planned["total"]["most"]) * 2


def test_a_full_disk_leaves_a_file_as_it_was(project: Project) -> None:
    project.write(["small"])
    long = project.root / "long.py"
    long.write_text("def f():\n    return 1\n\n\n" + "NUMBERS = [\n" + "    1_000_000,\n" * 16_000 + "]\n")
    project.commit()
    before = long.read_text()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        assert project.run("batch", "run", "document", "small.py", "long.py", "--yes").returncode == 0
        size = max(path.stat().st_size for path in project.data.iterdir())
        assert size < len(before), "the state fits where the file does not"
        done = limited(project, len(before) - 1, "batch", "apply", "document")
        assert done.returncode == 1
        assert "long.py cannot be written" in done.stderr
        assert long.read_text() == before
        assert '"""Do what' in (project.root / "small.py").read_text()
        assert sorted(path.name for path in project.root.iterdir() if "long" in path.name) == ["long.py"]
        assert project.run("batch", "apply", "document").returncode == 0
        assert '"""Do what' in long.read_text()
        assert len(upstream.seen) == 2


def test_two_terminals_that_apply_at_once_apply_once(project: Project) -> None:
    names = [f"m{number:02}" for number in range(30)]
    project.write(names)
    project.commit()
    with InThread(honest()) as upstream:
        project.configure(upstream.base_url)
        assert project.run("batch", "run", "document", ".", "--yes").returncode == 0
        both = [
            subprocess.Popen(
                project.command("batch", "apply", "document"),
                cwd=project.root,
                env=project.env,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                text=True,
            )
            for _ in range(2)
        ]
        said = [one.communicate(timeout=120)[1] for one in both]
        codes = sorted(one.returncode for one in both)
        assert codes in ([0, 0], [0, 2]), said
        assert codes == [0, 0] or any("Another batch runs on this folder" in one for one in said)
    assert project.git("diff", "--shortstat").split() == ["30", "files", "changed,", "30", "insertions(+)"]
    (status,) = project.json("batch", "status", "document")
    assert {item["state"] for item in status["items"]} == {"applied"}


@pytest.mark.parametrize("jump", [DAY_S, -DAY_S, 400 * DAY_S])
def test_a_clock_that_jumps_under_a_run_changes_no_bill(project: Project, tmp_path: Path, jump: int) -> None:
    clock = shifted_clock(tmp_path)
    project.env.update(clock.env)
    project.write([f"m{number:02}" for number in range(8)])
    held = [True]

    def turn(seen: Seen) -> Turn:
        return hang() if held[0] and seen.number >= 2 else Turn()

    with InThread(Upstream(turn, reply=brain.reply)) as upstream:
        project.configure(upstream.base_url, "max_concurrency = 2", '[budget]\ndaily = "1"')
        process = started(project)
        upstream.wait_for(lambda now: sum(one.hanging for one in now.seen) == 2, 60)
        clock.ahead(jump)
        held[0] = False
        upstream.release()
        assert process.wait(120) in (0, 1)
        assert project.run("batch", "run", "document", ".", "--yes", "--apply").returncode == 0
        clock.ahead(0)
        seen = upstream.seen
        assert len(seen) <= 8 + 2, "what hung may be asked again, nothing else"
    rows = dict(project.ledger("SELECT status, COUNT(*) FROM attempts GROUP BY status"))
    assert rows["ok"] == 8
    assert project.booked() >= billed(seen[-8:])
    assert project.ledger("SELECT COUNT(*) FROM reservations") == [(0,)]
    assert sum('"""Do what' in path.read_text() for path in project.root.glob("m*.py")) == 8


@pytest.fixture
def desk() -> Iterator[tuple[OpenAIDesk, InThread]]:
    one = OpenAIDesk(brain.reply)
    with InThread(Upstream(batches=one, reply=lambda body: brain.reply(plain(body)))) as upstream:
        yield one, upstream


def test_a_laptop_that_was_closed_for_a_day_collects_what_it_submitted(
    project: Project, tmp_path: Path, desk: tuple[OpenAIDesk, InThread]
) -> None:
    clock = shifted_clock(tmp_path)
    project.env.update(clock.env)
    project.write([f"m{number:02}" for number in range(4)])
    project.configure(desk[1].base_url, 'dialect = "chat"\ndialects = ["chat"]\nbatch = true')
    config = Path(project.env["XDG_CONFIG_HOME"]) / "routerd" / "config.toml"
    config.write_text(config.read_text().replace('output = "2"\n', f'output = "2"\n{PRICED}'))
    project.json("batch", "submit", "document", ".", "--yes")
    clock.ahead(DAY_S + 3_600)
    project.json("batch", "collect", "--apply")
    assert sum('"""Do what' in path.read_text() for path in project.root.glob("m*.py")) == 4
    bills = desk[0].charged.values()
    charged = sum((sent * Decimal("0.5") + got for _, sent, got in bills), Decimal(0)) / 10**6
    assert project.booked() == charged > 0
    assert project.ledger("SELECT COUNT(*) FROM reservations") == [(0,)]
