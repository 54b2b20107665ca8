"""The numbers of the process and the budgets in Prometheus' text format, version 0.0.4."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from routerd import __version__
from routerd.app.tally import Histogram, Labels, Tallied
from routerd.domain.limit import Limit
from routerd.domain.verdict import Refusal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def exposition(sums: Tallied, limits: Sequence[Limit] | Refusal, under_way: int) -> str:
    """All samples; ``limits`` are the budgets that hold for every request, or why the ledger cannot be used."""
    usable = not isinstance(limits, Refusal)
    lines = [
        *_gauge("routerd_build_info", "The version that runs.", [((("version", __version__),), 1)]),
        *_gauge("routerd_requests_in_progress", "Requests of other programs under way.", [((), under_way)]),
        *_gauge("routerd_ledger_up", "Whether the ledger can be used.", [((), int(usable))]),
        *_histograms("gen_ai_client_token_usage", "Number of input and output tokens used.", sums.tokens),
        *_histograms("gen_ai_client_operation_duration_seconds", "GenAI operation duration.", sums.seconds),
        *_counter("routerd_attempts_total", "Calls of models that ended.", sums.attempts),
        *_counter("routerd_cost_dollars_total", "Dollars billed at a known price.", sums.dollars),
        *_counter("routerd_refusals_total", "Requests that were not sent, by the reason.", sums.refusals),
        *_budgets(() if isinstance(limits, Refusal) else limits),
    ]
    return "\n".join((*lines, ""))


def _budgets(limits: Sequence[Limit]) -> Iterator[str]:
    found: list[tuple[Labels, Decimal]] = []
    for limit in limits:
        for state, dollars in (("limit", limit.limit), ("spent", limit.spent), ("held", limit.reserved)):
            found.append(((("budget", limit.name), ("state", state)), dollars))
    yield from _gauge("routerd_budget_dollars", "Budgets of all requests: their limit, spent and held.", found)


def _histograms(name: str, says: str, found: Mapping[Labels, Histogram]) -> Iterator[str]:
    if found:
        yield from _head(name, says, "histogram")
    for labels, one in sorted(found.items()):
        below = 0
        for bound, count in zip((*map(_number, one.bounds), "+Inf"), one.counts, strict=True):
            below += count
            yield _sample(f"{name}_bucket", (*labels, ("le", bound)), below)
        yield _sample(f"{name}_sum", labels, one.total)
        yield _sample(f"{name}_count", labels, below)


def _counter(name: str, says: str, found: Mapping[Labels, int | Decimal]) -> Iterator[str]:
    if found:
        yield from _head(name, says, "counter")
    yield from (_sample(name, labels, value) for labels, value in sorted(found.items()))


def _gauge(name: str, says: str, found: Iterable[tuple[Labels, int | Decimal]]) -> Iterator[str]:
    samples = [_sample(name, labels, value) for labels, value in found]
    if samples:
        yield from (*_head(name, says, "gauge"), *samples)


def _head(name: str, says: str, kind: str) -> tuple[str, str]:
    return f"# HELP {name} {says}", f"# TYPE {name} {kind}"


def _sample(name: str, labels: Labels, value: float | Decimal) -> str:
    written = ",".join(f'{label}="{_escaped(text)}"' for label, text in labels)
    return f"{name}{{{written}}} {_number(value)}" if written else f"{name} {_number(value)}"


def _number(value: float | Decimal) -> str:
    return f"{value:f}" if isinstance(value, Decimal) else f"{value:.12g}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
