"""Usage and cost as providers report them, in every known shape; what is not said or implausible stays unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import Enum
from itertools import product
from typing import Any

from routerd.domain.money import Usage
from routerd.providers.bounded import LONGEST, decimal

_READ = ("cached_tokens", "cache_read_tokens", "prompt_cache_hit_tokens", "cache_read_input_tokens")
"""OpenAI, Groq, Google, OpenRouter, Moonshot; LiteLLM; DeepSeek; Anthropic, also behind gateways."""
_WRITE = (
    "cache_write_tokens",
    "cache_creation_tokens",
    "cached_creation_tokens",
    "cache_creation_input_tokens",
)
"""OpenRouter; LiteLLM; one-api; Anthropic, also behind gateways."""
_TOTALS = ("total_cost", "total", "cost")
"""Within a cost object: Perplexity, LiteLLM."""
_TICK = Decimal(10) ** -10
"""Dollars: xAI counts in these (its API reference, ``cost_in_usd_ticks``)."""
MOST_TOKENS = 1_000_000_000
"""Tokens of one call: a hundred times the largest context window."""
MOST_DOLLARS = 1_000
"""Dollars of one call: a million tokens of the most expensive models cost less."""
LEAST_DOLLARS = -12
"""The exponent of the ledger's unit (10^-12 dollars): smaller amounts are ignored."""


@dataclass(frozen=True, slots=True)
class ReportedUsage:
    """What a provider said of one call. A side that it did not tell, or told nonsense of, is not known."""

    usage: Usage
    input_known: bool
    output_known: bool
    cost: Decimal | None = None
    """Dollars, where the provider tells its own price."""
    absurd: bool = False
    """Whether it tells an amount that cannot be true."""
    hour_writes: int = 0
    """Of ``usage.cache_write``, the tokens that Anthropic keeps for an hour, which cost more."""

    def filled(self, input_tokens: int, output_tokens: int) -> Usage:
        """The usage, with counts made here in place of what is not known."""
        told = self.usage
        if not self.input_known:
            told = Usage(input=input_tokens, output=told.output, reasoning=told.reasoning)
        if not self.output_known:
            told = Usage(told.input, told.cached_input, told.cache_write, output=output_tokens)
        return told

    def within(self, most_input: int, most_output: int) -> ReportedUsage:
        """The bill without a side that is larger than any call can have made it."""
        usage = self.usage
        return replace(
            self,
            input_known=self.input_known and usage.all_input <= most_input,
            output_known=self.output_known and usage.all_output <= most_output,
        )

    @property
    def known(self) -> bool:
        """Whether the provider told both sides."""
        return self.input_known and self.output_known


class _Where(Enum):
    """Whether the prompt's count holds what the cache read and wrote."""

    INSIDE = "inside"
    """As OpenAI's names have it."""
    OUTSIDE = "outside"
    """As Anthropic's own names have it."""
    UNSURE = "unsure"
    """Anthropic's names for the cache beside OpenAI's for the prompt: gateways do both."""


@dataclass(frozen=True, slots=True)
class _Told:
    """The counts of one usage object, by whatever names; ``beyond`` is what the total has besides both sides."""

    prompt: int
    completion: int
    read: int
    write: int
    reasoning: int
    beyond: int | None
    """``None`` where no total is told."""
    cache: _Where


def read_usage(raw: Mapping[str, Any] | None) -> ReportedUsage:
    """The bill of one call from the ``usage`` object of its answer.

    Input: OpenAI's ``prompt_tokens`` hold what the cache served; Anthropic's ``input_tokens`` do not, and some
    gateways hand its counts on under OpenAI's names. Output: OpenAI's ``completion_tokens`` hold the reasoning;
    xAI and Google leave it out of them. Which it is, only ``total_tokens`` tells.
    """
    raw = raw or {}
    prompt, completion = _whole(raw.get("prompt_tokens")), _whole(raw.get("completion_tokens"))
    native = prompt is None and completion is None and ("input_tokens" in raw or "output_tokens" in raw)
    if native:
        prompt, completion = _whole(raw.get("input_tokens")), _whole(raw.get("output_tokens"))
    total = _whole(raw.get("total_tokens"))
    inner = _details(raw, "prompt", "input")
    told = _Told(
        prompt or 0,
        completion or 0,
        # The same count told under two names counts once.
        _first(inner, _READ) or _first(raw, _READ),
        _first(inner, _WRITE) or _first(raw, _WRITE) or _by_lifetime(raw),
        _first(_details(raw, "completion", "output"), ("reasoning_tokens",)),
        max(total - prompt - completion, 0) if total and prompt is not None and completion is not None else None,
        _where(raw, inner, native),
    )
    usage = _buckets(told)
    input_known = prompt is not None and usage.all_input > 0
    output_known = completion is not None and usage.all_output > 0
    hour_writes = min(_lifetimes(raw).get("ephemeral_1h_input_tokens", 0), usage.cache_write) if input_known else 0
    return ReportedUsage(usage, input_known, output_known, _told_cost(raw), _absurd_cost(raw), hour_writes)


def _where(raw: Mapping[str, Any], inner: Mapping[str, Any], native: bool) -> _Where:
    anthropic = any(name in raw for name in ("cache_read_input_tokens", "cache_creation_input_tokens"))
    if not anthropic or _first(inner, _READ):
        return _Where.INSIDE
    return _Where.OUTSIDE if native else _Where.UNSURE


