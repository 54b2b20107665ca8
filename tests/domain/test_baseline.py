"""What the baseline model would have billed: the same text in its own tokens, by hand and by property."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routerd.actions import catalog
from routerd.adapters.ledger import MIGRATIONS, SqliteLedger
from routerd.adapters.sqlite import Database
from routerd.domain.attempt import Attempt, AttemptStatus
from routerd.domain.model import ModelRef
from routerd.domain.money import Price, Usage, cost
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Tariff, TokenCalibration, baseline_cost, retokenized
from routerd.domain.settings import Budget
from routerd.domain.tier import Tier
from routerd.pipeline.receipt import Allowance, Receipt
from routerd.steps.quote import quote

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CHEAP, BEST = ModelRef("deepseek", "deepseek-chat"), ModelRef("anthropic", "claude-sonnet-4-5")
PRICE = Price(Decimal("3"), Decimal("15"), cached_input=Decimal("0.30"), cache_write=Decimal("3.75"))
CLAUDE = Tariff(BEST, PRICE, TokenCalibration(1.14))

tokens = st.integers(0, 2_000_000)
usages = st.builds(Usage, tokens, tokens, tokens, tokens, tokens)
factors = st.floats(0.5, 2.0)


class Silent:
    """An Observer that records nothing."""

    def stage(self, name: str, model: ModelRef | None = None) -> None: ...

    def wrote(self, text: str) -> None: ...

    def tokens(self, so_far: int, cost: Decimal | None) -> None: ...


def receipt(baseline: Tariff) -> tuple[Receipt, SqliteLedger]:
    ledger = SqliteLedger(Database(None, MIGRATIONS, NOON), Budget)
    allowance = Allowance("j", ledger, lambda: NOON, {}, Budget(), None)
    book = Receipt("j", "python", ledger, Silent(), lambda: NOON, baseline, "document", allowance)
    return book, ledger


def answered(model: ModelRef, usage: Usage, price: Price, **changes: object) -> Attempt:
    status = AttemptStatus(str(changes.pop("status", "ok")))
    return Attempt(model, Tier.UTILITY, status, usage, cost(usage, price), 1, **changes)  # type: ignore[arg-type]  # field names


def test_by_hand_every_bucket_of_text_is_in_the_baselines_tokens() -> None:
    # deepseek 1.01, Claude 1.14: 1,010 -> 1,140; 404 -> 456; 202 -> 228.
    usage = Usage(input=1_010, cached_input=404, output=202)
    assert retokenized(usage, 1.14 / 1.01) == Usage(1_140, 456, 0, 228)
    # 1,140 x $3 + 456 x $0.30 + 228 x $15, each per million
    assert baseline_cost(usage, CHEAP, 1.01, CLAUDE) == Decimal("0.0069768")


def test_by_hand_a_baseline_without_a_price_for_its_cache_takes_its_input_price() -> None:
    plain = replace(CLAUDE, price=Price(Decimal("3"), Decimal("15")))
    usage = Usage(input=1_010, cached_input=404, cache_write=101, output=202)
    # (1,140 + 456 + 114) x $3 + 228 x $15
    assert baseline_cost(usage, CHEAP, 1.01, plain) == Decimal("0.00855")


def test_thoughts_of_a_cheap_model_save_nothing_unless_the_baseline_is_known_to_think() -> None:
    usage = Usage(input=1_010, output=202, reasoning=5_000)
    # 1,140 x $3 + 228 x $15; the thoughts as they are: 5,000 x $15
    assert baseline_cost(usage, CHEAP, 1.01, CLAUDE) == Decimal("0.00684")
    thinks = replace(CLAUDE, token_calibration=TokenCalibration(1.14, reasoning=0.4))
    assert baseline_cost(usage, CHEAP, 1.01, thinks) == Decimal("0.08184")


def test_nothing_is_known_without_a_baseline_or_its_price() -> None:
    assert baseline_cost(Usage(1, output=1), CHEAP, 1.0, None) is None
    assert baseline_cost(Usage(1, output=1), CHEAP, 1.0, Tariff(BEST, None)) is None


@given(usages, factors, factors)
def test_the_baseline_itself_costs_what_it_costs(usage: Usage, factor: float, learnt_since: float) -> None:
    own = replace(CLAUDE, token_calibration=TokenCalibration(learnt_since))
    assert baseline_cost(usage, BEST, factor, own) == cost(usage, PRICE)


@given(usages, st.integers(1, 20), factors)
def test_so_many_times_the_tokens_cost_so_many_times_as_much(usage: Usage, times: int, factor: float) -> None:
    many = Usage(
        *(n * times for n in (usage.input, usage.cached_input, usage.cache_write, usage.output, usage.reasoning))
    )
    once, whole = (baseline_cost(one, CHEAP, factor, CLAUDE) for one in (usage, many))
    assert once is not None
    assert whole is not None
    # Each of the four buckets is rounded to whole tokens, here once and there so many times.
    slack = (times + 1) * (PRICE.input + PRICE.output + PRICE.input + Decimal("3.75")) / 2 / 1_000_000
    assert abs(whole - times * once) <= slack


@given(usages, usages, factors)
def test_more_tokens_never_cost_less(usage: Usage, more: Usage, factor: float) -> None:
    one, other = (baseline_cost(some, CHEAP, factor, CLAUDE) for some in (usage, usage + more))
    assert one is not None
    assert other is not None
    assert one <= other


@given(usages, factors, factors)
def test_a_model_of_coarser_tokens_stands_for_more_of_the_baselines(usage: Usage, one: float, other: float) -> None:
    fine, coarse = max(one, other), min(one, other)
    dear, cheap = (baseline_cost(usage, CHEAP, factor, CLAUDE) for factor in (coarse, fine))
    assert cheap is not None
    assert dear is not None
    assert cheap <= dear


@given(
    st.integers(1, 200_000),
    st.integers(0, 50_000),
    st.integers(0, 50_000),
    factors,
    st.sampled_from([0.0, 0.25]),
    st.sampled_from([CHEAP, BEST]),
)
def test_an_answer_that_comes_as_estimated_saves_what_was_estimated(
    counted: int, warm: int, prior: int, factor: float, thinks: float, model: ModelRef
) -> None:
    book, ledger = receipt(replace(CLAUDE, token_calibration=TokenCalibration(1.14, reasoning=thinks)))
    token_calibration = replace(ledger.token_calibration(model, "document", "python"), reasoning=0.3)
    tariff = Tariff(model, PRICE, token_calibration, warm)
    estimate = quote(
        catalog()["document"],
        Candidate(Tier.UTILITY, (model,)),
        Prompt((), counted, 0, 0),
        prior,
        tariff,
        book.baseline,
    )
    book.book(answered(model, tariff.usage(counted, estimate.output_tokens.likely), PRICE), counted)
    assert ledger.stats(None, UTC).baseline == estimate.baseline_cost


@given(usages)
def test_one_accepted_answer_of_the_baseline_itself_saves_nothing(usage: Usage) -> None:
    book, ledger = receipt(CLAUDE)
    book.book(answered(BEST, usage, PRICE), 1_000)
    assert ledger.saved(NOON) == 0
    assert ledger.stats(None, UTC).baseline == cost(usage, PRICE)


def test_a_refused_answer_is_paid_out_of_the_savings_and_its_words_are_not_in_the_baseline() -> None:
    book, ledger = receipt(CLAUDE)
    refused = answered(BEST, Usage(1_000, output=100), PRICE, status="rejected")
    book.book(refused, 1_000)
    book.book(answered(BEST, Usage(1_250, output=100), PRICE), 1_250)  # the refused answer goes along
    assert ledger.stats(None, UTC).baseline == refused.cost
    # the refused answer, and the 250 tokens that told of it
    assert ledger.saved(NOON) == -(refused.cost or 0) - Decimal("0.00075")


def test_usage_that_was_counted_here_is_in_nobodys_tokens_yet() -> None:
    book, ledger = receipt(CLAUDE)
    book.book(answered(CHEAP, Usage(1_000, output=100), PRICE, usage_estimated=True), 1_000)
    assert ledger.stats(None, UTC).baseline == cost(Usage(1_140, output=114), PRICE)


def test_an_answer_from_the_cache_or_at_an_unknown_price_claims_no_saving() -> None:
    book, ledger = receipt(CLAUDE)
    book.book(answered(CHEAP, Usage(), PRICE, cached=True), 1_000)
    book.book(replace(answered(CHEAP, Usage(1_000, output=100), PRICE), cost=None), 1_000)
    assert ledger.saved(NOON) == 0


@pytest.mark.parametrize("status", ["rejected", "cancelled", "truncated", "server_error"])
def test_what_was_of_no_use_has_no_baseline(status: str) -> None:
    book, ledger = receipt(CLAUDE)
    paid = answered(CHEAP, Usage(1_000, output=100), PRICE, status=status)
    book.book(paid, 1_000)
    assert ledger.saved(NOON) == -(paid.cost or 0)
