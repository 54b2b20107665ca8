"""Audit: reads past work from other tools' logs and computes what it would have cost on other tiers; marks guesses."""

from routerd.audit.logged import Logged
from routerd.audit.logs import Logs, read_log
from routerd.audit.reprice import Audited, RepricedCall, reprice

__all__ = ["Audited", "Logged", "Logs", "RepricedCall", "read_log", "reprice"]
