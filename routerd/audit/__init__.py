"""Audit: reads past work from other tools' logs and computes what it would have cost on other tiers; marks guesses."""

from routerd.audit.logged import Logged
from routerd.audit.logs import Logs, read_log
from routerd.audit.places import LogPlace, default_places
from routerd.audit.reprice import Audited, RepricedCall, reprice
from routerd.audit.sessions import OPENCODE

__all__ = ["OPENCODE", "Audited", "LogPlace", "Logged", "Logs", "RepricedCall", "default_places", "read_log", "reprice"]
