"""Work over many files of one workspace: selected, planned, run and landed, with its state in a file of its own."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from platformdirs import user_data_path

from routerd.actions import named
from routerd.adapters.batch_store import SqliteBatchStore
from routerd.adapters.changes import files_since
from routerd.adapters.ledger import batch_account
from routerd.adapters.workspace import listed_files, select
from routerd.app.batch_files import BatchFiles
from routerd.app.times import now
from routerd.app.workspace import App
from routerd.batch.account import BatchAccount
from routerd.batch.batch_run import BatchRun
from routerd.batch.estimating import Estimating, File, all_exact
from routerd.batch.landing import Landing
from routerd.batch.no_claims import NoClaims
from routerd.batch.planning import BatchRequest, Planner
from routerd.batch.waves import BatchObserver, RunEnd, Waves
from routerd.domain.batch import BatchPlan, ItemState
from routerd.domain.errors import UsageError
from routerd.domain.reply import Change
from routerd.domain.selection import SelectedFile
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.system.uris import uri_of

Tell = Callable[[int], object]
"""Is told how many files were looked at so far."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a command line says to work on."""

    words: tuple[str, ...] = ()
    """Files, folders and patterns."""
    listed: tuple[str, ...] | None = None
    """Files that another program listed."""
    changed: str | None = None
    """The files that differ from this revision."""


class Batches:
    """The batches of one workspace; close it in the end."""

    def __init__(self, app: App) -> None:
        """Opens the state. Raises LedgerError where it cannot be used."""
        self.app = app
        self.root = (app.root or Path.cwd()).absolute()
        self.store = SqliteBatchStore(user_data_path("routerd", False) / "batches.db", now())

    def close(self) -> None:
        """Close the state."""
        self.store.close()

    def selected(self, selection: Selection) -> Iterator[SelectedFile]:
        """The files that a selection stands for. Raises UsageError."""
        if selection.changed is not None:
            yield from listed_files(files_since(self.root, selection.changed), self.root)
        if selection.listed is not None:
            yield from listed_files((self.root / name for name in selection.listed), self.root)
        yield from select(selection.words, self.root)

    def uri(self, path: str) -> str:
        """The URI of an item's path."""
        return uri_of(self.root / path)

    def estimated(
        self, wanted: BatchRequest, files: Iterable[SelectedFile], tell: Tell, keep: bool = False
    ) -> BatchPlan | Refusal:
        """The plan for files, from nothing but their texts; ``keep`` stores the texts for a run."""
        planner = Planner(wanted, uri_of(self.root), self.app.snapshot, self.app.deps)
        listed = [File(self._name(Path(file.path)), file.skipped) for file in files]
        first = next((self.uri(file.path) for file in listed if file.skipped is None), None)
        store = self.store.keep_texts if keep else None
        read = BatchFiles(self.app, self.uri, first, store, whole=not all_exact(wanted, len(listed)))
        found = Estimating(planner, read, tell).of(listed)
        if isinstance(found, Refusal):
            return found
        return BatchPlan(planner.batch, wanted.action, found.items, found.passed, exact=found.exact)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.root).as_posix() if path.is_relative_to(self.root) else path.as_posix()

    def plan(
        self, wanted: BatchRequest, files: Iterable[SelectedFile], tell: Tell, *, fresh: bool = False
    ) -> BatchPlan | Refusal:
        """The plan for files, stored; what was done before keeps its state unless it is asked ``fresh``."""
        found = self.estimated(wanted, files, tell, keep=True)
        if isinstance(found, Refusal):
            return found
        about = {"action": wanted.action, "root": str(self.root), "instruction": wanted.instruction}
        about |= {"rewrite": "yes"} if wanted.replace else {}
        self.store.save_plan(found.id, about, found.items, now())
        if fresh:
            self.store.renew(found.id, [item.id for item in found.items])
        self._undone(found.id)
        return replace(found, items=self.store.items(found.id))

    def _undone(self, batch: str) -> None:
        """Items that were applied and whose files are again as they were: their changes can be applied again."""
        for item in self.store.items(batch):
            if item.state is not ItemState.APPLIED:
                continue
            change = self.store.change(batch, item.id)
            files = change.files if change else ()
            if files and all(self._text(file.uri) == _before(file.create, file.before) for file in files):
                self.store.set_state(batch, [item.id], ItemState.DONE, item.message)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """This tree for this process alone. Raises UsageError where another one has it."""
        root, pid = str(self.root.resolve()), os.getpid()
        other = self.store.lock(root, pid, now())
        if other is not None:
            raise UsageError(
                f"Another batch runs on this folder (process {other}): wait for it, or stop it with "
                "'routerd batch cancel'."
            )
        try:
            yield
        finally:
            self.store.unlock(root, pid)

    def stop_other(self) -> bool:
        """Ask the process that works on this tree to stop; whether there is one."""
        return self.store.stop(str(self.root.resolve()))

    async def run(self, wanted: BatchRequest, plan: BatchPlan, observer: BatchObserver) -> RunEnd | Refusal:
        """Ask every open item of a plan, within its cap and the budgets. Raises LedgerError."""
        account = batch_account(self.app.ledger, plan.id, plan.cap)
        high = plan.price.high
        if high:
            held = account.open(high, now())
            if isinstance(held, Refusal):
                return held
        try:
            return await Waves(self.batch_run(wanted, plan, account), observer).to_end(plan.items)
        finally:
            account.close()
            await self.app.disconnect()

    def batch_run(self, wanted: BatchRequest, plan: BatchPlan, account: BatchAccount) -> BatchRun:
        """What work on a plan needs beside its items."""
        root, pid = str(self.root.resolve()), os.getpid()

        def stop_asked() -> bool:
            return self.store.stop_asked(root, pid)

        shared = self.app.services.shared(self.app.settings.ledger, self.app.keys.environ)
        claims = NoClaims() if shared is None else shared.claims
        return BatchRun(
            plan.id, wanted, self.app.snapshot, self.app.deps, self.store, account, self.uri, stop_asked, claims=claims
        )

    def landing(self, plan: BatchPlan, below: Path | None = None) -> Landing:
        """The changes of all done items, in the files as they are now; ``below``: in another checkout of the tree."""
        top = self.root if below is None else below
        old, new = uri_of(self.root), uri_of(top)

        def moved(change: Change) -> Change:
            files = tuple(replace(file, uri=new + file.uri.removeprefix(old)) for file in change.files)
            return replace(change, files=files)

        landing = Landing(self._text, self.app.grammar, named(plan.action).contract)
        for item in plan.items:
            if item.state is ItemState.DONE and (change := self.store.change(plan.id, item.id)) is not None:
                landing.add(item.id, item.path, change if below is None else moved(change))
        return landing

    def _text(self, uri: str) -> Text | None:
        document = self.app.workspace.read(uri)
        return None if document is None else document.text


def _before(create: bool, before: Text) -> Text | None:
    return None if create else before
