"""Usage objects of answers that others recorded from providers, each with its source and its value by hand.

Micro-dollars, as in ``real_bills``: 2 for a fresh token of input, 0.5 for one read from a cache, 2.5 for one written,
8 for one of output.
"""

from __future__ import annotations

from decimal import Decimal

from tests.providers.real_bills import RealBill, cached, chat, thought

_AI = "github.com/vercel/ai/blob/main/packages/"


def _fixture(package: str, name: str) -> str:
    return f"{_AI}{package}/__fixtures__/{name}"


RECORDED_BILLS = (
    # 32 + 2,904
    RealBill(
        "openai", chat(16, 363, 379, **cached(0), **thought(0)), "0.002936", _fixture("openai/src/chat", "openai-text")
    ),
    # 90 + 4,856
    RealBill(
        "groq",
        chat(45, 607, 652, queue_time=0.041876985, prompt_time=0.001954727, completion_time=2.245177008),
        "0.004946",
        _fixture("groq/src", "groq-text"),
    ),
    # 34 + 5,192: what was thought is part of the 649
    RealBill("groq", chat(17, 649, 666, **thought(570)), "0.005226", _fixture("groq/src", "groq-reasoning")),
    # What it says that it billed, search included.
    RealBill(
        "perplexity",
        chat(
            6,
            1,
            7,
            search_context_size="low",
            cost={"input_tokens_cost": 0.00001, "output_tokens_cost": 0, "request_cost": 0.005, "total_cost": 0.00501},
        ),
        "0.00501",
        _fixture("perplexity/src", "perplexity-usage-raw-live"),
    ),
    RealBill(
        "perplexity",
        chat(
            8,
            439,
            447,
            search_context_size="low",
            cost={
                "input_tokens_cost": 0.000024,
                "output_tokens_cost": 0.006585,
                "request_cost": 0.006,
                "total_cost": 0.012609,
            },
        ),
        "0.012609",
        "docs.perplexity.ai/changelog",
    ),
    RealBill(
        "perplexity",
        {
            "cost": {
                "cache_creation_cost": 0.00015,
                "cache_read_cost": 0.00002,
                "currency": "USD",
                "input_cost": 0,
                "output_cost": 0.00002,
                "tool_calls_cost": 0.001,
                "tool_calls_cost_details": {"search_web": 0.001},
                "total_cost": 0.00119,
            },
            "input_tokens": 3007,
            "input_tokens_details": {
                "cache_creation_input_tokens": 1224,
                "cache_read_input_tokens": 1780,
                "cached_tokens": 1780,
            },
            "output_tokens": 36,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 3043,
        },
        "0.00119",
        _fixture("perplexity/src", "agent-web-search"),
    ),
    # 42 + 328
    RealBill(
        "sambanova",
        chat(21, 41, 62, is_last_response=True, time_to_first_token=0.09152531623840332, total_tokens_per_sec=369.01),
        "0.00037",
        "github.com/discourse/discourse, plugins/discourse-ai/spec/lib/completions/endpoints/samba_nova_spec.rb",
    ),
    # 176 + 32
    RealBill(
        "deepseek",
        chat(88, 4, 92, prompt_cache_hit_tokens=0, prompt_cache_miss_tokens=88, **cached(0), **thought(4)),
        "0.000208",
        _fixture("deepseek/src/chat", "issue-19789-live-usage"),
    ),
    # 748 + 480
    RealBill(
        "deepseek",
        chat(374, 60, 434, prompt_cache_hit_tokens=0, prompt_cache_miss_tokens=374, **cached(0), **thought(16)),
        "0.001228",
        _fixture("deepseek/src/chat", "deepseek-tool-call"),
    ),
    # 38 + 16; the tier is told within the usage
    RealBill(
        "mistral",
        chat(19, 2, 21, service_tier="standard", **cached(0)),
        "0.000054",
        _fixture("mistral/src", "mistral-usage-raw-live"),
    ),
    # 45 + 272: all of the prompt was in the cache
    RealBill(
        "moonshot",
        chat(90, 34, 124, cached_tokens=90, **cached(90), **thought(17)),
        "0.000317",
        _fixture("moonshotai/src", "moonshotai-usage-live"),
    ),
    # 891 fresh: 1,782 + 30 + 48,008: one token more was thought than completed, and the total has it
    RealBill(
        "moonshot",
        chat(951, 6000, 6952, **cached(60), **thought(6001)),
        "0.04982",
        _fixture("moonshotai/src", "issue-19311-kimi-k3-negative-usage"),
    ),
    # 24 + 40
    RealBill(
        "moonshot",
        chat(12, 5, 17, **thought(1)),
        "0.000064",
        _fixture("moonshotai/src", "moonshotai-stream-choice-usage"),
    ),
    # What the model cost, 0.0000344, and the gateway's surcharge of 0.0001.
    RealBill(
        "vercel",
        chat(
            675,
            1,
            676,
            cost=Decimal("0.0000344"),
            is_byok=False,
            cost_details={"upstream_inference_cost": None, "upstream_inference_prompt_cost": 0},
            cache_creation_input_tokens=0,
            market_cost=Decimal("0.0000344"),
            surcharge_cost=Decimal("0.0001"),
            gateway_cost=Decimal("0.0001344"),
            **cached(674),
            **thought(0),
        ),
        "0.0001344",
        _fixture("xai/src", "issue-19639-generate"),
    ),
    # 1,777,000 ticks of 10^-10 dollars
    RealBill(
        "x-ai",
        chat(307, 26, 588, num_sources_used=0, cost_in_usd_ticks=1_777_000, **cached(244), **thought(255)),
        "0.0001777",
        _fixture("openai-compatible/src/chat", "xai-tool-call"),
    ),
    # 38 + 672 + 8,648: what was thought is beside the completion
    RealBill(
        "deepinfra",
        chat(19, 84, 1184, prompt_tokens_details=None, **thought(1081)),
        "0.009358",
        f"{_AI}deepinfra/src/deepinfra-chat-language-model.test.ts, Gemma",
    ),
    # 36 + 3,800
    RealBill(
        "deepinfra",
        chat(18, 475, 493, prompt_tokens_details=None),
        "0.003836",
        f"{_AI}deepinfra/src/deepinfra-chat-language-model.test.ts, Mixtral",
    ),
    # 674 + 115,522.5 + 2,736
    RealBill(
        "anthropic",
        {
            "cache_creation": {"ephemeral_1h_input_tokens": 0, "ephemeral_5m_input_tokens": 46_209},
            "cache_creation_input_tokens": 46_209,
            "cache_read_input_tokens": 0,
            "input_tokens": 337,
            "output_tokens": 342,
            "service_tier": "standard",
        },
        "0.1189325",
        "github.com/get-convex/agent/issues/191",
    ),
    # 48 + 2,464
    RealBill(
        "omlx",
        {"input_tokens": 24, "output_tokens": 308, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0},
        "0.002512",
        "github.com/jundot/omlx/issues/912",
    ),
    # 62 + 3,132.5 + 3,736: more was written than the prompt has, so it is beside it
    RealBill(
        "litellm",
        chat(31, 467, 498, cache_creation_input_tokens=1253, cache_read_input_tokens=0, **cached(0)),
        "0.0069305",
        "github.com/BerriAI/litellm/issues/15056",
    ),
    # 48 + 4,032
    RealBill(
        "alibaba",
        chat(24, 504, 528, **cached(0), **thought(496)),
        "0.00408",
        _fixture("alibaba/src", "alibaba-issue-18759"),
    ),
    # 590 + 176
    RealBill("alibaba", chat(295, 22, 317, **cached(0)), "0.000766", _fixture("alibaba/src", "alibaba-tool-call")),
)
