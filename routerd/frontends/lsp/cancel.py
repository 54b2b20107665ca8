"""The client's cancel button: `window/workDoneProgress/cancel`; `$/cancelRequest` is met in ``requests.run``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lsprotocol import types

if TYPE_CHECKING:
    from routerd.frontends.lsp.session import Session


def progress_cancelled(session: Session, params: types.WorkDoneProgressCancelParams) -> None:
    """Cancel the job whose progress it is."""
    session.jobs.cancel_token(params.token)
