"""The user's days and months in local time: when summer time begins or ends, a day has 23 or 25 hours."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta


def day_of(at: datetime) -> tuple[datetime, datetime]:
    """The day of a moment, in its time zone: its start and the start of the next day."""
    return _midnight(at.date(), at), _midnight(at.date() + timedelta(days=1), at)


def month_of(at: datetime) -> tuple[datetime, datetime]:
    """The month of a moment, as ``day_of``."""
    first = at.date().replace(day=1)
    return _midnight(first, at), _midnight((first + timedelta(days=31)).replace(day=1), at)


def _midnight(day: date, at: datetime) -> datetime:
    """Midnight at the start of a day, with the UTC offset of that moment, which may differ from the current one."""
    if at.utcoffset() == at.astimezone().utcoffset():
        return datetime.combine(day, time()).astimezone()
    return datetime.combine(day, time(), at.tzinfo)
