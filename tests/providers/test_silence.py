"""Neither a key nor a user's words reach a log, however loud the logs are turned."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from routerd.frontends.lsp import log
from tests.loopback import Turn, Upstream, credential, error_in_200, malformed_chunk, rate_limited, redirect, reset
from tests.providers.scene import MESSAGES, Witness, candidate, engine, outcome, provider, run

KEY, ANSWER = "key-a", "SECRET_ANSWER"
TURNS = (credential(401), rate_limited(0), reset(), malformed_chunk(), error_in_200(), redirect(), Turn(reply=ANSWER))
LIBRARIES = ("openai", "httpx2", "httpcore2", "asyncio")


@pytest.fixture
def restored() -> Iterator[None]:
    """Logging as it was, after a test that sets the daemon's up."""
    loggers = [logging.getLogger(name) for name in ("", "routerd", "pygls", *LIBRARIES)]
    levels, handlers = [one.level for one in loggers], logging.getLogger().handlers[:]
    yield
    for one, level in zip(loggers, levels, strict=True):
        one.setLevel(level)
    for handler in logging.getLogger().handlers[:]:
        if handler not in handlers:
            logging.getLogger().removeHandler(handler)
            handler.close()
    for handler in handlers:
        logging.getLogger().addHandler(handler)


async def everything_that_goes_wrong() -> None:
    """Each fault once, and a good answer."""
    for turn in TURNS:
        async with Upstream([turn]) as upstream:
            await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/m"), Witness())


def test_our_own_loggers_say_nothing_of_keys_code_or_answers_at_debug_level(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    for name in LIBRARIES:
        caplog.set_level(logging.DEBUG, name)
    run(everything_that_goes_wrong())
    # The libraries were heard, so this would have heard us.
    assert any(record.name.startswith("openai") for record in caplog.records)
    ours = [record.getMessage() for record in caplog.records if record.name.startswith("routerd")]
    said = "\n".join(ours)
    for secret in (KEY, ANSWER, *(message.content for message in MESSAGES)):
        assert secret not in said


@pytest.mark.usefixtures("restored")
def test_the_daemons_log_has_nothing_of_the_libraries_below_a_warning(tmp_path: Path) -> None:
    file = tmp_path / "routerd.log"
    log.set_up("debug", file)
    for name in LIBRARIES:
        logging.getLogger(name).setLevel(logging.DEBUG)  # as OPENAI_LOG=debug does when the package is imported
    run(everything_that_goes_wrong())
    logging.getLogger("routerd.test").debug("one of ours")
    said = file.read_text("utf-8")
    assert "one of ours" in said
    for word in (KEY, ANSWER, "openai", "httpx2", "httpcore2", *(message.content for message in MESSAGES)):
        assert word not in said
