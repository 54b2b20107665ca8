"""Usage as real APIs send it, priced, against values that were worked out by hand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from routerd.domain.money import Price, Usage, cost
from routerd.providers.usage import read_usage

PRICE = Price(Decimal(2), Decimal(8), cached_input=Decimal("0.5"), cache_write=Decimal("2.5"))
"""Dollars per million, so that a bill in micro-dollars is 2 fresh + 0.5 read + 2.5 written + 8 generated."""

OPENAI_CHAT = {
    "prompt_tokens": 2006,
    "completion_tokens": 300,
    "total_tokens": 2306,
    "prompt_tokens_details": {"cached_tokens": 1920, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 128, "audio_tokens": 0, "accepted_prediction_tokens": 0},
}
OPENAI_RESPONSES = {
    "input_tokens": 2006,
    "input_tokens_details": {"cached_tokens": 1920},
    "output_tokens": 300,
    "output_tokens_details": {"reasoning_tokens": 128},
    "total_tokens": 2306,
}
ANTHROPIC = {
    "input_tokens": 21,
    "cache_creation_input_tokens": 188_086,
    "cache_read_input_tokens": 1_000,
    "cache_creation": {"ephemeral_5m_input_tokens": 188_086, "ephemeral_1h_input_tokens": 0},
    "output_tokens": 393,
    "service_tier": "standard",
}
DEEPSEEK = {
    "prompt_tokens": 1000,
    "completion_tokens": 50,
    "total_tokens": 1050,
    "prompt_tokens_details": {"cached_tokens": 640},
    "prompt_cache_hit_tokens": 640,
    "prompt_cache_miss_tokens": 360,
}
GOOGLE = {"prompt_tokens": 100, "completion_tokens": 40, "total_tokens": 640}
XAI = {
    "prompt_tokens": 37,
    "completion_tokens": 530,
    "total_tokens": 1_086,
    "prompt_tokens_details": {"text_tokens": 37, "audio_tokens": 0, "image_tokens": 0, "cached_tokens": 8},
    "completion_tokens_details": {"reasoning_tokens": 519, "audio_tokens": 0},
    "num_sources_used": 0,
}
OPENROUTER = {
    "prompt_tokens": 194,
    "completion_tokens": 2,
    "total_tokens": 196,
    "cost": Decimal("0.00095"),
    "prompt_tokens_details": {"cached_tokens": 0, "cache_write_tokens": 100, "audio_tokens": 0},
    "completion_tokens_details": {"reasoning_tokens": 0},
    "cost_details": {"upstream_inference_cost": 19},
}
GROQ = {
    "queue_time": 0.037,
    "prompt_tokens": 18,
    "prompt_time": 0.0006,
    "completion_tokens": 556,
    "completion_time": 0.463,
    "total_tokens": 574,
    "total_time": 0.464,
}
MISTRAL = {"prompt_tokens": 16, "total_tokens": 50, "completion_tokens": 34, "prompt_audio_seconds": None}
MOONSHOT = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100, "cached_tokens": 64}
LITELLM_FOR_ANTHROPIC = {
    "prompt_tokens": 1_600,
    "completion_tokens": 40,
    "total_tokens": 1_640,
    "prompt_tokens_details": {"cached_tokens": 1_000},
    "cache_creation_input_tokens": 500,
    "cache_read_input_tokens": 1_000,
}
OLLAMA = {"prompt_tokens": 26, "completion_tokens": 282, "total_tokens": 308}

TABLE: dict[str, tuple[dict[str, Any], Usage, str]] = {
    # 86 fresh, 1,920 read, 172 shown, 128 thought: 172 + 960 + 2,400
    "OpenAI, chat": (OPENAI_CHAT, Usage(86, 1920, 0, 172, 128), "0.003532"),
    "OpenAI, responses": (OPENAI_RESPONSES, Usage(86, 1920, 0, 172, 128), "0.003532"),
    # 42 + 500 + 470,215 + 3,144
    "Anthropic": (ANTHROPIC, Usage(21, 1_000, 188_086, 393), "0.473901"),
    # 720 + 320 + 400; the hits are told twice and counted once
    "DeepSeek": (DEEPSEEK, Usage(360, 640, 0, 50), "0.00144"),
    # 200 + 320 + 4,000: 500 thoughts are in the total alone
    "Google, OpenAI-compatible": (GOOGLE, Usage(100, 0, 0, 40, 500), "0.00452"),
    # 58 + 4 + 4,240 + 4,152: reasoning stands beside the completion
    "xAI": (XAI, Usage(29, 8, 0, 530, 519), "0.008454"),
    # 188 + 250 + 16, by our price; the cost that OpenRouter reports takes precedence
    "OpenRouter": (OPENROUTER, Usage(94, 0, 100, 2), "0.000454"),
    "Groq": (GROQ, Usage(18, 0, 0, 556), "0.004484"),  # 36 + 4,448
    "Mistral": (MISTRAL, Usage(16, 0, 0, 34), "0.000304"),  # 32 + 272
    "Moonshot": (MOONSHOT, Usage(26, 64, 0, 10), "0.000164"),  # 52 + 32 + 80
    # 200 + 500 + 1,250 + 320
    "LiteLLM for Anthropic": (LITELLM_FOR_ANTHROPIC, Usage(100, 1_000, 500, 40), "0.00227"),
    "Ollama": (OLLAMA, Usage(26, 0, 0, 282), "0.002308"),  # 52 + 2,256
}


@pytest.mark.parametrize(("raw", "usage", "dollars"), TABLE.values(), ids=TABLE.keys())
def test_every_token_is_billed_once_at_its_own_price(raw: dict[str, Any], usage: Usage, dollars: str) -> None:
    bill = read_usage(raw)
    assert bill.known
    assert bill.usage == usage
    assert cost(bill.usage, PRICE) == Decimal(dollars)


CLAUDE = Price(Decimal(3), Decimal(15), cached_input=Decimal("0.3"), cache_write=Decimal("3.75"))
BESIDE: dict[str, tuple[dict[str, Any], Usage, str]] = {
    "read, all but the prompt": (
        {
            "prompt_tokens": 368,
            "completion_tokens": 19,
            "total_tokens": 10_923,
            "cache_read_input_tokens": 10_536,
            "cache_creation_input_tokens": 0,
        },
        Usage(368, 10_536, 0, 19),
        "0.0045498",
    ),
    "read, less than the prompt": (
        {"prompt_tokens": 5000, "completion_tokens": 100, "total_tokens": 7100, "cache_read_input_tokens": 2000},
        Usage(5000, 2000, 0, 100),
        "0.0171",
    ),
    "written": (
        {
            "prompt_tokens": 368,
            "completion_tokens": 19,
            "total_tokens": 10_923,
            "cache_creation_input_tokens": 10_536,
        },
        Usage(368, 0, 10_536, 19),
        "0.040899",
    ),
    "written, by LiteLLM's other name": (
        {
            "prompt_tokens": 3000,
            "completion_tokens": 50,
            "prompt_tokens_details": {"cached_tokens": 1000, "cache_creation_tokens": 1500},
        },
        Usage(500, 1000, 1500, 50),
        "0.008175",
    ),
    "written, by one-api's name": (
        {
            "prompt_tokens": 3000,
            "completion_tokens": 50,
            "prompt_tokens_details": {"cached_tokens": 1000, "cached_creation_tokens": 1500},
        },
        Usage(500, 1000, 1500, 50),
        "0.008175",
    ),
    "written, by how long it is kept": (
        {
            "input_tokens": 100,
            "output_tokens": 10,
            "cache_creation": {"ephemeral_5m_input_tokens": 1000, "ephemeral_1h_input_tokens": 0},
            "cache_read_input_tokens": 0,
        },
        Usage(100, 0, 1000, 10),
        "0.0042",
    ),
    "read and thoughts": (
        {
            "prompt_tokens": 100,
            "completion_tokens": 50,
            "total_tokens": 2650,
            "cache_read_input_tokens": 2000,
            "completion_tokens_details": {"reasoning_tokens": 500},
        },
        Usage(100, 2000, 0, 50, 500),
        "0.00915",  # 300 + 600 + 8,250
    ),
    "read, and thoughts that only the total tells": (
        {"prompt_tokens": 100, "completion_tokens": 50, "total_tokens": 2650, "cache_read_input_tokens": 2000},
        Usage(100, 2000, 0, 50, 500),
        "0.00915",
    ),
    "read within the prompt, and thoughts that only the total tells, as Google does": (
        {
            "prompt_tokens": 1000,
            "completion_tokens": 50,
            "total_tokens": 1550,
            "prompt_tokens_details": {"cached_tokens": 300},
        },
        Usage(700, 300, 0, 50, 500),
        "0.01044",  # 2,100 + 90 + 8,250
    ),
}


@pytest.mark.parametrize(("raw", "usage", "dollars"), BESIDE.values(), ids=BESIDE.keys())
def test_what_the_cache_did_beside_the_prompt_is_not_taken_for_thoughts(
    raw: dict[str, Any], usage: Usage, dollars: str
) -> None:
    bill = read_usage(raw)
    assert bill.usage == usage
    assert cost(bill.usage, CLAUDE) == Decimal(dollars)


SAID: dict[str, tuple[dict[str, Any], str | None]] = {
    "a number": ({"cost": "0.00123"}, "0.00123"),
    "parts with a total": (
        {
            "cost": {
                "input_tokens_cost": "0.0003",
                "output_tokens_cost": "0.00075",
                "request_cost": "0.006",
                "total_cost": "0.00705",
            }
        },
        "0.00705",
    ),
    "parts without a total": ({"cost": {"input_tokens_cost": "0.0003"}}, None),
    "DeepInfra": ({"estimated_cost": "0.0000268"}, "0.0000268"),
    "xAI": ({"cost_in_usd_ticks": 37_756_000}, "0.0037756"),
    "OpenRouter with a key of one's own": (
        {"cost": "0.0001", "is_byok": True, "cost_details": {"upstream_inference_cost": "0.002"}},
        "0.0021",
    ),
    "nothing": ({"cost": 0}, None),
    "less than nothing": ({"cost": "-1"}, None),
    "more than any call": ({"cost": "1e30"}, None),
    "no amount": ({"cost": ["0.1"]}, None),
    "true": ({"cost": True}, None),
}


@pytest.mark.parametrize(("raw", "dollars"), SAID.values(), ids=SAID.keys())
def test_what_a_provider_says_it_billed_is_read_in_every_shape(raw: dict[str, Any], dollars: str | None) -> None:
    told = read_usage({"prompt_tokens": 100, "completion_tokens": 50, **raw}).cost
    assert told == (None if dollars is None else Decimal(dollars))


@pytest.mark.parametrize(
    "raw", [None, {}, {"prompt_tokens": 0, "completion_tokens": 0}, {"prompt_tokens": -3, "completion_tokens": -1}]
)
def test_absent_usage_is_never_zero_but_what_was_counted_here(raw: dict[str, Any] | None) -> None:
    bill = read_usage(raw)
    assert not bill.known
    assert bill.filled(100, 20) == Usage(input=100, output=20)


def test_a_providers_own_price_is_taken_at_its_word() -> None:
    assert read_usage(OPENROUTER).cost == Decimal("0.00095")
