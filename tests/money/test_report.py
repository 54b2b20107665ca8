"""The report in a real browser: charts in light and dark, at phone width and on paper, and nothing is fetched."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.settings import Budget
from routerd.domain.stats import Stats
from routerd.frontends.report import page
from tests.missing import missing
from tests.money.diary import Diary

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHARTS = ("days", "savings", "guesses", "models", "failures", "moves")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--virtual-time-budget=8000",
    "--enable-logging=stderr",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)


def forty_days(jobs: int | None = None) -> Stats:
    """Of a ledger with some hundred attempts, or with so many jobs on one day."""
    database = Database(None, MIGRATIONS, NOON)
    diary = Diary(SqliteLedger(database, Budget), NOON - timedelta(days=40, hours=4))
    if jobs is None:
        diary.write()
    for _ in range(jobs or 0):
        diary.job(NOON)
    found = diary.ledger.stats(None, UTC)
    database.close()
    return found


def browse(folder: Path, stats: Stats, *flags: str) -> tuple[str, str]:
    """The page's final DOM, and what the console said: errors, and requests that the page's own policy stopped."""
    return browse_file(folder, page(stats, NOON, None), *flags)


def browse_file(folder: Path, html: str, *flags: str) -> tuple[str, str]:
    """The same for any page."""
    file = folder / "report.html"
    file.write_text(html, "utf-8")
    if CHROMIUM is None:
        missing("there is no Chromium here: install Debian's chromium")
    done = subprocess.run(
        [CHROMIUM, *QUIET, f"--user-data-dir={folder / 'profile'}", *flags, file.as_uri()],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=90,
        check=False,
    )
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


def drawn(dom: str) -> dict[str, int]:
    """How many marks each chart's SVGs hold."""
    sections = re.findall(r'<section id="(\w+)">(.*?)</section>', dom, re.S)
    return {
        name: len(re.findall(r"<(?:rect|circle|path|line)\b", body)) if "<svg" in body else 0 for name, body in sections
    }


@pytest.mark.parametrize(
    "flags",
    [
        ("--window-size=1280,1600", "--blink-settings=preferredColorScheme=1"),
        ("--window-size=1280,1600", "--blink-settings=preferredColorScheme=0"),
        ("--window-size=500,3200",),
    ],
    ids=["light", "dark", "phone"],
)
def test_every_chart_is_drawn_without_an_error_or_a_request(tmp_path: Path, flags: tuple[str, ...]) -> None:
    dom, console = browse(tmp_path, forty_days(), *flags, "--dump-dom")
    marks = drawn(dom)
    assert set(marks) == set(CHARTS)
    assert all(marks.values()), marks
    assert marks["guesses"] > 250
    assert console == ""


@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_a_screenshot_is_not_blank(tmp_path: Path, scheme: int) -> None:
    shots = Path(os.environ.get("ROUTERD_SCREENSHOTS", tmp_path))
    shot = shots / f"report-{'light' if scheme else 'dark'}.png"
    flags = (f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1280,1700", f"--screenshot={shot}")
    browse(tmp_path, forty_days(), *flags)
    assert shot.read_bytes().startswith(b"\x89PNG")
    assert shot.stat().st_size > 40_000, "an empty page compresses to a few kilobytes"


def test_on_paper_it_is_a_few_pages_with_all_charts(tmp_path: Path) -> None:
    paper = Path(os.environ.get("ROUTERD_SCREENSHOTS", tmp_path)) / "report.pdf"
    browse(tmp_path, forty_days(), f"--print-to-pdf={paper}")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert 1 <= pages <= 5


@pytest.mark.parametrize("jobs", [None, 1], ids=["forty days", "one row"])
def test_on_a_phone_nothing_is_wider_than_the_screen(tmp_path: Path, jobs: int | None) -> None:
    # Chromium's windows are 500 pixels wide at least; a frame is as narrow as it is told to be.
    told = "<script>onload = () => parent.postMessage([document.documentElement.scrollWidth, innerWidth], '*')</script>"
    (tmp_path / "phone.html").write_text(page(forty_days(jobs), NOON, None) + told, "utf-8")
    frame = f'<iframe src="{(tmp_path / "phone.html").as_uri()}" style="width:390px;height:4000px;border:0"></iframe>'
    script = "<script>onmessage = (event) => { document.title = event.data.join(' of ') }</script>"
    dom, _ = browse_file(tmp_path, f"<title>not told</title>{script}{frame}", "--dump-dom")
    assert "<title>390 of 390</title>" in dom


def test_an_empty_ledger_says_so_in_every_chart_and_one_row_draws_what_it_can(tmp_path: Path) -> None:
    dom, console = browse(tmp_path, forty_days(0), "--dump-dom")
    assert dom.count('<p class="empty">Nothing yet.') == len(CHARTS)
    assert console == ""
    dom, console = browse(tmp_path, forty_days(1), "--dump-dom")
    assert dom.count('<p class="empty">None.') == 2
    assert "1 action, 1 attempt" in dom
    assert console == ""


def test_a_request_would_be_stopped_and_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(forty_days(), NOON, None)
    spoilt = whole.replace("</main>", '<img src="https://example.org/pixel.png"></main>')
    monkeypatch.setattr("tests.money.test_report.page", lambda *_: spoilt)
    _, console = browse(tmp_path, forty_days(), "--dump-dom")
    assert "Content Security Policy" in console


def test_the_data_in_the_page_is_the_ledgers() -> None:
    html = page(forty_days(), NOON, 60)
    embedded = re.search(r'<script id="data" type="application/json">(.*?)</script>', html, re.S)
    assert embedded is not None
    told, stats = json.loads(embedded[1]), forty_days()
    assert Decimal(told["saved"]) == stats.saved == sum(Decimal(day["saved"]) for day in told["days"])
    assert Decimal(told["baseline"]) == sum(Decimal(day["baseline"]) for day in told["days"])
    assert sum(row["attempts"] for row in told["failovers"]["by_deployment"]) == sum(told["failures"].values())
