"""What Prometheus scrapes: numbers in its own text format, off by default, and never a word that anybody wrote."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.metrics_core import Metric
from prometheus_client.parser import text_string_to_metric_families

from routerd.app.tally import MOST_MODELS, Tally
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.limit import Limit
from routerd.domain.measures import measured
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.tier import Tier
from routerd.domain.verdict import RefusalCode
from routerd.frontends.http.exposition import exposition
from tests.frontends.http.running import Running, configuration, running
from tests.loopback import Turn, Upstream, usages
from tests.property_tests import example_count

ON = "[http]\nmetrics = true\n"
SECRET = "sk-live-0123456789abcdef"


def families(text: str) -> dict[str, Metric]:
    """The text as Prometheus' own parser reads it; each name once."""
    found = list(text_string_to_metric_families(text))
    assert len({one.name for one in found}) == len(found)
    return {one.name: one for one in found}


async def scraped(gateway: Running, token: str | None = None) -> tuple[int, str]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    async with gateway.session.get(f"{gateway.url}/metrics", headers=headers) as answer:
        return answer.status, await answer.text()


def body(model: str = "speed") -> dict[str, object]:
    return {"model": model, "messages": [{"role": "user", "content": f"why {SECRET}"}], "max_tokens": 20}


async def test_numbers_of_calls_are_told_and_no_word_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = '[budget]\ndaily = "1.00"\n'
    async with (
        Upstream(otherwise=Turn(reply=f"because {SECRET}", usage=usages.half_cached)) as upstream,
        running(tmp_path, monkeypatch, configuration({"a": upstream}, ON + budget)) as gateway,
    ):
        headers = {"x-session-id": SECRET, "x-routerd-project": SECRET, "user-agent": f"{SECRET}/1"}
        for _ in range(3):
            assert (await gateway.post("/v1/chat/completions", body(), headers))[0] == 200
        assert (await gateway.post("/v1/chat/completions", body(f"a/{SECRET}"), headers))[0] == 400
        assert (await gateway.post("/v1/chat/completions", body(SECRET), headers))[0] == 404
        status, text = await scraped(gateway)
        assert status == 200
        assert SECRET not in text
        found = families(text)
        rows = gateway.rows()
        usage = {
            sample.labels["gen_ai_token_type"]: sample.value
            for sample in found["gen_ai_client_token_usage"].samples
            if sample.name.endswith("_sum")
        }
        assert usage == {
            "input": sum(row["input"] + row["cached_input"] + row["cache_write"] for row in rows),
            "output": sum(row["output"] + row["reasoning"] for row in rows),
        }
        (cost,) = found["routerd_cost_dollars"].samples
        assert cost.value == pytest.approx(sum(row["cost"] for row in rows) / 10**12)
        assert cost.labels == {"provider": "a", "model": "test-model", "tier": "speed"}
        refused = {sample.labels["code"]: sample.value for sample in found["routerd_refusals"].samples}
        assert refused == {"price": 1, "model": 1}
        spent = {sample.labels["state"]: sample.value for sample in found["routerd_budget_dollars"].samples}
        assert spent["limit"] == 1
        assert spent["spent"] == pytest.approx(cost.value)


async def test_they_are_off_by_default_and_need_a_token_where_loopback_says_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with Upstream() as upstream:
        async with running(tmp_path, monkeypatch, configuration({"a": upstream})) as gateway:
            assert (await scraped(gateway))[0] == 401
            assert (await scraped(gateway, gateway.token))[0] == 404
        proxied = configuration({"a": upstream}, '[http]\nmetrics = true\nhosts = ["ai.example.com"]\n')
        async with running(tmp_path, monkeypatch, proxied) as gateway:
            assert (await scraped(gateway))[0] == 401
            assert (await scraped(gateway, gateway.token))[0] == 200
            async with gateway.session.post(f"{gateway.url}/metrics") as answer:
                assert answer.status == 401


WORDS = st.text(max_size=40)
CALLS = st.builds(
    Attempt,
    st.builds(ModelRef, WORDS, WORDS),
    st.sampled_from(Tier),
    st.sampled_from(AttemptStatus),
    st.builds(Usage, *[st.integers(0, 10**7)] * 5),
    st.none() | st.decimals(0, 100, allow_nan=False),
    st.integers(0, 10**6),
    WORDS,
)


@example_count(300)
@given(st.lists(st.tuples(CALLS, st.booleans()), max_size=20), st.lists(st.sampled_from(RefusalCode)))
def test_whatever_happened_the_text_is_read_by_prometheus_own_parser(
    calls: list[tuple[Attempt, bool]], refusals: list[RefusalCode]
) -> None:
    tally = Tally()
    expected = 0
    for attempt, known in calls:
        call = measured(attempt, "chat", known=known)
        assert call is not None
        assert known or call.model == "other"
        tally.called(call)
        expected += 1
    for code in refusals:
        tally.refused(code)
    found = families(exposition(tally.sums(), (), 0))
    attempts = found["routerd_attempts"].samples if calls else []
    assert sum(sample.value for sample in attempts) == expected
    counts = (
        [one for one in found["gen_ai_client_operation_duration_seconds"].samples if one.name.endswith("_count")]
        if calls
        else []
    )
    assert sum(one.value for one in counts) == expected
    for one in counts:
        labels = {**one.labels, "le": "+Inf"}
        (last,) = [
            bucket for bucket in found["gen_ai_client_operation_duration_seconds"].samples if bucket.labels == labels
        ]
        assert last.value == one.value


def test_models_without_end_make_no_labels_without_end() -> None:
    tally = Tally()
    for number in range(5 * MOST_MODELS):
        attempt = Attempt(ModelRef("a", f"m{number}"), Tier.SPEED, AttemptStatus.OK, Usage(1), None, 1)
        call = measured(attempt, "chat", known=True)
        assert call is not None
        tally.called(call)
    models = {dict(labels)["model"]: count for labels, count in tally.sums().attempts.items()}
    assert len(models) == MOST_MODELS + 1
    assert models["other"] == 4 * MOST_MODELS


def test_an_amount_keeps_its_digits() -> None:
    text = exposition(Tally().sums(), [Limit("daily", Decimal("1E+2"), Decimal("0.0000000000012"), Decimal(0))], 2)
    assert 'routerd_budget_dollars{budget="daily",state="limit"} 100\n' in text
    assert 'routerd_budget_dollars{budget="daily",state="spent"} 0.0000000000012\n' in text
