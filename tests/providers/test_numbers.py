"""Numbers from outside are bounded before they are converted: they neither freeze the loop nor enter a bill."""

from __future__ import annotations

import math
import time
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.providers.classify import classify
from routerd.providers.draft import Draft
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.metering import UsageMeter
from routerd.providers.quota import Quota
from routerd.providers.retry_after import LONGEST_S, retry_after, span
from routerd.providers.sse import Event
from routerd.providers.usage import read_usage
from tests.property_tests import example_count
from tests.providers.scene import QuarterOfBytes

MODEL = ModelRef("a", "m")
PRICE = Price(Decimal(3), Decimal(15), cached_input=Decimal("0.3"), cache_write=Decimal("3.75"))
METER = UsageMeter(lambda model: PRICE, QuarterOfBytes())

ABSURD = [
    "1e99999999",
    "1e400000",
    "1e1000",
    "9" * 5_000,
    "-1e99999999",
    "1e-99999999",
    "1e9999999999999999999",
    "1e30",
]


def drafted(usage: str) -> Draft:
    """A draft that was sent, with eight characters of answer and a usage object as it stands on the wire."""
    draft = Draft()
    draft.sent = True
    draft.event(Event('{"choices": [{"delta": {"content": "12345678"}}]}'))
    draft.event(Event(f'{{"choices": [], "usage": {usage}}}'))
    return draft


@pytest.mark.parametrize("number", ABSURD, ids=range(len(ABSURD)))
@pytest.mark.parametrize("name", ["prompt_tokens", "completion_tokens", "total_tokens", "cost", "cached_tokens"])
def test_an_absurd_number_is_estimated_and_flagged_and_takes_no_time(name: str, number: str) -> None:
    told = {"prompt_tokens": "100", "completion_tokens": "50"} | {name: number}
    began = time.thread_time()
    billed = METER.bill(MODEL, drafted("{" + ", ".join(f'"{key}": {value}' for key, value in told.items()) + "}"), 90)
    assert time.thread_time() - began < 0.5
    assert billed.cost is not None
    assert Decimal(0) <= billed.cost < Decimal("0.01")
    assert billed.estimated is (name.startswith(("prompt", "completion", "cost")) and name + number[:1] != "cost-")


@pytest.mark.parametrize(
    ("usage", "dollars"),
    [
        ('{"prompt_tokens": 99999999, "completion_tokens": 2}', "0.0003"),  # 90 counted here, 2 told
        ('{"prompt_tokens": 100, "completion_tokens": 99999999}', "0.00033"),  # 100 told, 2 counted here
        ('{"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 999999999}', "0.00033"),
        ('{"prompt_tokens": 100, "completion_tokens": 50, "cost": 500}', "0.00105"),
        ('{"prompt_tokens": 100, "completion_tokens": 50, "cost": 1e3}', "0.00105"),
    ],
)
def test_a_bill_that_no_call_can_have_made_is_estimated_and_flagged(usage: str, dollars: str) -> None:
    billed = METER.bill(MODEL, drafted(usage), 90)
    assert billed.estimated
    assert billed.cost == Decimal(dollars)


NUMBERS = (
    st.integers(-(10**30), 10**30).map(str)
    | st.sampled_from(ABSURD)
    | st.decimals(0, 10**6, places=3).map(str)
    | st.sampled_from(["true", "null", '"x"', "[]", "{}", '"7"', '"1e9"', "NaN", "Infinity", "-0.0"])
)
FIELDS = ("cached_tokens", "cache_creation_tokens", "reasoning_tokens", "cost", "upstream_inference_cost", "total_cost")


def written(fields: dict[str, str]) -> str:
    return "{" + ", ".join(f'"{name}": {value}' for name, value in fields.items()) + "}"


INNER = st.dictionaries(st.sampled_from(FIELDS), NUMBERS)
OUTER = st.dictionaries(
    st.sampled_from(
        [
            *("prompt_tokens", "completion_tokens", "total_tokens", "input_tokens", "output_tokens", "cost"),
            *("cache_read_input_tokens", "cache_creation_input_tokens", "prompt_cache_hit_tokens", "total_cost"),
            *("prompt_tokens_details", "completion_tokens_details", "cost_details", "cost_in_usd_ticks", "is_byok"),
        ]
    ),
    NUMBERS | INNER.map(written),
)


@example_count()
@given(OUTER)
def test_no_usage_object_is_billed_below_zero_or_beyond_what_a_call_can_cost(fields: dict[str, str]) -> None:
    billed = METER.bill(MODEL, drafted(written(fields)), 90)
    buckets = (billed.usage.input, billed.usage.cached_input, billed.usage.cache_write)
    assert all(count >= 0 for count in (*buckets, billed.usage.output, billed.usage.reasoning))
    assert billed.usage.all_input <= 1_000_900
    assert billed.usage.all_output <= 1_000_000
    assert billed.cost is not None
    assert 0 <= billed.cost <= 1 + 100 * cost(billed.usage, PRICE)


