"""The report in a real browser: charts in light and dark, at phone width and on paper, and nothing is fetched."""

from __future__ import annotations

import json
import os
import random
import re
import shutil
import subprocess
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from routerd.domain.money import Usage
from routerd.domain.stats import DayOfTier, Guess, ModelTotals, Stats
from routerd.frontends.report import page

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHARTS = ("days", "savings", "guesses", "models", "failures")
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
if CHROMIUM is None and os.environ.get("CI"):
    raise RuntimeError("CI must have Chromium: install Debian's package chromium.")
needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here: install Debian's chromium")


def two_months() -> Stats:
    rng = random.Random(1)
    tiers = {"utility": "0.01", "speed": "0.002", "logic": "0.06", "architect": "0.12"}
    days = tuple(
        DayOfTier(
            (date(2026, 9, 25) + timedelta(days=n)).isoformat(),
            tier,
            Decimal(size) * rng.randint(1, 20),
            rng.randint(1, 9),
        )
        for n in range(60)
        for tier, size in tiers.items()
        if rng.random() < 0.8
    )
    guesses = []
    for _ in range(300):
        likely = Decimal(str(round(10 ** rng.uniform(-4, -1), 7)))
        cost = likely * Decimal(str(round(rng.lognormvariate(0, 0.4), 3)))
        guesses.append(Guess("document", "n1n/deepseek-v3", likely / 2, likely, likely * 2, cost))
    models = tuple(
        ModelTotals(name, 300 - 60 * n, 260 - 60 * n, 25, 15, Decimal("1.25") * (n + 1), Usage(90_000, output=9_000))
        for n, name in enumerate(("n1n/claude-3-5-sonnet", "n1n/gpt-4o", "n1n/deepseek-v3", "n1n/gemini-1.5-flash"))
    )
    return Stats(
        spent=sum((day.cost for day in days), Decimal(0)),
        saved=Decimal("31.20"),
        baseline=Decimal("52.90"),
        actions=700,
        attempts=840,
        unpriced=2,
        estimated=7,
        unknown=1,
        cached=31,
        usage=Usage(900_000, output=90_000),
        days=days,
        models=models,
        guesses=tuple(guesses),
        failures=(("rejected", 40), ("rate_limited", 22), ("timeout", 4), ("cancelled", 3)),
    )


def browse(folder: Path, stats: Stats, *flags: str) -> tuple[str, str]:
    """The page's final DOM, and what the console said: errors, and requests that the page's own policy stopped."""
    file = folder / "report.html"
    file.write_text(page(stats, NOON, None), "utf-8")
    assert CHROMIUM is not None
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


@needs_chromium
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
    dom, console = browse(tmp_path, two_months(), *flags, "--dump-dom")
    marks = drawn(dom)
    assert set(marks) == set(CHARTS)
    assert all(marks.values()), marks
    assert marks["guesses"] > 300
    assert console == ""


@needs_chromium
@pytest.mark.parametrize("scheme", [0, 1], ids=["dark", "light"])
def test_a_screenshot_is_not_blank(tmp_path: Path, scheme: int) -> None:
    shots = Path(os.environ.get("ROUTERD_SCREENSHOTS", tmp_path))
    shot = shots / f"report-{'light' if scheme else 'dark'}.png"
    flags = (f"--blink-settings=preferredColorScheme={scheme}", "--window-size=1280,1700", f"--screenshot={shot}")
    browse(tmp_path, two_months(), *flags)
    assert shot.read_bytes().startswith(b"\x89PNG")
    assert shot.stat().st_size > 40_000, "an empty page compresses to a few kilobytes"


@needs_chromium
def test_on_paper_it_is_a_few_pages_with_all_charts(tmp_path: Path) -> None:
    paper = Path(os.environ.get("ROUTERD_SCREENSHOTS", tmp_path)) / "report.pdf"
    browse(tmp_path, two_months(), f"--print-to-pdf={paper}")
    pages = len(re.findall(rb"/Type\s*/Page\b", paper.read_bytes()))
    assert 1 <= pages <= 5


@needs_chromium
def test_an_empty_ledger_says_so_in_every_chart(tmp_path: Path) -> None:
    empty = Stats(*(Decimal(0),) * 3, 0, 0, 0, 0, 0, 0, Usage(), (), (), (), ())
    dom, console = browse(tmp_path, empty, "--dump-dom")
    assert dom.count("Nothing yet.") >= len(CHARTS)
    assert console == ""


@needs_chromium
def test_a_request_would_be_stopped_and_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = page(two_months(), NOON, None)
    spoilt = whole.replace("</main>", '<img src="https://example.org/pixel.png"></main>')
    monkeypatch.setattr("tests.money.test_report.page", lambda *_: spoilt)
    _, console = browse(tmp_path, two_months(), "--dump-dom")
    assert "Content Security Policy" in console


def test_the_data_in_the_page_is_the_ledgers() -> None:
    html = page(two_months(), NOON, 60)
    embedded = re.search(r'<script id="data" type="application/json">(.*?)</script>', html, re.S)
    assert embedded is not None
    assert json.loads(embedded[1])["saved"] == "31.2"
