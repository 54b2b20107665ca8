"""A rewrite in an editor that shows no proposals: its diff in a file, and a question; no answer is no."""

from __future__ import annotations

from routerd.domain.reply import Change
from routerd.frontends.lsp import rescued_text as kept
from routerd.frontends.lsp.client import EditorClient, NoAnswerError, Wire

_ASK_S = 120.0
"""Time to read a diff. Editors that know no questions answer with an error, or never."""
_APPLY = "Apply"


async def agreed_to(change: Change, label: str, wire: Wire, client: EditorClient) -> bool:
    """Show the diff, and ask whether to apply it; the file is gone afterwards."""
    try:
        path = kept.keep(kept.as_diff(change), "preview.diff")
    except OSError:
        return False  # what could not be shown was not agreed to
    try:
        await kept.show(path, wire, client)
        question = f"{label}: apply it? It replaces what you wrote; the diff is in {path}."
        actions = [{"title": _APPLY}, {"title": "Discard"}]
        params = {"type": 3, "message": question, "actions": actions}
        answer = await wire.ask("window/showMessageRequest", params, _ASK_S)
        return isinstance(answer, dict) and answer.get("title") == _APPLY
    except NoAnswerError:
        return False
    finally:
        path.unlink(missing_ok=True)
