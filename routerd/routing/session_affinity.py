"""Stay: a follow-up remains with the model that holds its prompt cache, unless moving is worth the lost cache."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal

from routerd.domain.conversation import Turn
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import dollars
from routerd.domain.ports import Counter
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Route, Tariff
from routerd.domain.snapshot import Snapshot
from routerd.domain.tier import Tier

HELD_FOR = timedelta(minutes=10)
"""OpenAI's guide to prompt caching: prefixes go after 5 to 10 minutes without use. Others hold them as long."""
LEAST_TOKENS = 1_024
"""No shorter prefix is cached by OpenAI, nor by most models of Anthropic (their guides to prompt caching)."""


@dataclass(frozen=True, slots=True)
class CachedPrefix:
    """The model that answered last on the same target, and how much of the new prompt its cache should hold."""

    model: ModelRef
    tier: Tier
    tokens: int
    """By the local count, from the start of the prompt."""
    age: timedelta


@dataclass(frozen=True, slots=True)
class PromptSize:
    """Tokens of the question that is to be asked, by the local count."""

    input: int
    output: int


def cached_prefix(turn: Turn, prompt: Prompt, counter: Counter, now: datetime) -> CachedPrefix:
    """What the model of an earlier turn should still hold of a new prompt."""
    return CachedPrefix(turn.model, turn.tier, counter.count(turn.shares(prompt.messages)), now - turn.at)


def keep_session_model(
    route: Route, last: CachedPrefix, snapshot: Snapshot, size: PromptSize, tariff: Callable[[ModelRef], Tariff]
) -> Route:
    """The route, or one that begins with the model that holds the cache; the arithmetic is in its reason.

    With `warm` the price of asking the held model, `cold` that of asking the route's first model, and `p` the
    probability that the held tier is too weak, so that its answer is thrown away and the stronger tier asked anyway:

        warm + p * cold < cold   stays

    `p` is 0 where the held tier is no weaker than the route's. Where it is weaker, `p` is 1 if the words are
    confident (a wrong answer costs its reader more than any cache), else the classifier's own probability.
    Nothing stays without a cache: a prefix that is too short or too old, or a price that gives no discount.
    """
    wanted = route.first
    models = snapshot.usable.get(last.tier, ())
    if last.age > HELD_FOR or OFFLINE in (last.model, *wanted.models) or last.model not in models:
        return route
    if route.classification is None and last.tier is not wanted.tier:
        return route  # the tier was chosen, not guessed
    if last.model == wanted.models[0]:
        known = f"; {last.model} still holds {last.tokens:,} tokens in its cache" if last.tokens >= LEAST_TOKENS else ""
        return replace(route, reason=route.reason + known)
    if last.tokens < LEAST_TOKENS:
        return _told(route, f"{last.model} answered here before, but {last.tokens:,} shared tokens are no cache")
    lower = tariff(last.model)
    warm = replace(lower, warm_tokens=last.tokens).cost(size.input, size.output)
    cold = tariff(wanted.models[0]).cost(size.input, size.output)
    fresh = lower.cost(size.input, size.output)
    if warm is None or cold is None or warm == fresh:
        return _told(route, f"{last.model} answered here before, but no price for its cache is known")
    p = _too_weak(route, last.tier)
    stays = warm + p * cold < cold
    sum_words = f"{dollars(warm)} + {p:.2f} × {dollars(cold)} {'<' if stays else '≥'} {dollars(cold)}"
    arithmetic = f"{last.model} holds {last.tokens:,} tokens in its cache: {sum_words} at {wanted.models[0]}"
    if not stays:
        return _told(route, f"moves, though {arithmetic}")
    candidate = Candidate(last.tier, (last.model, *(model for model in models if model not in (last.model, OFFLINE))))
    stronger = (other for other in route.chain if other.tier.rank > last.tier.rank or other.models == (OFFLINE,))
    above = tuple(other for other in stronger if not set(other.models) <= set(candidate.models))
    return _told(replace(route, chain=(candidate, *above)), f"stays, as {arithmetic}")


def _too_weak(route: Route, tier: Tier) -> Decimal:
    """The probability that the work needs more than this tier, as far as the classification tells."""
    words = route.classification
    if tier.rank >= route.first.tier.rank:
        return Decimal(0)
    if words is None or words.confident:
        return Decimal(1)
    probability = words.score if words.tier.rank > tier.rank else 1 - words.score
    return Decimal(str(round(probability, 4)))


def _told(route: Route, remark: str) -> Route:
    return replace(route, reason=f"{route.reason}; {remark}")
