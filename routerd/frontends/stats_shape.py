"""The JSON of the ledger's sums: what `routerd stats --json` prints, `routerd.stats` answers and the report draws."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from routerd.domain.money import Usage, dollars, spent_words
from routerd.domain.stats import Failovers, KeyTotals, Rescues, Stats, StatsKey
from routerd.frontends.shapes import Json, counted, money, usage_json


def stats_json(stats: Stats) -> Json:
    """What `routerd stats --json` prints and `routerd.stats` answers."""
    held = sum(guess.within_range for guess in stats.guesses)
    return {
        "spent": money(stats.spent),
        "saved": money(stats.saved),
        "price": {
            "spent": spent_words(stats.spent, stats.unpriced),
            "saved": saved_against(stats.saved, stats.baselines, stats.unpriced),
        },
        "baseline": money(stats.baseline),
        "baseline_models": list(stats.baselines),
        "actions": stats.actions,
        "attempts": stats.attempts,
        "unpriced_attempts": stats.unpriced,
        "estimated_attempts": stats.estimated,
        "unknown_attempts": stats.unknown,
        "cached_attempts": stats.cached,
        "usage": _usage(stats.usage),
        "range_held": {"bills": len(stats.guesses), "within": held},
        "days": [
            {"day": day.day, "tier": day.tier or None, "cost": money(day.cost), "attempts": day.attempts}
            | {"baseline": money(day.baseline), "saved": money(day.saved), "unpriced_attempts": day.unpriced}
            for day in stats.days
        ],
        "models": [
            {
                "model": model.model,
                "attempts": model.attempts,
                "accepted": model.accepted,
                "rejected": model.rejected,
                "failed": model.failed,
                "cost": money(model.cost),
                "price": spent_words(model.cost, model.unpriced),
                "unpriced_attempts": model.unpriced,
                "usage": usage_json(model.usage),
            }
            for model in stats.models
        ],
        "failures": dict(stats.failures),
        "failovers": _failovers(stats.failovers),
        "acceptance": [
            {
                "model": trial.model,
                "action": trial.action,
                "language": trial.language,
                "accepted": trial.accepted,
                "tried": trial.answers,
                "cost": money(trial.cost),
                "worth": round(trial.worth, 4),
            }
            for trial in stats.trials
        ],
    }


def percent(part: float | None) -> str:
    """A share in words."""
    return "unknown" if part is None else f"{part:.0%}"


def share(part: float | None) -> float | None:
    """A share as JSON has it."""
    return None if part is None else round(part, 4)


def totals_json(by: StatsKey, stats: Stats, rows: Iterable[KeyTotals]) -> Json:
    """What `routerd stats --by KEY --json` prints: the totals by a key, and of all together."""
    return {
        "by": str(by),
        "rows": [
            {
                "key": row.key,
                "spent": money(row.spent),
                "saved": money(row.saved),
                "requests": row.requests,
                "usage": _usage(row.usage),
                "unpriced_attempts": row.unpriced,
                "cached_share": share(row.cached),
                "tools_and_system_share": share(row.instructed),
            }
            for row in rows
        ],
        "spent": money(stats.spent),
        "saved": money(stats.saved),
        "baseline_models": list(stats.baselines),
        "unpriced_attempts": stats.unpriced,
        "requests": stats.actions,
        "usage": _usage(stats.usage),
    }


def saved(amount: Decimal | None) -> str:
    """An amount against the baseline, for a person."""
    return "unknown" if amount is None else dollars(amount)


def saved_against(amount: Decimal | None, baselines: Sequence[str], unpriced: int) -> str:
    """What was saved, for a person, against which models, and what is not in it.

    The rows of older versions do not say their baseline.
    """
    against = " and ".join(name.partition("/")[2] for name in baselines)
    words = f"{saved(amount)} against {against}" if amount is not None and against else saved(amount)
    apart = f", without {counted(unpriced, 'attempt')} at an unknown price" if unpriced and amount is not None else ""
    return words + apart


def _usage(usage: Usage | None) -> Json | None:
    return None if usage is None else usage_json(usage)


_NONE_SAVED = "No job was saved after a failure"


def rescued(jobs: Rescues) -> str:
    """One sentence on the jobs in which something failed: what saved them, and what that cost."""
    if not (jobs.saved or jobs.cancelled or jobs.lost):
        return "Every attempt was answered."
    ends = (
        (jobs.retried, "by a retry"),
        (jobs.failed_over, "by failover to another deployment"),
        (jobs.escalated, "by escalation to a better model"),
    )
    ways = ", ".join(f"{count:,} {words}" for count, words in ends if count)
    were = "was" if jobs.saved == 1 else "were"
    ended = f"{counted(jobs.saved, 'job')} {were} saved after a failure ({ways})" if ways else _NONE_SAVED
    rest = "".join(
        f", {count:,} {words}" for count, words in ((jobs.cancelled, "cancelled"), (jobs.lost, "lost")) if count
    )
    return f"{ended}{rest}; attempts without an answer cost {spent_words(jobs.cost, jobs.unpriced)}."


def _failovers(found: Failovers) -> Json:
    """Attempts that gave no answer, and where their work went."""
    jobs = found.jobs
    return {
        "jobs": {
            "retried": jobs.retried,
            "failed_over": jobs.failed_over,
            "escalated": jobs.escalated,
            "cancelled": jobs.cancelled,
            "lost": jobs.lost,
        },
        "cost": money(jobs.cost),
        "unpriced_attempts": jobs.unpriced,
        "by_deployment": [
            {
                "deployment": row.deployment,
                "status": row.status,
                "attempts": row.attempts,
                "cost": money(row.cost),
                "unpriced_attempts": row.unpriced,
                "jobs": row.jobs,
                "retried": row.retried,
                "failed_over": row.failed_over,
                "escalated": row.escalated,
                "lost": row.lost,
            }
            for row in found.rows
        ],
        "moves": [
            {
                "from": move.source,
                "to": move.target,
                "kind": "escalation" if move.escalation else "failover",
                "times": move.times,
                "answered": move.answered,
            }
            for move in found.moves
        ],
    }
