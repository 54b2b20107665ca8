"""Audit: past work read from other tools' logs, and what it would have cost on other tiers; never a guess unnamed."""

from routerd.audit.logged import Logged
from routerd.audit.logs import Logs, read_log
from routerd.audit.reprice import Audited, RepricedCall, reprice

__all__ = ["Audited", "Logged", "Logs", "RepricedCall", "read_log", "reprice"]
