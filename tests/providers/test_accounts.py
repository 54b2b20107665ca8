"""An account without money: asked once for a question, and again by the next action, which may find it topped up."""

from __future__ import annotations

import pytest

from routerd.domain.errors import Unauthorized
from routerd.domain.reply import Reply
from tests.loopback import Turn, Upstream, credential
from tests.providers.scene import Witness, candidate, engine, outcome, provider, run

EMPTY = {
    "402": credential(402),
    "429 by its code": Turn(status=429, error={"message": "You exceeded your quota", "code": "insufficient_quota"}),
    "429 that says when to come back": Turn(
        status=429,
        error={"message": "Insufficient balance or no resource package. Please recharge.", "code": "1113"},
        headers={"retry-after": "600"},
    ),
    "400 in Anthropic's words": Turn(
        status=400,
        error={"type": "invalid_request_error", "message": "Your credit balance is too low to access the API."},
    ),
}


@pytest.mark.parametrize("turn", EMPTY.values(), ids=EMPTY.keys())
def test_a_top_up_is_noticed_by_the_next_action(turn: Turn) -> None:
    async def main() -> None:
        async with Upstream([turn]) as upstream:
            running = engine({"a": provider("a", upstream.base_url)})
            first, second = Witness(), Witness()
            fault = await outcome(running, candidate("a/m"), first)
            assert isinstance(fault, Unauthorized)
            assert "no balance or budget left" in str(fault)
            assert first.statuses == ["credential"]
            assert isinstance(await outcome(running, candidate("a/m"), second), Reply)
            assert len(upstream.seen) == 2

    run(main())


@pytest.mark.parametrize("turn", EMPTY.values(), ids=EMPTY.keys())
def test_an_empty_account_is_asked_once_for_a_question_whatever_models_it_offers(turn: Turn) -> None:
    async def main() -> None:
        async with Upstream(otherwise=turn) as empty, Upstream() as good:
            providers = {"a": provider("a", empty.base_url), "b": provider("b", good.base_url)}
            running = engine(providers)
            reply = await outcome(running, candidate("a/m", "a/n", "a/o", "b/m"), Witness())
            assert isinstance(reply, Reply)
            assert (len(empty.seen), len(good.seen)) == (1, 1)
            assert isinstance(await outcome(running, candidate("a/m", "a/n", "a/o"), Witness()), Unauthorized)
            assert len(empty.seen) == 2

    run(main())
