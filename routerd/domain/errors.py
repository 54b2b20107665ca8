"""Every exception that routerd raises, in one tree; expected outcomes are values, see ``verdict``.

RouterdError                 one sentence that says what to do next
├── UsageError               the caller named something that does not exist (exit 2)
├── ConfigError              a configuration file cannot be used: file, line, what to write (exit 2)
├── LedgerError              the ledger can be neither opened nor set aside
├── KeyUnavailable           a key source gave no key
├── WorkerFailed             work in another process ended without a result
└── UpstreamError            no deployment of a candidate gave a complete answer
    ├── Unauthorized         every credential was refused
    ├── ContextTooLong       the prompt does not fit the model's window
    ├── BadRequest           the provider refused the request as malformed
    ├── Unfinished           every answer was cut short or filtered: another model may do better
    ├── OverBudget           a call was not made, as it could cost more than is left
    └── Exhausted            every deployment failed, was limited, or ran out of time
        └── RateLimited      every deployment asks to wait, and the caller does not
"""

from __future__ import annotations


class RouterdError(Exception):
    """The root of the tree: its text is one sentence for the user, without code or keys."""


class UsageError(RouterdError):
    """The caller named an action, tier, model, file or position that does not exist."""


class ConfigError(RouterdError):
    """A configuration cannot be used; the text names the file, the line and the fix."""


class LedgerError(RouterdError):
    """The ledger can be neither opened nor set aside."""


class KeyUnavailable(RouterdError):
    """A provider's key source is empty, locked or broken; the text never contains a key."""


class WorkerFailed(RouterdError):
    """Work in a worker process ended without a result; the text says why."""


class TookTooLong(RouterdError):
    """Queries over a source need more time than a block may take; they can be made again elsewhere."""


class UpstreamError(RouterdError):
    """No deployment of a candidate gave a complete answer."""

    status: int = 0
    """Of the provider's refusal, where a request passed through and its sender understands the refusal's body."""
    body: bytes = b""


class Unauthorized(UpstreamError):
    """Every credential of the candidate was refused (401, 402, 403)."""


class ContextTooLong(UpstreamError):
    """The prompt does not fit into the context window of any model of the candidate."""


class BadRequest(UpstreamError):
    """The provider refused the request itself; a retry would be refused as well."""


class Unfinished(UpstreamError):
    """Every deployment answered, and no answer was complete."""


class OverBudget(UpstreamError):
    """A call was not made, as it could cost more than is left; the text names the budget and what to do."""


class Exhausted(UpstreamError):
    """Every deployment failed, was in cooldown or ran out of time."""


class RateLimited(Exhausted):
    """Every deployment asks to wait; raised only for callers that wait themselves."""

    def __init__(self, sentence: str, retry_after_s: float) -> None:
        super().__init__(sentence)
        self.retry_after_s = retry_after_s
