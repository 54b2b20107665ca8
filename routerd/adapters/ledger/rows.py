"""An attempt as a row of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.schema import to_pico
from routerd.adapters.sqlite import Row, UnwritableRow
from routerd.domain.booking import Booking

Run = Callable[[str, Sequence[object]], list[Row]]
"""Runs one statement of a transaction."""


def insert(run: Run, booking: Booking, project: str, at: datetime) -> None:
    """Add one attempt. Raises UnwritableRow for one that no file can hold."""
    attempt, usage = booking.attempt, booking.attempt.usage
    origin = booking.origin
    expected = booking.estimate.cost if booking.estimate else None
    values = {
        "at": at.timestamp(),
        "job": booking.job,
        "project": project or (origin.project if origin else None) or "",
        "action": booking.action,
        "language": booking.language,
        "tier": str(attempt.tier),
        "provider": attempt.model.provider,
        "model": attempt.model.model,
        "status": str(attempt.status),
        "reason": attempt.reason,
        "input": usage.input,
        "cached_input": usage.cached_input,
        "cache_write": usage.cache_write,
        "output": usage.output,
        "reasoning": usage.reasoning,
        "usage_estimated": attempt.usage_estimated,
        "cost": to_pico(attempt.cost),
        "baseline": _foreseen(booking.baseline_cost),
        "low": _foreseen(expected.low) if expected else None,
        "likely": _foreseen(expected.likely) if expected else None,
        "high": _foreseen(expected.high) if expected else None,
        "counted_input": booking.counted_input,
        "prior_output": booking.prior_output,
        "allowed": to_pico(booking.allowed),
        "ms": attempt.ms,
        "cached": attempt.cached,
        "frontend": origin.frontend if origin else None,
        "client": origin.client if origin else None,
        "session": origin.session if origin else None,
        "turn": origin.turn if origin else None,
        "agent": origin.agent if origin else None,
        "tools_input": booking.tools_input,
        "system_input": booking.system_input,
    }
    marks = ", ".join("?" * len(values))
    run(f"INSERT INTO attempts ({', '.join(values)}) VALUES ({marks})", tuple(map(_storable, values.values())))


def _foreseen(amount: Decimal | None) -> int | None:
    """An amount that nobody paid: unknown where it is more than a row can hold."""
    try:
        return to_pico(amount)
    except ValueError:
        return None


def left_out(booking: Booking, fault: UnwritableRow) -> str:
    """The sentence for the user about a row that was set aside. The amount may be one that cannot be written out."""
    attempt = booking.attempt
    return f"One attempt of {attempt.model} could not be written to the ledger and is not in its sums: {fault}."


def _storable(value: object) -> object:
    """A provider's words may hold half a character, and nothing of them may keep a bill out of the ledger."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
