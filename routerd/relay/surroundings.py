"""Which variables of the environment hold for a whole process, and so have to be the same for a daemon's sessions.

All others, keys of providers among them, belong to the session whose editor has them.
"""

from __future__ import annotations

from collections.abc import Mapping

_DECISIVE = frozenset(
    (
        *("HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"),  # where the ledger and the settings are
        *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "all_proxy", "no_proxy"),
        *("SSL_CERT_FILE", "SSL_CERT_DIR"),  # connections to providers are shared
        *("OPENAI_ORG_ID", "OPENAI_PROJECT_ID"),  # sent with each request to that provider
        "TZ",  # a day's budget begins at the user's midnight
    )
)
_KEPT = frozenset(
    ("PATH", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TMPDIR", "XDG_RUNTIME_DIR", "DBUS_SESSION_BUS_ADDRESS")
)
_KEPT_BEGINNINGS = ("LC_", "PYTHON", "LD_LIBRARY_PATH", "DYLD_")


def daemon_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """What of an editor's environment the daemon has as its own: no key of any provider."""
    return {
        name: value
        for name, value in environ.items()
        if name in _DECISIVE or name in _KEPT or name.startswith(_KEPT_BEGINNINGS)
    }


def differing(one: Mapping[str, str], other: Mapping[str, str]) -> tuple[str, ...]:
    """The variables for which a session needs another daemon."""
    return tuple(name for name in sorted(_DECISIVE) if one.get(name, "") != other.get(name, ""))