def _buckets(told: _Told) -> Usage:
    """Disjoint, and together no less than the total that was told."""
    read, write, thought = _outside(told)
    fresh = told.prompt - (told.read - read) - (told.write - write)
    inside = min(told.reasoning - thought, told.completion)
    rest = max((told.beyond or 0) - read - write - thought, 0)
    return Usage(fresh, told.read, told.write, told.completion - inside, inside + thought + rest)


def _outside(told: _Told) -> tuple[int, int, int]:
    """What the cache read and wrote besides the prompt, and what was thought besides the completion.

    What is beyond is explained by the cache first, then by the reasoning that was told. Where these do not add up
    to it, the names say where the cache's counts belong. A part that is larger than its whole is outside of it.
    """
    cached = told.read + told.write
    if told.beyond and told.cache is not _Where.OUTSIDE:
        for thought, read, write in product((0, told.reasoning), (told.read, 0), (told.write, 0)):
            fits = cached - read - write <= told.prompt and told.reasoning - thought <= told.completion
            if fits and read + write + thought == told.beyond:
                return read, write, thought
    apart = told.cache is _Where.OUTSIDE or cached > told.prompt
    apart = apart or (told.cache is _Where.UNSURE and cached <= (told.beyond or 0))
    read, write = (told.read, told.write) if apart else (0, 0)
    if told.reasoning <= told.completion:
        return read, write, 0
    left = told.reasoning if told.beyond is None else max(told.beyond - read - write, 0)
    return read, write, min(told.reasoning, left)


def _by_lifetime(raw: Mapping[str, Any]) -> int:
    """Anthropic tells what was written once more, by how long it is kept; some gateways hand on only that."""
    return sum(_lifetimes(raw).values())


def _lifetimes(raw: Mapping[str, Any]) -> dict[str, int]:
    parts = raw.get("cache_creation")
    return {name: _whole(tokens) or 0 for name, tokens in parts.items()} if isinstance(parts, Mapping) else {}


def _details(raw: Mapping[str, Any], *sides: str) -> Mapping[str, Any]:
    found = (raw.get(f"{side}_tokens_details") for side in sides)
    return next((details for details in found if isinstance(details, Mapping)), {})


def _first(raw: Mapping[str, Any], names: tuple[str, ...]) -> int:
    """The first of these counts that says something."""
    return next((count for name in names if (count := _whole(raw.get(name)))), 0)


def _told_cost(raw: Mapping[str, Any]) -> Decimal | None:
    """Dollars of one call by its usage object; ``None`` where it reports no cost or an implausible one.

    Zero is no report: with the user's own key (BYOK) the upstream provider bills; OpenRouter reports that amount
    beside its fee.
    """
    said = raw.get("cost")
    found = _total(said) if isinstance(said, Mapping) else _dollars(said)
    if raw.get("is_byok") is True:
        details = raw.get("cost_details")
        elsewhere = _dollars(details.get("upstream_inference_cost")) if isinstance(details, Mapping) else None
        return None if elsewhere is None else elsewhere + (found or 0)
    # Vercel's gateway tells what the model cost as ``cost``, and that with its own surcharge as this.
    found = _dollars(raw.get("gateway_cost")) or found
    # DeepInfra calls its cost an estimate; the others are gateways.
    found = found or _dollars(raw.get("total_cost")) or _dollars(raw.get("estimated_cost"))
    return found or _of_ticks(raw.get("cost_in_usd_ticks"))


def _absurd_cost(raw: Mapping[str, Any]) -> bool:
    """Whether it reports an implausible amount."""
    said = raw.get("cost")
    reported = [said.get(name) for name in _TOTALS] if isinstance(said, Mapping) else [said]
    return any(map(_absurd, (*reported, *(raw.get(name) for name in ("gateway_cost", "total_cost", "estimated_cost")))))


def _total(costs: Mapping[str, Any]) -> Decimal | None:
    """The reported total; parts without a total are not added up, as they may be incomplete."""
    return next((found for name in _TOTALS if (found := _dollars(costs.get(name)))), None)


def _of_ticks(ticks: object) -> Decimal | None:
    """A whole number of ticks."""
    if not isinstance(ticks, int | str) or isinstance(ticks, bool):
        return None
    text = str(ticks) if isinstance(ticks, str) or abs(ticks) < 10**19 else ""
    return _dollars(Decimal(text) * _TICK) if text.isascii() and text.isdecimal() and len(text) <= 19 else None


def _whole(value: object, most: int = MOST_TOKENS) -> int | None:
    """A count from 0 to ``most``, also given as text or as a decimal without a fraction; else ``None``."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value <= most else None
    number = None if value is None else decimal(value)
    if number is None or not 0 <= number <= most or number != number.to_integral_value():
        return None
    return int(number)


def _dollars(value: object) -> Decimal | None:
    """A plausible cost of one call, above zero; else ``None``."""
    number = None if value is None else decimal(value)
    if number is None or not 0 < number <= MOST_DOLLARS or number.adjusted() < LEAST_DOLLARS:
        return None
    return number


def _absurd(value: object) -> bool:
    """Whether this is an amount above the plausible cost of one call."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str) or not value:
        return False
    if isinstance(value, int):
        return value > MOST_DOLLARS
    written = str(value)[:LONGEST].strip()
    number = decimal(value)
    return written[:1].isdecimal() and (number is None or number > MOST_DOLLARS)
