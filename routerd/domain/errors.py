"""Every fault that routerd raises, in one tree; expected endings are values, see ``verdict``.

RouterdError                 one sentence that says what to do next
├── UsageError               the caller named something that does not exist (exit 2)
├── ConfigError              a configuration file cannot be used: file, line, what to write (exit 2)
├── LedgerError              the ledger can be neither read nor set aside
├── KeyUnavailable           a key source gave no key
├── WorkerFailed             work in another process came to no result
└── UpstreamError            no deployment of a rung gave a whole answer
    ├── Unauthorized         every credential was refused
    ├── ContextTooLong       the prompt does not fit the model's window
    ├── BadRequest           the provider refused the request as malformed
    ├── Unfinished           every answer was cut short or filtered: another model may do better
    ├── OverBudget           a call may not be made, as it could cost more than is left
    └── Exhausted            outages, limits or the deadline used up every deployment
"""

from __future__ import annotations


class RouterdError(Exception):
    """The root: its text is one sentence for a person, without code or keys in it."""


class UsageError(RouterdError):
    """The caller named an action, tier, model, file or place that does not exist."""


class ConfigError(RouterdError):
    """A configuration cannot be used; the text names file, line and the mend."""


class LedgerError(RouterdError):
    """The ledger can be neither opened nor set aside."""


class KeyUnavailable(RouterdError):
    """A provider's key source is empty, locked or broken; the text never holds a key."""


class WorkerFailed(RouterdError):
    """Work in a process of its own ended without a result; the text says how."""


class UpstreamError(RouterdError):
    """No deployment of a rung gave a whole answer."""


class Unauthorized(UpstreamError):
    """Every credential of the rung was refused (401, 402, 403)."""


class ContextTooLong(UpstreamError):
    """The prompt does not fit into the window of any model of the rung."""


class BadRequest(UpstreamError):
    """The provider refused the request itself; another try would be refused as well."""


class Unfinished(UpstreamError):
    """Every deployment answered, and no answer was whole."""


class OverBudget(UpstreamError):
    """A call was not made, as it could cost more than is left: the text says of what, and how to go on."""


class Exhausted(UpstreamError):
    """Every deployment failed, was benched or ran out of time."""
