"""An attempt as a row of the ledger."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from routerd.adapters.ledger.daily import add, first_bits
from routerd.adapters.ledger.schema import Run, to_pico
from routerd.adapters.sqlite import UnwritableRow
from routerd.domain.booking import Booking


def values_of(booking: Booking, project: str, at: datetime) -> dict[str, object]:
    """The row of an attempt. Raises UnwritableRow for one that no file can hold."""
    attempt, usage = booking.attempt, booking.attempt.usage
    origin = booking.origin
    expected = booking.estimate.cost if booking.estimate else None
    try:
        cost, allowed = to_pico(attempt.cost), to_pico(booking.allowed)
    except ValueError as fault:
        raise UnwritableRow(str(fault)) from fault
    values = {
        "entry": booking.entry or uuid.uuid4().hex,
        "day": at.date().isoformat(),
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
        "cost": cost,
        "baseline": _foreseen(booking.baseline_cost),
        "low": _foreseen(expected.low) if expected else None,
        "likely": _foreseen(expected.likely) if expected else None,
        "high": _foreseen(expected.high) if expected else None,
        "counted_input": booking.counted_input,
        "prior_output": booking.prior_output,
        "allowed": allowed,
        "ms": attempt.ms,
        "cached": attempt.cached,
        "frontend": origin.frontend if origin else None,
        "client": origin.client if origin else None,
        "session": origin.session if origin else None,
        "turn": origin.turn if origin else None,
        "agent": origin.agent if origin else None,
        "tools_input": booking.tools_input,
        "system_input": booking.system_input,
        "baseline_model": str(booking.baseline_model) if booking.baseline_model else None,
        "person": (origin.person if origin else None) or "",
        "team": (origin.team if origin else None) or "",
    }
    return {name: _storable(value) for name, value in values.items()}


_NAMES = """
    entry day at job project action language tier provider model status reason input cached_input cache_write output
    reasoning usage_estimated cost baseline low likely high counted_input prior_output allowed ms cached frontend
    client session turn agent tools_input system_input baseline_model person team
"""
COLUMNS = frozenset(_NAMES.split())
"""The columns of a row that is complete."""


def insert(run: Run, values: Mapping[str, object]) -> bool:
    """Adds one row; false if the ledger has it already."""
    if run("SELECT id FROM attempts WHERE entry = ?", (values["entry"],)):
        return False
    job = values["job"]
    earlier = run("SELECT tier, provider, model FROM attempts WHERE job = ?", (job,))
    bits = first_bits(earlier, (values["tier"], values["provider"], values["model"]))
    row = {**values, "firsts": bits}
    marks = ", ".join("?" * len(row))
    ((added,),) = run(
        f"INSERT INTO attempts ({', '.join(row)}) VALUES ({marks}) RETURNING id",
        tuple(row.values()),
    )
    add(run, added, job)
    return True


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
    if isinstance(value, bool):
        return int(value)
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value