# ── disjoint buckets: any split of a bill, told in any of the shapes that providers have

COUNT = st.integers(0, 50_000)


@example_count()
@given(COUNT, COUNT, COUNT, st.integers(1, 9_999), COUNT, st.sampled_from(["inside", "outside", "anthropic"]))
def test_buckets_are_those_that_were_billed_however_they_are_told(
    fresh: int, read: int, write: int, shown: int, thought: int, shape: str
) -> None:
    sent, raw = fresh + read + write, dict[str, Any]()
    if shape == "inside":
        raw = {
            "prompt_tokens": sent,
            "completion_tokens": shown + thought,
            "prompt_tokens_details": {"cached_tokens": read, "cache_creation_tokens": write},
            "completion_tokens_details": {"reasoning_tokens": thought},
        }
    elif shape == "outside":
        raw = {
            "prompt_tokens": fresh,
            "completion_tokens": shown + thought,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": write,
            "completion_tokens_details": {"reasoning_tokens": thought},
        }
    else:
        raw = {
            "input_tokens": fresh,
            "output_tokens": shown + thought,
            "cache_read_input_tokens": read,
            "cache_creation_input_tokens": write,
            "output_tokens_details": {"reasoning_tokens": thought},
        }
    bill = read_usage({**raw, "total_tokens": sent + shown + thought})
    assert bill.usage == Usage(fresh, read, write, shown, thought)


@example_count()
@given(COUNT, COUNT, COUNT, st.dictionaries(st.sampled_from(["cached_tokens", "reasoning_tokens"]), COUNT))
def test_buckets_hold_the_total_that_was_told(prompt: int, completion: int, more: int, inner: dict[str, int]) -> None:
    raw = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion + more}
    # Cached tokens beyond the prompt and the total contradict both; gateways tell them, and they are then beside.
    inner["cached_tokens"] = min(inner.get("cached_tokens", 0), prompt)
    usage = read_usage({**raw, "prompt_tokens_details": inner, "completion_tokens_details": inner}).usage
    assert usage.all_input + usage.all_output == (prompt + completion + more)


# ── headers

HEADER = st.text(st.sampled_from("0123456789.eE+-hmsd :TZ_"), max_size=90) | st.text(max_size=40)


@example_count()
@given(HEADER)
def test_no_header_raises_and_no_wait_is_longer_than_a_day(value: str) -> None:
    for seconds in (retry_after({"retry-after": value}, 1e9), retry_after({"retry-after-ms": value}, 1e9)):
        assert seconds is None or 0 <= seconds <= LONGEST_S
    resets = span(value, 1e9)
    assert resets is None or 0 <= resets <= LONGEST_S
    quota = Quota()
    names = ("limit", "remaining", "reset")
    quota.read({f"x-ratelimit-{name}-{what}": value for name in names for what in ("requests", "tokens")}, 0.0, 1e9)
    assert math.isfinite(quota.wait_s(0.0, 10))
    assert 0 <= quota.headroom(0.0) <= 1


@pytest.mark.parametrize("value", ["9" * 60_000, "9" * 5_000, "1e99999999", "1" * 60_000 + "s", "٣" * 5_000])
def test_an_endless_header_says_nothing_at_once(value: str) -> None:
    began = time.thread_time()
    assert span(value, 1e9) is None
    assert retry_after({"retry-after": value}, 1e9) is None
    quota = Quota()
    quota.read({"x-ratelimit-remaining-tokens": value, "x-ratelimit-reset-tokens": "1s"}, 0.0, 1e9)
    assert quota.tokens is None
    assert time.thread_time() - began < 0.1


@pytest.mark.parametrize("code", ["9" * 5_000, "٤٢٩", "429 ", "1e3"])
def test_an_error_code_that_is_no_status_is_classified_as_a_servers_fault(code: str) -> None:
    assert classify(ProviderFault(FaultKind.ERROR, code=code)).value == "server"


# ── text

M = 1 << 20
HEAVY = {
    "one number": "1" * M,
    "deep": "[" * M,
    "deep objects": '{"a":' * (M // 5),
    "lists": "[" + "[]," * (M // 3) + "0]",
    "numbers": '{"choices": [' + "1e9," * (M // 4) + "0]}",
    "keys": "{" + ",".join(f'"{n:x}":0' for n in range(M // 11)) + "}",
    "a word": '{"choices": [{"delta": {"content": "' + "a" * M + '"}}]}',
    "an error": '{"error": {"message": "' + "maximum context model " * (M // 23) + '", "code": ' + "9" * 9_000 + "}}",
}


@pytest.mark.parametrize("body", HEAVY.values(), ids=HEAVY.keys())
def test_no_body_of_a_megabyte_holds_the_loop(body: str) -> None:
    draft, began = Draft(), time.thread_time()
    try:
        draft.whole(body.encode())
    except ProviderFaultError as raised:
        classify(raised.fault)
    assert time.thread_time() - began < 0.25  # 75 ms at worst on an idle machine
