"""What an OpenTelemetry collector is sent: the GenAI conventions' numbers, off by default, and no word of anybody."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as named
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics
from opentelemetry.semconv.attributes import error_attributes

from routerd.adapters.telemetry import OtlpNumbers
from routerd.app.measuring import Measuring
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.gateway_settings import Telemetry
from routerd.domain.measures import measured
from routerd.domain.model import ModelRef
from routerd.domain.money import Usage
from routerd.domain.tier import Tier
from tests.frontends.http.running import configuration, running
from tests.loopback import Turn, Upstream, usages
from tests.loopback.collector import Collector
from tests.property_tests import example_count

SECRET = "sk-live-0123456789abcdef"


async def test_a_collector_gets_the_conventions_numbers_and_no_word(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Collector() as collector:
        sent = f'[telemetry]\notlp = "{collector.url}"\ninterval_s = 3600\n'
        turns = Turn(reply=f"because {SECRET}", usage=usages.half_cached)
        async with (
            Upstream([Turn(status=400, error={"message": SECRET})], otherwise=turns) as upstream,
            running(tmp_path, monkeypatch, configuration({"a": upstream}, sent)) as gateway,
        ):
            assert gateway.app.problems == ()
            body = {"model": "speed", "messages": [{"role": "user", "content": f"why {SECRET}"}], "max_tokens": 20}
            headers = {"x-session-id": SECRET, "x-routerd-project": SECRET, "user-agent": f"{SECRET}/1"}
            statuses = [(await gateway.post("/v1/chat/completions", body, headers))[0] for _ in range(3)]
            assert statuses == [400, 200, 200]
            assert (await gateway.post("/v1/chat/completions", {**body, "model": SECRET}, headers))[0] == 404
            rows = gateway.rows()
        # The end of the process exports what is left.
        (export,) = collector.arrived
    assert export.path == "/v1/metrics"
    assert SECRET.encode() not in export.body
    assert str(tmp_path).encode() not in export.body
    asked = {
        named.GEN_AI_OPERATION_NAME: named.GenAiOperationNameValues.CHAT.value,
        named.GEN_AI_PROVIDER_NAME: "a",
        named.GEN_AI_REQUEST_MODEL: "test-model",
    }
    tokens = export.points(gen_ai_metrics.GEN_AI_CLIENT_TOKEN_USAGE)
    assert tokens == [
        (
            asked | {named.GEN_AI_TOKEN_TYPE: named.GenAiTokenTypeValues.INPUT.value},
            sum(r["input"] + r["cached_input"] for r in rows),
        ),
        (asked | {named.GEN_AI_TOKEN_TYPE: named.GenAiTokenTypeValues.OUTPUT.value}, sum(r["output"] for r in rows)),
    ]
    seconds = export.points(gen_ai_metrics.GEN_AI_CLIENT_OPERATION_DURATION)
    assert [labels for labels, _ in seconds] == [asked | {error_attributes.ERROR_TYPE: "bad_request"}, asked]
    ((labels, dollars),) = export.points("routerd.cost")
    assert labels == asked | {"routerd.tier": "speed"}
    assert dollars == pytest.approx(sum(row["cost"] or 0 for row in rows) / 10**12)
    assert export.points("routerd.refusals") == [({"routerd.refusal.code": "model"}, 1)]


def test_providers_have_the_names_of_the_conventions() -> None:
    names = {one.value for one in named.GenAiProviderNameValues}
    for provider in ("openai", "anthropic", "google", "deepseek", "mistral", "groq"):
        call = measured(
            Attempt(ModelRef(provider, "m"), Tier.SPEED, AttemptStatus.OK, Usage(), None, 1), "chat", known=True
        )
        assert call is not None
        assert call.provider in names


WORDS = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30).map(lambda words: f"{SECRET}{words}")


@example_count(300)
@given(WORDS, WORDS, st.sampled_from(AttemptStatus), st.builds(Usage, *[st.integers(0, 10**7)] * 5))
def test_no_word_of_a_client_or_provider_is_exported(
    model: str, reason: str, status: AttemptStatus, usage: Usage
) -> None:
    with Collector() as collector:
        numbers = OtlpNumbers(Telemetry(collector.url, 3600), "1")
        measures = Measuring((numbers,), lambda ref: ref.model == "known")
        for name in (model, "known"):
            measures.called(Attempt(ModelRef("p", name), Tier.LOGIC, status, usage, None, 5, reason), reason)
        numbers.close()
        (export,) = collector.arrived
    assert SECRET.encode() not in export.body
    models = {labels[named.GEN_AI_REQUEST_MODEL] for labels, _ in export.points("gen_ai.client.operation.duration")}
    assert models == {"other", "known"}


def test_a_collector_that_is_away_is_told_in_the_log_alone(caplog: pytest.LogCaptureFixture) -> None:
    with Collector() as gone:
        address = gone.url
    numbers = OtlpNumbers(Telemetry(address, 3600), "1")
    call = measured(Attempt(ModelRef("p", "m"), Tier.LOGIC, AttemptStatus.OK, Usage(1), None, 5), "chat", known=True)
    assert call is not None
    numbers.called(call)
    numbers.close()
    assert any(record.name.startswith("opentelemetry.") for record in caplog.records)


def test_without_the_setting_the_sdk_is_not_even_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    look = (
        "import sys; from routerd.app.workspace import App; App.open().close(); "
        "print([name for name in sys.modules if name.startswith('opentelemetry')])"
    )
    done = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
