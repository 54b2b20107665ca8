"""Session affinity: a follow-up stays with the model that has its prompt cached, unless switching is cheaper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.domain.ports import Counter
from routerd.domain.prompt import Prompt, Turn
from routerd.domain.quote import Candidate, Route, Tariff
from routerd.domain.settings import Snapshot
from routerd.domain.tier import Tier

CACHE_LIFETIME = timedelta(minutes=10)
"""OpenAI's guide to prompt caching: prefixes expire after 5 to 10 minutes without use. Others keep them as long."""
LEAST_TOKENS = 1_024
"""The shortest prefix that OpenAI, and most models of Anthropic, cache (their guides to prompt caching)."""


@dataclass(frozen=True, slots=True)
class CachedPrefix:
    """The model that answered last on the same target, and the cached prefix of the new prompt."""

    model: ModelRef
    tier: Tier
    tokens: int
    """By the local count, from the start of the prompt."""
    age: timedelta


@dataclass(frozen=True, slots=True)
class PromptSize:
    """Tokens of the next question, by the local count."""

    input: int
    output: int


def cached_prefix(turn: Turn, prompt: Prompt, counter: Counter, now: datetime) -> CachedPrefix:
    """The prefix of a new prompt that the model of an earlier turn should have cached."""
    return CachedPrefix(turn.model, turn.tier, counter.count(turn.shares(prompt.messages)), now - turn.at)


def keep_session_model(
    route: Route, last: CachedPrefix, snapshot: Snapshot, size: PromptSize, tariff: Callable[[ModelRef], Tariff]
) -> Route:
    """The route, or one that begins with the last model; its reason contains the arithmetic.

    With `warm` the price of asking the last model, `cold` that of asking the route's first model, and `p` the
    probability that the last tier is too weak, so that its answer is discarded and the stronger tier asked anyway:

        warm + p * cold < cold   stays

    `p` is 0 if the last tier is no weaker than the route's. If it is weaker, `p` is 1 if the classifier is
    confident (a wrong answer costs its reader more than any cache), else the classifier's own probability.
    The last model is kept only for a cache: a long and recent enough prefix, and a price with a discount.
    """
    wanted = route.first
    models = snapshot.usable.get(last.tier, ())
    if last.age > CACHE_LIFETIME or OFFLINE in (last.model, *wanted.models) or last.model not in models:
        return route
    if route.classification is None and last.tier is not wanted.tier:
        return route  # the tier was chosen, not guessed
    if last.model == wanted.models[0]:
        cached = f"; {last.model} has {last.tokens:,} tokens in its prompt cache" if last.tokens >= LEAST_TOKENS else ""
        return replace(route, reason=route.reason + cached)
    if last.tokens < LEAST_TOKENS:
        return _with_remark(
            route, f"{last.model} answered before, but {last.tokens:,} shared tokens are too few to cache"
        )
    lower = tariff(last.model)
    warm = replace(lower, cached_tokens=last.tokens).cost(size.input, size.output)
    cold = tariff(wanted.models[0]).cost(size.input, size.output)
    fresh = lower.cost(size.input, size.output)
    if warm is None or cold is None or warm == fresh:
        return _with_remark(route, f"{last.model} answered before, but its price for cached input is unknown")
    p = _too_weak(route, last.tier)
    stays = warm + p * cold < cold
    comparison = f"{dollars(warm)} + {p:.2f} × {dollars(cold)} {'<' if stays else '≥'} {dollars(cold)}"
    arithmetic = f"{last.model} has {last.tokens:,} tokens in its prompt cache: {comparison} at {wanted.models[0]}"
    if not stays:
        return _with_remark(route, f"the model changes, although {arithmetic}")
    candidate = Candidate(last.tier, (last.model, *(model for model in models if model not in (last.model, OFFLINE))))
    stronger = (other for other in route.chain if other.tier.rank > last.tier.rank or other.models == (OFFLINE,))
    above = tuple(other for other in stronger if not set(other.models) <= set(candidate.models))
    return _with_remark(replace(route, chain=(candidate, *above)), f"the model stays, as {arithmetic}")


def _too_weak(route: Route, tier: Tier) -> Decimal:
    """The probability, by the classification, that the work needs a stronger tier."""
    words = route.classification
    if tier.rank >= route.first.tier.rank:
        return Decimal(0)
    if words is None or words.confident:
        return Decimal(1)
    probability = words.score if words.tier.rank > tier.rank else 1 - words.score
    return Decimal(str(round(probability, 4)))


def _with_remark(route: Route, remark: str) -> Route:
    return replace(route, reason=f"{route.reason}; {remark}")
