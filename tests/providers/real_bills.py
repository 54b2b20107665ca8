"""Usage objects that providers sent or document, each with its source and with its value worked out by hand.

The rows of Anthropic, Groq and OpenAI's page of the API agree with quotations of those pages in public repositories.
Micro-dollars: 2 for a fresh token of input, 0.5 for one read from a cache, 2.5 for one written, 8 for one of output.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any


@dataclass(frozen=True, slots=True)
class RealBill:
    """One usage object, what it costs in dollars, and where it is written."""

    provider: str
    usage: Mapping[str, Any]
    dollars: str
    source: str


def chat(prompt: int, completion: int, total: int, **more: Any) -> dict[str, Any]:
    return {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": total, **more}


def cached(tokens: int) -> dict[str, Any]:
    return {"prompt_tokens_details": {"cached_tokens": tokens}}


def thought(tokens: int) -> dict[str, Any]:
    return {"completion_tokens_details": {"reasoning_tokens": tokens}}


_CLAUDE = {"input_tokens": 21, "output_tokens": 393}
_XAI = "docs.x.ai/developers/advanced-api-usage/prompt-caching/usage-and-pricing"
_CACHING = "platform.claude.com/docs/en/build-with-claude/prompt-caching"

REAL_BILLS = (
    # 86 fresh: 172 + 960 + 2,400
    RealBill("openai", chat(2006, 300, 2306, **cached(1920)), "0.003532", "github.com/64bit/async-openai/issues/272"),
    RealBill(
        "openai", chat(9, 12, 21, **thought(0)), "0.000114", "platform.openai.com/docs/api-reference/chat"
    ),  # 18 + 96
    # 24 + 1,632
    RealBill("azure", chat(12, 204, 216, **cached(0)), "0.001656", "github.com/BerriAI/litellm/issues/15376"),
    # 42 + 470,215 + 3,144
    RealBill(
        "anthropic",
        _CLAUDE | {"cache_creation_input_tokens": 188_086, "cache_read_input_tokens": 0},
        "0.473401",
        _CACHING,
    ),
    # 42 + 94,043 + 3,144
    RealBill(
        "anthropic",
        _CLAUDE | {"cache_creation_input_tokens": 0, "cache_read_input_tokens": 188_086},
        "0.097229",
        _CACHING,
    ),
    # 971 fresh: 1,942 + 1,024 + 832
    RealBill(
        "alibaba",
        chat(3019, 104, 3123, **cached(2048)),
        "0.003798",
        "github.com/alibaba/spring-ai-alibaba/issues/2699",
    ),
    # 56 fresh: 112 + 640 + 248; the hits are told twice
    RealBill(
        "moonshot",
        chat(1336, 31, 1367, cached_tokens=1280, **cached(1280)),
        "0.001",
        "github.com/AstrBotDevs/AstrBot/issues/6614",
    ),
    # 22 + 320
    RealBill(
        "deepseek",
        chat(11, 40, 51, prompt_cache_hit_tokens=0, prompt_cache_miss_tokens=11),
        "0.000342",
        "github.com/BerriAI/litellm/issues/5017",
    ),
    # 2,167 fresh: 4,334 + 236.5 + 1,456 + 5,376; what was thought is beside the completion
    RealBill(
        "x-ai",
        chat(2640, 182, 3494, num_sources_used=0, **cached(473), **thought(672)),
        "0.0114025",
        "github.com/vercel/ai/pull/9774",
    ),
    # 24 + 16 + 2,536
    RealBill("x-ai", chat(12, 2, 331, **thought(317)), "0.002576", "github.com/vercel/ai/pull/12425, before"),
    # 24 + 8 + 3,088
    RealBill("x-ai", chat(12, 1, 399, **thought(386)), "0.00312", "github.com/vercel/ai/pull/12425, after"),
    # 27 fresh: 54 + 49 + 384
    RealBill("x-ai", chat(125, 48, 173, **cached(98), **thought(0)), "0.000487", _XAI),
    RealBill(
        "x-ai",
        {
            "input_tokens": 125,
            "output_tokens": 48,
            "total_tokens": 173,
            "input_tokens_details": {"cached_tokens": 98},
            "output_tokens_details": {"reasoning_tokens": 0},
        },
        "0.000487",
        _XAI,
    ),
    # What it says that it billed.
    RealBill(
        "openrouter",
        chat(194, 2, 196, cost=Decimal("0.95"), cost_details={"upstream_inference_cost": 19}, **cached(0)),
        "0.95",
        "openrouter.ai/docs/use-cases/usage-accounting",
    ),
    RealBill(
        "openrouter",
        chat(
            13_559,
            122,
            13_681,
            cost=Decimal("0.017558"),
            is_byok=False,
            cost_details={"upstream_inference_cost": None, "upstream_inference_prompt_cost": Decimal("0.016948")},
            **cached(0),
        ),
        "0.017558",
        "github.com/mozilla-ai/any-llm/issues/622",
    ),
    RealBill(
        "openrouter",
        chat(
            9171,
            113,
            9284,
            cost=0,
            is_byok=True,
            cost_details={"upstream_inference_cost": Decimal("0.0360795")},
            **cached(0),
            **thought(55),
        ),
        "0.0360795",
        "github.com/tailcallhq/forgecode/issues/1641",
    ),
    # 40 + 1,584 + 3,240: 405 thoughts are in the total alone
    RealBill("google", chat(20, 198, 623), "0.004864", "github.com/mozilla-ai/any-llm/issues/1290"),
    # 33 fresh: 66 + 384 + 16; no total
    RealBill(
        "mistral",
        {"prompt_tokens": 801, "completion_tokens": 2, **cached(768)},
        "0.000466",
        "github.com/symfony/ai/pull/2343",
    ),
    # 30 + 8
    RealBill("vllm", chat(15, 1, 16), "0.000038", "github.com/vllm-project/vllm-omni/pull/2313"),
    # 5,612 + 2,056
    RealBill("portkey", chat(2806, 257, 3063), "0.007668", "github.com/Portkey-AI/gateway/issues/1191, returned"),
    # 8 + 7,052.5 + 776
    RealBill(
        "portkey",
        chat(4, 97, 2922, cache_read_input_tokens=0, cache_creation_input_tokens=2821),
        "0.0078365",
        "github.com/Portkey-AI/gateway/issues/1191, expected",
    ),
    # 36 + 4,448
    RealBill(
        "groq",
        chat(
            18,
            556,
            574,
            queue_time=0.037493756,
            prompt_time=0.000680594,
            completion_time=0.463333333,
            total_time=0.464013927,
        ),
        "0.004484",
        "console.groq.com/docs/api-reference",
    ),
    # 72 + 64
    RealBill(
        "emissary",
        chat(36, 8, 44, **cached(0), **thought(0)),
        "0.000136",
        "docs.withemissary.com/api/schemas/chatcompletionobject",
    ),
)
