"""The tools of `routerd mcp`: the command line's own functions, each with its arguments and its JSON."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Literal

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import ToolAnnotations
from pydantic import Field

from routerd import __version__
from routerd.app.change_review import ChangeReview, review_change
from routerd.app.changed_files import ChangeSource
from routerd.app.file_editor import FileEditor
from routerd.app.nominal import nominal_choice
from routerd.app.workspace import App
from routerd.domain.errors import RouterdError
from routerd.domain.stats import StatsKey
from routerd.domain.verdict import Refusal
from routerd.frontends.cli import review as reviewing
from routerd.frontends.cli.opening import opened
from routerd.frontends.cli.progress import ActionProgress
from routerd.frontends.cli.review_formats import review_json
from routerd.frontends.cli.routing import instruction, routed_json
from routerd.frontends.cli.spending import summed, summed_json
from routerd.frontends.cli.work import amount, priced, priced_json
from routerd.frontends.shapes import Json

_INSTRUCTIONS = """\
routerd sends each coding action to the cheapest model that will do. Amounts are US dollars as decimal strings, null
where a price is unknown. estimate, route and stats send nothing to a provider. review sends the changed files to a
model and costs what it says; give max_cost."""

_READS = ToolAnnotations(read_only_hint=True, idempotent_hint=True, open_world_hint=False)
_ASKS = ToolAnnotations(read_only_hint=True, idempotent_hint=False, open_world_hint=True)

Key = Literal["tier", "model", "client", "session", "project", "action", "person", "team"]


def server(config: Path | None) -> MCPServer:
    """A server of the current folder; each call opens the configuration as it then is."""
    tools = _Tools(config)
    served = MCPServer("routerd", version=__version__, instructions=_INSTRUCTIONS, log_level="ERROR")
    for tool in (tools.estimate, tools.route, tools.stats):
        served.tool(annotations=_READS)(tool)
    served.tool(annotations=_ASKS)(tools.review)
    return served


class _Tools:
    """What an agent may call. An expected fault is one sentence that says what to do next."""

    def __init__(self, config: Path | None) -> None:
        self._config = config

    def estimate(
        self,
        place: Annotated[str, Field(description="FILE, FILE:LINE or FILE:LINE:COLUMN, counted from 1")],
        actions: Annotated[list[str] | None, Field(description="all of them if none is named")] = None,
    ) -> Json:
        """What the actions at a place, such as to document or test it, would cost. Sends nothing."""
        with self._opened() as app:
            found, refusals = priced(app, place, actions or [])
            return {"estimates": [priced_json(plan) for _, plan in found], "refused": refusals}

    def route(self, text: Annotated[str, Field(description="a developer's own words")]) -> Json:
        """Which tier and model an instruction would be sent to, and why. Sends nothing."""
        with self._opened() as app:
            found = app.classify(instruction(text))
            if isinstance(found, Refusal):
                raise ToolError(found.message)
            return routed_json(found, nominal_choice(found, app))

    def stats(
        self,
        since_days: Annotated[int | None, Field(ge=1, description="of all time if none is given")] = None,
        by: Key | None = None,
    ) -> Json:
        """What was spent and saved by all actions of this user, and how well it was estimated. Sends nothing."""
        key = StatsKey(by) if by is not None else None
        with self._opened() as app:
            return summed_json(*summed(app, since_days, key), key)

    async def review(
        self,
        staged: Annotated[bool, Field(description="what is staged, instead of the working tree")] = False,
        base: Annotated[str | None, Field(description="the working tree since this revision")] = None,
        diff: Annotated[str | None, Field(description="the text of a unified diff")] = None,
        max_cost: Annotated[str | None, Field(description='US dollars, as "0.05": stop before it costs more')] = None,
        fresh: Annotated[bool, Field(description="ask anew what was answered before")] = False,
    ) -> Json:
        """Findings about a change, with the bill. Sends the changed files to a model; edits nothing.

        Without max_cost, what costs more than the user's budget.confirm_above is not sent.
        """
        task = asyncio.ensure_future(self._reviewed(ChangeSource(staged, base, diff), max_cost, fresh))
        try:
            return review_json(await asyncio.shield(task))
        except asyncio.CancelledError:
            # The library cancels again at every wait, and what was spent is booked before the end.
            task.cancel()
            raise

    async def _reviewed(self, source: ChangeSource, max_cost: str | None, fresh: bool) -> ChangeReview:
        with self._opened() as app:
            most = amount(max_cost) if max_cost is not None else None
            files = await asyncio.to_thread(reviewing.found_files, app, source, fresh)
            editor = FileEditor(app, "", write=False, ask=False, agreed=most is not None)
            try:
                return await review_change(app, files, editor, ActionProgress(), most)
            finally:
                await app.disconnect()

    @contextmanager
    def _opened(self) -> Iterator[App]:
        try:
            with opened(self._config) as app:
                yield app
        except RouterdError as fault:
            raise ToolError(str(fault)) from None
