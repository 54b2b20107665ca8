"""How long a silent server is waited for: as long as it shows life and the action has time, and never three times."""

from __future__ import annotations

from dataclasses import replace

from routerd.domain.reply import Reply
from routerd.domain.settings import Limits
from tests.loopback import Turn, Upstream, hang
from tests.providers.scene import Witness, candidate, engine, outcome, provider, run

SHORT = Limits(total_s=8.0, first_token_s=0.6, between_tokens_s=2.0)


def test_a_model_that_thinks_while_its_server_shows_life_is_waited_for() -> None:
    async def main() -> None:
        # A comment before each chunk: 0.4 s of silence at most, and the first word comes later than the limit.
        turn = Turn(reasoning="", comments=True, delay_s=0.4, reply="Hello.")
        async with Upstream([turn]) as slow:
            running = engine({"a": provider("a", slow.base_url)}, limits=SHORT)
            assert isinstance(await outcome(running, candidate("a/m"), Witness()), Reply)
            assert len(slow.seen) == 1

    run(main())


def test_silence_is_waited_for_twice_at_most() -> None:
    async def main() -> None:
        async with Upstream(otherwise=hang()) as silent:
            observer = Witness()
            limits = replace(SHORT, first_token_s=0.3)
            await outcome(engine({"a": provider("a", silent.base_url)}, limits=limits), candidate("a/m"), observer)
            assert observer.statuses == ["timeout", "timeout"]

    run(main())


def test_a_model_that_is_allowed_more_silence_than_others_is_waited_for_that_long() -> None:
    async def main() -> None:
        slow = Turn(delay_s=0.7, chunk_chars=100, reply="Hello.")
        async with Upstream([slow, slow]) as upstream:
            limits = replace(SHORT, first_token_s=0.3)
            providers = {"a": provider("a", upstream.base_url)}
            patient = engine(providers, limits=limits, first_token_s=lambda _: 5.0)
            assert isinstance(await outcome(patient, candidate("a/m"), Witness()), Reply)
            assert len(upstream.seen) == 1
            observer = Witness()
            await outcome(engine(providers, limits=limits), candidate("a/m"), observer)
            assert observer.statuses[0] == "timeout"

    run(main())
