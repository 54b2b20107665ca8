"""Route, quote and admit: the chain, the price of each candidate, and what a budget allows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.domain.acceptance import Acceptance
from routerd.domain.action import OutputPrior, Request
from routerd.domain.classification import Classification, Neighbour
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast, Quote, Terms
from routerd.domain.limit import Limit
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Price, Usage, cost, dollars, dollars_at_most, plain
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Estimate, Route, Tariff, TokenCalibration, TokenRange
from routerd.domain.settings import Budget, Quirks, Routing, Settings, Snapshot
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.routing.quoted_options import expected
from routerd.routing.route import route
from routerd.steps.admit import agreed, confirmation, refusal
from routerd.steps.quote import cap, likely_output, most, output_range, quote, terms

CHEAP, FAST, SMART, BEST = (ModelRef("n1n", name) for name in ("cheap", "fast", "smart", "best"))
ALL: Mapping[Tier, tuple[ModelRef, ...]] = {
    Tier.UTILITY: (CHEAP,),
    Tier.SPEED: (FAST,),
    Tier.LOGIC: (SMART,),
    Tier.ARCHITECT: (BEST,),
}
TEXT = Text("x = 1\n")
PRICE = Price(Decimal("0.20"), Decimal("0.60"), context=64_000)
PROMPT = Prompt((), 1_000, 200, 0)


def request_for(action: str = "document", **changes: object) -> Request:
    return replace(Request(action, Document("file:///a.py", 1, "python", TEXT), TEXT.whole), **changes)  # type: ignore[arg-type]  # field names are checked by replace


def snapshot(usable: Mapping[Tier, tuple[ModelRef, ...]] = ALL, **routing: object) -> Snapshot:
    return Snapshot(Settings(ALL, {}, {}, routing=Routing(**routing)), usable)  # type: ignore[arg-type]  # as above


def routed(request: Request, seen: Snapshot, words: Classification | None = None) -> Route:
    found = route(request, catalog()[request.action], seen, words)
    assert isinstance(found, Route)
    return found


def words(tier: Tier, confident: bool) -> Classification:
    return Classification(tier, "ask", 0.7, 0.2, confident, (Neighbour("like this", tier, "ask", 0.7),), 100)


def test_the_chain_begins_at_the_actions_tier_and_continues_by_strength() -> None:
    chain = routed(request_for(), snapshot()).chain
    assert [candidate.tier for candidate in chain] == [Tier.UTILITY, Tier.LOGIC, Tier.ARCHITECT]
    assert routed(request_for(tier=Tier.SPEED), snapshot()).first.tier is Tier.SPEED


def test_an_explicit_model_is_asked_alone() -> None:
    found = routed(request_for(model=BEST), snapshot())
    assert found.chain == (Candidate(Tier.UTILITY, (BEST,)),)
    assert "was asked for" in found.reason


BY_STRENGTH = (Tier.SPEED, Tier.UTILITY, Tier.LOGIC, Tier.ARCHITECT)


@given(
    askable=st.sets(st.sampled_from(Tier)),
    above=st.sampled_from(Tier),
    tier=st.sampled_from((None, *Tier)),
    model=st.sampled_from((None, FAST)),
    escalate=st.booleans(),
    offline=st.booleans(),
)
def test_above_a_tier_is_asked_the_next_stronger_that_can_be_asked_and_never_that_tier_or_a_weaker(
    askable: set[Tier], above: Tier, tier: Tier | None, model: ModelRef | None, escalate: bool, offline: bool
) -> None:
    more = (OFFLINE,) if offline else ()
    seen = snapshot({step: (ALL[step] if step in askable else ()) + more for step in Tier}, escalate=escalate)
    stronger = [step for step in BY_STRENGTH[BY_STRENGTH.index(above) + 1 :] if step in askable]
    found = route(request_for(tier=tier, model=model, above=above), catalog()["document"], seen, None)
    if stronger:
        assert isinstance(found, Route)
        assert found.first == Candidate(stronger[0], ALL[stronger[0]])
        assert f"above {above}" in found.reason
        assert {candidate.tier for candidate in found.chain} <= set(stronger)
        assert seen.stronger(above) is stronger[0]
    else:
        assert found == Refusal(f"No tier above {above} has a model that can be asked here.", RefusalCode.TIER)
        assert seen.stronger(above) is None


def test_without_escalation_there_is_one_candidate() -> None:
    assert len(routed(request_for(), snapshot(escalate=False)).chain) == 1


def test_a_tier_without_a_usable_model_is_answered_by_the_next_stronger_and_says_so() -> None:
    found = routed(request_for(), snapshot({Tier.LOGIC: (SMART,)}))
    assert found.first == Candidate(Tier.LOGIC, (SMART,))
    assert "logic answers" in found.reason


def test_where_only_a_weaker_tier_can_be_asked_it_answers_and_says_so() -> None:
    found = routed(request_for("review"), snapshot({Tier.SPEED: (FAST,)}))
    assert found.first.models == (FAST,)
    assert "only speed" in found.reason


def test_the_same_model_on_a_stronger_tier_is_no_escalation() -> None:
    assert len(routed(request_for(), snapshot(dict.fromkeys(Tier, (CHEAP,)))).chain) == 1


def test_without_any_provider_the_built_in_engine_is_the_only_candidate() -> None:
    found = routed(request_for(), snapshot(dict.fromkeys(Tier, (OFFLINE,))))
    assert found.chain == (Candidate(Tier.UTILITY, (OFFLINE,)),)


def test_as_a_last_resort_the_built_in_engine_is_the_last_candidate() -> None:
    found = routed(request_for("review"), snapshot({tier: (*models, OFFLINE) for tier, models in ALL.items()}))
    assert [candidate.models for candidate in found.chain] == [(SMART,), (BEST,), (OFFLINE,)]


def test_with_nothing_to_ask_the_refusal_says_what_to_do() -> None:
    refusal = route(request_for(), catalog()["document"], snapshot({}), None)
    assert isinstance(refusal, Refusal)
    assert "routerd config init" in refusal.message


def test_confident_words_decide_and_unsure_ones_round_up_to_the_default() -> None:
    assert routed(request_for("ask"), snapshot(), words(Tier.UTILITY, True)).first.tier is Tier.UTILITY
    assert routed(request_for("ask"), snapshot(), words(Tier.UTILITY, False)).first.tier is Tier.LOGIC
    assert routed(request_for("ask"), snapshot(), words(Tier.ARCHITECT, False)).first.tier is Tier.ARCHITECT


UNTAUGHT = TokenCalibration()


def quoted(
    price: Price | None, token_calibration: TokenCalibration = UNTAUGHT, model: ModelRef = CHEAP, warm: int = 0
) -> Estimate:
    candidate, spec = (
        Candidate(Tier.UTILITY, (model,)),
        replace(catalog()["document"], output=OutputPrior(60, 0.3, 2.0)),
    )
    return quote(spec, candidate, PROMPT, 100, Tariff(model, price, token_calibration, warm), Tariff(BEST, PRICE))


def test_the_price_is_exact_for_each_end_of_the_range() -> None:
    found = quoted(PRICE).cost
    assert found is not None
    assert (found.low, found.likely, found.high) == (Decimal("0.00023"), Decimal("0.00026"), Decimal("0.00032"))


def test_the_models_own_tokens_are_billed_not_the_local_count() -> None:
    assert quoted(PRICE, TokenCalibration(1.14)).input_tokens == 1_140


def test_an_unknown_price_is_unknown_and_the_built_in_engine_is_free_without_claiming_savings() -> None:
    assert quoted(None).cost is None
    free = quoted(Price(Decimal(0), Decimal(0)), model=OFFLINE)
    assert free.cost is not None
    assert free.cost.high == 0
    assert free.baseline_cost is None


def test_what_the_providers_cache_will_serve_is_priced_as_cached() -> None:
    found = quoted(replace(PRICE, cached_input=Decimal("0.02")), warm=400).cost
    assert found is not None
    assert found.likely == Decimal("0.000188")


def test_calibration_replaces_the_priors_spread() -> None:
    prior = OutputPrior(60, 0.3, 2.0)
    likely = likely_output(replace(catalog()["review"], output=prior), 200, 0)
    assert output_range(prior, likely, TokenCalibration()) == TokenRange(60, 120, 240)
    assert output_range(prior, likely, TokenCalibration(1.0, (0.5, 0.9, 1.5))) == TokenRange(60, 108, 180)


def offered(estimate: Estimate, known: Acceptance = Acceptance()) -> Quote:  # noqa: B008  # frozen
    return Quote(estimate, terms(estimate, TokenCalibration(), None, Quirks()), known)


def refused(budget: Budget, estimate: Estimate, *left: Limit) -> Refusal | None:
    return refusal(offered(estimate), PROMPT.input_tokens, budget, left)


def test_without_limits_any_price_is_admitted() -> None:
    assert refused(Budget(), quoted(PRICE)) is None
    assert refused(Budget(), quoted(None)) is None


def test_under_a_budget_an_unknown_price_is_refused_with_the_way_to_set_it() -> None:
    found = refused(Budget(daily=Decimal(5)), quoted(None))
    assert found is not None
    assert '[models."n1n/cheap"]' in found.message


def test_a_model_above_the_price_of_an_action_is_refused_with_the_setting() -> None:
    found = refused(Budget(per_action=Decimal("0.01")), quoted(Price(Decimal(300), Decimal(900))))
    assert found is not None
    assert "allowed per action: select less, or raise budget.per_action" in found.message
    assert refused(Budget(per_action=Decimal("0.01")), quoted(PRICE)) is None


def test_a_prompt_that_does_not_fit_the_window_is_refused_with_the_sizes() -> None:
    found = refused(Budget(), quoted(replace(PRICE, context=1_050)))
    assert found is not None
    assert "1,100 tokens" in found.message
    assert "1,050" in found.message


def test_a_budget_of_the_day_is_held_against_the_bound_of_the_input_and_the_high_end_of_the_answer() -> None:
    # 1,250 tokens in at $0.20 and 200 out at $0.60 per million
    need = Decimal("0.00037")
    assert refused(Budget(), quoted(PRICE), Limit("daily", Decimal(1), 1 - need, Decimal(0))) is None
    found = refused(Budget(), quoted(PRICE), Limit("daily", Decimal(1), Decimal("0.9"), Decimal("0.1")))
    assert found is not None
    assert found.message == (
        "The daily budget of $1.00 is used up: $0.90 spent, $0.10 held for running work, and this may cost $0.00037"
        ". Raise budget.daily, or wait until tomorrow."
    )
    assert found.short == "over today's budget"


def test_above_the_threshold_the_user_is_asked_first() -> None:
    shown = Forecast(quoted(PRICE), Decimal("0.0003"), Decimal("0.0041"), ())
    found = confirmation("Document `x`", shown, Decimal("0.0003"))
    assert found == f"Document `x` with {quoted(PRICE).model} will cost about $0.0003, at most $0.0041"
    assert agreed(shown, Decimal("0.0003"), asked=True) == Decimal("0.0041")
    assert agreed(shown, Decimal("0.0003"), asked=False) == Decimal("0.00032")
    assert confirmation("Document `x`", shown, Decimal("0.001")) is None
    assert agreed(shown, Decimal("0.001"), asked=False) == Decimal("0.001")
    assert confirmation("Document `x`", shown, None) is None
    assert agreed(shown, None, asked=False) is None


def test_an_option_lowers_the_limit_of_one_action_and_never_raises_it() -> None:
    assert Budget(per_action=Decimal(1)).lowered(Decimal(2), "--max-cost") == Budget(per_action=Decimal(1))
    for budget in (Budget(), Budget(per_action=Decimal(1))):
        lowered = budget.lowered(Decimal("0.0001"), "--max-cost")
        found = refused(lowered, quoted(PRICE))
        assert found is not None
        assert found.message.endswith("select less, or raise --max-cost.")


def test_by_hand_the_expected_price_counts_retries_and_the_steps_above() -> None:
    steep = quoted(Price(Decimal(2), Decimal(6)))
    # One step costs 0.0026 and is accepted by the prior's 0.85; the same model fixes half of the refused.
    assert expected([offered(steep)], True) == Decimal("0.0026") * (1 + Decimal("0.15") / 2)
    assert expected([offered(steep)], False) == Decimal("0.0026")
    both = expected([offered(quoted(PRICE), Acceptance(1, 10)), offered(steep)], False)
    # 1 of 10, where an answer counts 0.97 of the next one, as the four of the prior do: (0.8753 + 2.5072) / 11.70
    assert both == Decimal("0.00026") + (1 - Decimal("0.2890")) * Decimal("0.0026")
    assert expected([offered(quoted(PRICE)), offered(quoted(None))], True) is None


def test_without_a_cap_of_the_user_it_is_ten_times_the_likely_price_or_a_cent() -> None:
    cheap = offered(quoted(PRICE))
    assert cap(Budget(), Decimal("0.0003"), cheap, 1_000) == Decimal("0.01")
    assert cap(Budget(), Decimal("0.02"), cheap, 1_000) == Decimal("0.2")
    assert cap(Budget(per_action=Decimal("0.5")), Decimal("0.02"), cheap, 1_000) == Decimal("0.5")
    assert cap(Budget(), None, offered(quoted(None)), 1_000) is None


def test_the_most_is_the_cap_and_unknown_where_nothing_bounds_the_bill() -> None:
    cheap, unknown = offered(quoted(PRICE)), offered(quoted(None))
    assert most([cheap], Decimal("0.01")) == Decimal("0.01")
    assert most([cheap, unknown], Decimal("0.01")) is None
    assert most([replace(cheap, terms=replace(cheap.terms, limited=False))], Decimal("0.01")) is None
    assert most([offered(quoted(Price(Decimal(0), Decimal(0))))], Decimal("0.01")) == 0


prices = st.decimals(min_value=0, max_value=1_000, places=6)


@given(prices, prices, st.integers(0, 10**6), st.integers(1, 10**5), st.floats(1, 5), prices)
def test_the_longest_answer_that_an_amount_pays_for_never_costs_more(
    price_in: Decimal, price_out: Decimal, counted: int, room: int, excess: float, amount: Decimal
) -> None:
    found = Terms(Price(price_in, price_out), room, 1, excess=excess)
    output = found.affords(counted, amount)
    assert 0 <= output <= room
    bill = found.most(counted, output)
    assert bill is not None
    if output:
        assert bill <= amount or not price_out
    more = found.most(counted, output + 1)
    assert output == room or (more is not None and more > amount)


def test_what_people_read_of_a_bound_is_never_below_it() -> None:
    assert dollars_at_most(Decimal("0.0081234")) == "$0.0082"
    assert dollars_at_most(Decimal("0.01")) == "$0.01"
    assert dollars_at_most(Decimal(0)) == "$0"


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("0", "$0"),
        ("0.000271", "$0.00027"),
        ("0.0004", "$0.0004"),
        ("0.123", "$0.12"),
        ("12.345", "$12.34"),
        ("-0.5", "-$0.50"),
    ],
)
def test_people_read_two_significant_digits(amount: str, words: str) -> None:
    assert dollars(Decimal(amount)) == words


def test_an_unknown_amount_is_never_a_number() -> None:
    assert dollars(None) == "price unknown"


@given(st.decimals(min_value=0, max_value=1000, places=12))
def test_json_money_is_exact_and_plain(amount: Decimal) -> None:
    written = plain(amount)
    assert Decimal(written) == amount
    assert "E" not in written


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 10**5), st.integers(0, 10**5))
def test_a_cost_is_the_sum_of_its_buckets(fresh: int, cached: int, out: int, reasoning: int) -> None:
    usage = Usage(fresh, cached, 0, out, reasoning)
    parts = [Usage(input=fresh), Usage(cached_input=cached), Usage(output=out), Usage(reasoning=reasoning)]
    assert cost(usage, PRICE) == sum(cost(part, PRICE) for part in parts)
