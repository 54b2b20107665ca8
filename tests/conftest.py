"""Which tests run: the quick ones where nothing else is asked for, and property tests with as many cases as fit there.

`python -m pytest` runs the quick tests, `-m fuzz`, `-m slow`, `-m editor` and `-m client` run one kind, and a path runs
all below it: `python -m pytest tests` is everything.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import is_hypothesis_test, settings

from tests.property_tests import FEWEST

HERE = Path(__file__).parent
QUICK = "not slow and not fuzz and not editor and not client"
SLOW = (
    "adapters/test_real_runners.py",
    *("e2e", "real", "reload", "tools"),
    *("faults/test_bad_ledger.py", "faults/test_ledger.py", "faults/test_schedules.py"),
    *("frontends/cli/test_cli.py", "frontends/cli/test_cli_routing.py", "frontends/cli/test_setup.py"),
    "frontends/cli/test_demo_http.py",
    *(
        "frontends/cli/test_mcp.py",
        "frontends/cli/test_new_actions.py",
        "frontends/cli/test_progress_of_commands.py",
        "frontends/cli/test_review.py",
        "structure/test_ci.py",
    ),
    *(
        "batch/test_estimated.py",
        "batch/test_hard_times.py",
        "batch/test_run_many.py",
        "batch/test_provider_batches.py",
    ),
    *("adapters/test_grammar_hard.py", "frontends/http", "frontends/lsp/test_ending.py", "offline/test_tests.py"),
    *("pipeline/test_check_in_worker.py", "pipeline/test_deliver.py", "routing/test_regret.py"),
    *("adapters/test_copy_runner.py", "pipeline/test_test_command.py"),
    *("shared_ledger/test_sessions.py", "shared_ledger/test_two_gateways.py"),
    *("money/test_crashes.py", "money/test_ranges.py", "money/test_report.py", "providers/test_refused_kept.py"),
)
"""Folders and files whose tests start daemons or browsers, wait for real time or take whole projects."""


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.markexpr and config.args_source is pytest.Config.ArgsSource.TESTPATHS:
        config.option.markexpr = QUICK
    settings.register_profile("quick", settings(), deadline=None, max_examples=FEWEST)
    settings.register_profile("fuzz", settings(), deadline=None)
    settings.load_profile("quick" if _few_cases(config) else "fuzz")


def _few_cases(config: pytest.Config) -> bool:
    """Whether property tests belong to the quick run, with a hundredth of their cases."""
    return "not fuzz" in config.option.markexpr


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what a folder says is slow or a client, and property tests as fuzz tests where all cases are tried."""
    for item in items:
        if any(item.path.is_relative_to(HERE / name) for name in SLOW):
            item.add_marker("slow")
        if item.path.is_relative_to(HERE / "clients"):
            item.add_marker("client")
    if _few_cases(config):
        return
    for item in items:
        if is_hypothesis_test(getattr(item, "obj", None)):
            item.add_marker("fuzz")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.option.markexpr == QUICK:
        terminalreporter.write_line("Only the quick tests; `python -m pytest tests` runs all of them.")
