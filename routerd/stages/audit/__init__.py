"""Audit: past work read from other tools' logs, and what it would have cost on other tiers; never a guess unnamed."""

from routerd.stages.audit.logged import Logged
from routerd.stages.audit.logs import Logs, read_log
from routerd.stages.audit.reckon import Audited, Billed, reckon

__all__ = ["Audited", "Billed", "Logged", "Logs", "read_log", "reckon"]
