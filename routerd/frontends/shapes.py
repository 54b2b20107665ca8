"""The JSON of INTERFACE and the few lines that people read: the one place where values become either.

Money is a decimal string, unrounded in JSON and two significant digits for people; unknown is ``null``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from routerd.domain.attempt import Attempt
from routerd.domain.finding import Finding, Severity
from routerd.domain.forecast import Forecast, PricedCandidate
from routerd.domain.hidden import shown
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.money import Usage, dollars, dollars_at_most, plain
from routerd.domain.outcome import Outcome
from routerd.domain.position import Range
from routerd.domain.quote import Route
from routerd.domain.reply import Change
from routerd.domain.text import Text
from routerd.domain.unicode import Encoding

Json = dict[str, Any]

_SEVERITY = {Severity.ERROR: 1, Severity.WARNING: 2, Severity.INFORMATION: 3, Severity.HINT: 4}


def counted(count: int, word: str) -> str:
    """So many of something, for people: "1 request", "2,000 requests"."""
    return f"{count:,} {word}{'s' * (count != 1)}"


def money(amount: Decimal | None) -> str | None:
    """An amount in JSON."""
    return None if amount is None else plain(amount)


def estimate_json(forecast: Forecast | None) -> Json | None:
    """An Estimate of the interface."""
    if forecast is None:
        return None
    estimate = forecast.estimate
    cost, output, price = estimate.cost, estimate.output_tokens, estimate.price
    return {
        "action": estimate.action,
        "tier": str(estimate.tier),
        "model": str(estimate.model),
        "model_name": model_words(estimate.model),
        "input_tokens": estimate.input_tokens,
        "output_tokens": {"low": output.low, "likely": output.likely, "high": output.high},
        "cost": {"low": money(cost.low), "likely": money(cost.likely), "high": money(cost.high)} if cost else None,
        "expected": money(forecast.expected),
        "most": money(forecast.most),
        "price": price_words(forecast),
        "baseline_cost": money(estimate.baseline_cost),
        "baseline_model": str(estimate.baseline_model) if estimate.baseline_model else None,
        "price_source": price.source if price else None,
        "price_checked": price.checked if price else None,
        "candidates": [_candidate_json(candidate) for candidate in forecast.candidates],
        "with_key": _with_key_json(forecast.with_key),
        "refused": forecast.refusal.message if forecast.refusal else None,
        "masked": list(forecast.masked),
    }


def _candidate_json(candidate: PricedCandidate) -> Json:
    return {
        "model": str(candidate.model),
        "tier": str(candidate.tier),
        "cost": money(candidate.cost),
        "accepted": None if candidate.accepted is None else round(candidate.accepted, 3),
        "skipped": candidate.skipped,
    }


def _with_key_json(candidate: PricedCandidate | None) -> Json | None:
    if candidate is None:
        return None
    return {"model": str(candidate.model), "cost": money(candidate.cost), "price": _about(candidate.cost)}


def route_json(route: Route, action: str | None = None, *, neighbours: bool = False) -> Json:
    """A Route of the interface; score and margin are ``null`` where no words were classified.

    ``neighbours`` adds the five nearest known instructions.
    """
    words = route.classification
    shape: Json = {
        "tier": str(route.first.tier),
        "action": action or (words.action if words else None),
        "model": str(route.first.models[0]),
        "score": words.score if words else None,
        "margin": words.margin if words else None,
        "confident": words.confident if words else True,
        "reason": route.reason,
        "micros": words.micros if words else None,
        "signals": [signal.name.lower() for signal in route.signals],
    }
    if neighbours:
        shape["nearest"] = [
            {"text": near.text, "tier": str(near.tier), "action": near.action, "similarity": near.similarity}
            for near in (words.nearest if words else ())
        ]
    return shape


def usage_json(usage: Usage) -> Json:
    """Tokens in the interface's three names, and the other buckets where there is something in them."""
    shape = {"input": usage.input, "cached_input": usage.cached_input, "output": usage.output}
    extra = {"cache_write": usage.cache_write, "reasoning": usage.reasoning}
    return shape | {name: tokens for name, tokens in extra.items() if tokens}


def attempt_json(attempt: Attempt) -> Json:
    """One attempt of an Outcome."""
    return {
        "provider": attempt.model.provider,
        "model": attempt.model.model,
        "tier": str(attempt.tier),
        "status": str(attempt.status),
        "reason": attempt.reason and shown(attempt.reason),
        "usage": usage_json(attempt.usage),
        "usage_estimated": attempt.usage_estimated,
        "cost": money(attempt.cost),
        "ms": attempt.ms,
        "cached": attempt.cached,
    }


