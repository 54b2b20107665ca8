"""Audit: past work read from other tools' logs, and what it would have cost on other tiers; never a guess unnamed."""

from routerd.stages.audit.logs import Logged, read_log
from routerd.stages.audit.reckon import Audited, reckon

__all__ = ["Audited", "Logged", "read_log", "reckon"]
