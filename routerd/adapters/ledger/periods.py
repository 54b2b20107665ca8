"""The user's days and months, by their own midnight: where summer time begins or ends, a day has 23 or 25 hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """The day that a moment belongs to, in its zone: its first moment and the first of the next."""
    return _midnight(at.date(), at), _midnight(at.date() + timedelta(days=1), at)


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """The month that a moment belongs to, as ``day_of``."""
    first = at.date().replace(day=1)
    return _midnight(first, at), _midnight((first + timedelta(days=31)).replace(day=1), at)


def _midnight(day: date, at: datetime) -> datetime:
    """Midnight at the beginning of a day. The machine's own clock says its offset of now, which is not that of then."""
    if at.utcoffset() == at.astimezone().utcoffset():
        return datetime.combine(day, time()).astimezone()
    return datetime.combine(day, time(), at.tzinfo)