def outcome_json(outcome: Outcome, encoding: Encoding) -> Json:
    """An Outcome of the interface, its ranges in the client's encoding."""
    change = outcome.change
    return {
        "status": str(outcome.status),
        "action": outcome.action,
        "tier": str(outcome.tier) if outcome.tier else None,
        "model": str(outcome.model) if outcome.model else None,
        "model_name": _answering(outcome.model) if outcome.model else None,
        "next_tier": str(outcome.next_tier) if outcome.next_tier else None,
        "message": shown(outcome.message),
        "route": route_json(outcome.route, outcome.action) if outcome.route else None,
        "estimate": estimate_json(outcome.forecast),
        "usage": usage_json(outcome.usage),
        "cost": money(outcome.cost),
        "price": dollars(outcome.cost),
        "attempts": [attempt_json(attempt) for attempt in outcome.attempts],
        "edit": edit_json(change, encoding) if change and change.files else None,
        "must_preview": outcome.must_preview,
        "stale": outcome.stale,
        "answer": outcome.answer,
        "tests": {"end": str(change.ran.end), "reason": shown(change.ran.reason) or None}
        if change and change.ran
        else None,
        "untested": shown(outcome.untested.shown) if outcome.untested else None,
        "diagnostics": _diagnostics(outcome, encoding),
        "document": change.document if change else None,
    }


def edit_json(change: Change, encoding: Encoding) -> Json:
    """A WorkspaceEdit with versioned document changes; a new file is created, never overwritten."""
    operations: list[Json] = []
    for file in change.files:
        if file.create:
            operations.append({"kind": "create", "uri": file.uri, "options": {"ignoreIfExists": True}})
        operations.append(
            {
                "textDocument": {"uri": file.uri, "version": file.version},
                "edits": [
                    {"range": range_json(edit.span, file.before, encoding), "newText": edit.new}
                    for edit in sorted(file.edits, key=lambda edit: edit.span)
                ],
            }
        )
    return {"documentChanges": operations}


def range_json(span: Range, text: Text, encoding: Encoding) -> Json:
    """An LSP range in the client's encoding."""
    (line, column), (end_line, end_column) = text.units(span.start, encoding), text.units(span.end, encoding)
    return {"start": {"line": line, "character": column}, "end": {"line": end_line, "character": end_column}}


def diagnostic_json(finding: Finding, text: Text, encoding: Encoding) -> Json:
    """A Diagnostic; the fix travels in ``data`` so that a quick fix needs no second question."""
    shape: Json = {
        "range": range_json(finding.span, text, encoding),
        "severity": _SEVERITY[finding.severity],
        "source": "routerd",
        "message": finding.message,
    }
    if finding.rule:
        shape["code"] = finding.rule
    if finding.fix:
        fix = {"range": range_json(finding.fix.span, text, encoding), "newText": finding.fix.new}
        shape["data"] = {"fix": fix}
    return shape


def _diagnostics(outcome: Outcome, encoding: Encoding) -> list[Json] | None:
    change = outcome.change
    if change is None or change.findings is None or change.text is None:
        return None
    return [diagnostic_json(finding, change.text, encoding) for finding in change.findings]


def model_words(model: ModelRef) -> str:
    """A model as people read it in a menu."""
    return "built-in, offline" if model == OFFLINE else model.model


def _answering(model: ModelRef) -> str:
    """A model as people read it in a receipt: with its provider, as it may be another than the menu's."""
    return model_words(model) if model == OFFLINE else str(model)


def offer_title(title: str, forecast: Forecast) -> str:
    """A menu title: what would be done, tier, model and price, or why it may not be sent."""
    estimate = forecast.estimate
    return f"{title} · {estimate.tier} → {model_words(estimate.model)} · {price_words(forecast)}"


def price_words(forecast: Forecast) -> str:
    """The likely price and the most that it can be, also a model's if none has a key; or why nothing may be sent."""
    if forecast.refusal is not None:
        return forecast.refusal.short or forecast.refusal.message
    likely, most = forecast.likely, forecast.most
    if forecast.with_key is not None:
        return f"{_about(likely)} ({forecast.with_key.model.model}: {_about(forecast.with_key.cost)})"
    return _about(likely) + (f", at most {dollars_at_most(most)}" if likely and most is not None else "")


def _about(amount: Decimal | None) -> str:
    return f"≈ {dollars(amount)}" if amount else dollars(amount)


def passed_over(forecasts: Iterable[Forecast]) -> tuple[str, ...]:
    """A sentence for each configured model that is passed over, each once."""
    skipped = (candidate for forecast in forecasts for candidate in forecast.passed_over)
    return tuple(dict.fromkeys(f"{one.model} ({one.tier}) is passed over: {one.skipped}." for one in skipped))


def refused(forecasts: Iterable[Forecast]) -> tuple[str, ...]:
    """Why actions may not be sent and what to change, each sentence once."""
    return tuple(dict.fromkeys(found.message for forecast in forecasts if (found := forecast.refusal) is not None))


def masked_secrets(forecasts: Iterable[Forecast]) -> tuple[str, ...]:
    """A sentence on the secrets that are not sent."""
    kinds = tuple(dict.fromkeys(kind for forecast in forecasts for kind in forecast.masked))
    if not kinds:
        return ()
    return (f"Not sent: {', '.join(kinds)}; a placeholder stands for each secret, and an edit puts it back.",)
