"""Ways of choosing the first tier: routerd for each default tier, fixed tiers, keyword rules, random mixes of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from routerd.actions import catalog
from routerd.domain.action import Request
from routerd.domain.classification import Classification
from routerd.domain.document import Document
from routerd.domain.model import ModelRef
from routerd.domain.quote import Route
from routerd.domain.settings import Routing, Settings, Snapshot
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.routing.route import route
from routerd.routing.words import own_words
from tests.bench.routing.bench import by_keyword

MODELS = {tier: (ModelRef("provider", str(tier)),) for tier in Tier}
DOCUMENT = Document("file:///a.py", 1, "python", Text("x = 1\n"))
BY_STRENGTH = tuple(sorted(Tier, key=lambda tier: tier.rank))


@dataclass(frozen=True, slots=True)
class Policy:
    """The tiers that are asked in turn, for each instruction; the second and on only where a check rejects."""

    name: str
    chains: tuple[tuple[Tier, ...], ...]


@dataclass(frozen=True, slots=True)
class Mix:
    """One policy for a random share of the instructions, the other for the rest."""

    first: Policy
    second: Policy
    share: float

    @property
    def name(self) -> str:
        return f"{self.share:.0%} {self.first.name}, else {self.second.name}"


def routed(texts: Sequence[str], answers: Sequence[Classification]) -> list[Policy]:
    """What `route` asks first, nothing being selected, for each `[routing] default_tier` that rounds up."""
    found = []
    for default in (Tier.UTILITY, Tier.LOGIC, Tier.ARCHITECT):
        seen = Snapshot(Settings(MODELS, {}, {}, routing=Routing(default_tier=default)), MODELS)
        chains = tuple(_first(text, answer, seen).and_above() for text, answer in zip(texts, answers, strict=True))
        found.append(Policy(f"routerd, default {default}", chains))
    return found


def others(texts: Sequence[str]) -> list[Policy]:
    """What routerd is held against; `mixes` adds the random ones."""
    fixed = [Policy(f"always {tier}", (tier.and_above(),) * len(texts)) for tier in BY_STRENGTH]
    cheapest, *_, strongest = BY_STRENGTH
    ends = Policy("cheapest, then strongest", ((cheapest, strongest),) * len(texts))
    return [*fixed, ends, Policy("keyword rules", tuple(by_keyword(text).and_above() for text in texts))]


def mixes(policies: Sequence[Policy]) -> list[Mix]:
    """Even random mixes of every two policies that cannot tell instructions apart; the frontier holds every share."""
    fixed = [policy for policy in policies if len(set(policy.chains)) == 1]
    return [Mix(first, second, 0.5) for first, second in combinations(fixed, 2)]


def _first(text: str, answer: Classification, seen: Snapshot) -> Tier:
    request = Request("ask", DOCUMENT, DOCUMENT.text.whole, instruction=text)
    found = route(request, catalog()["ask"], seen, answer, own_words(text).signals)
    assert isinstance(found, Route)
    return found.first.tier
