"""A call counts as sent from the first byte of its request, not from its reservation."""

from __future__ import annotations

import pytest

from routerd.domain.reply import Reply
from tests.loopback import Turn, Upstream, hang, reset, server_error
from tests.providers.scene import Witness, candidate, engine, outcome, provider, run


def test_a_call_whose_connection_was_refused_was_never_sent() -> None:
    async def main() -> None:
        async with Upstream() as upstream:
            closed = upstream.base_url
        observer = Witness()
        await outcome(engine({"a": provider("a", closed)}), candidate("a/test-model"), observer)
        assert (bool(observer.counted), observer.sent) == (True, 0)

    run(main())


@pytest.mark.parametrize("turn", [Turn(), server_error(), reset(), hang()], ids=["answer", "error", "reset", "hang"])
def test_each_call_that_reached_a_server_was_sent_first(turn: Turn) -> None:
    async def main() -> None:
        async with Upstream() as upstream:
            upstream.then(turn)
            observer = Witness()
            reply = await outcome(engine({"a": provider("a", upstream.base_url)}), candidate("a/test-model"), observer)
            assert isinstance(reply, Reply)
            assert observer.sent == len(upstream.seen) == len(observer.attempts) + 1

    run(main())
