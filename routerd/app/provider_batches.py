"""Work over many files through the batch services of providers: handed over, looked at, fetched and checked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from routerd.adapters.ledger import batch_account
from routerd.app.batches import Batches
from routerd.app.times import now
from routerd.batch.batch_run import BatchRun
from routerd.batch.collecting import Collected, Collecting
from routerd.batch.planning import BatchRequest
from routerd.batch.service_price import ServicePrice, batch_rates, service_price
from routerd.batch.submitting import Left, SubmitEnd, Submitting, sorted_out
from routerd.batch.waves import BatchObserver, RunEnd, Waves
from routerd.domain.batch import BatchPlan, Item, ItemState, PriceRange
from routerd.domain.batch_service import BatchService
from routerd.domain.verdict import Refusal


class ProviderBatchWork:
    """The batches of one workspace that are at providers."""

    def __init__(self, batches: Batches) -> None:
        self._batches, self._app = batches, batches.app
        catalogue = self._app.deps.catalogue
        self._service: BatchService = self._app.services.batch_service(
            self._app.settings, self._app.keys, lambda model: batch_rates(catalogue.price(model, now()))
        )

    def offer(self, plan: BatchPlan) -> ServicePrice:
        """What the open items that a batch service can take cost there."""
        able = [item for item in plan.open if self._service.offered(item.model)]
        return service_price(able, self._app.deps.catalogue, now())

    def sorted_out(self, wanted: BatchRequest, plan: BatchPlan) -> tuple[list[Item], list[Left]]:
        """The items that can be handed over, at the service's price, and those that stay. Raises LedgerError."""
        return sorted_out(self._run(wanted, plan), self._service, plan.items)

    async def submit(self, wanted: BatchRequest, plan: BatchPlan, ready: Sequence[Item]) -> SubmitEnd | Refusal:
        """Hand over what is ready, within the cap and the budgets. Raises LedgerError."""
        run = self._run(wanted, plan)
        high = PriceRange.of(ready).high
        if high:
            held = run.account.open(high, now())
            if isinstance(held, Refusal):
                return held
        try:
            return await Submitting(run, self._service, self._batches.store.submissions).to_end(ready)
        finally:
            run.account.close()
            await self._app.disconnect()

    async def look(self, wanted: BatchRequest, plan: BatchPlan) -> list[Collected]:
        """Look at the submissions of a batch once, and fetch those that ended. Raises LedgerError."""
        return await self._collecting(wanted, plan).look()

    async def check(self, wanted: BatchRequest, plan: BatchPlan, observer: BatchObserver) -> RunEnd:
        """Check the answers that came and are not checked yet; nothing is sent. Raises LedgerError."""
        run = replace(self._run(wanted, plan), asks=False)
        items = [item for item in self._batches.store.items(plan.id) if item.state is ItemState.RECEIVED]
        return await Waves(run, observer).to_end(items)

    async def cancel(self, wanted: BatchRequest, plan: BatchPlan) -> list[str]:
        """Ask providers to stop, and give up what cannot be fetched; sentences. Raises LedgerError."""
        return await self._collecting(wanted, plan).cancel()

    async def close(self) -> None:
        """Close the connections."""
        await self._app.disconnect()

    def unsettled(self, plan: BatchPlan) -> int:
        """How many submissions of a batch have something to come."""
        return len(self._batches.store.submissions.unsettled(plan.id))

    def _collecting(self, wanted: BatchRequest, plan: BatchPlan) -> Collecting:
        return Collecting(self._run(wanted, plan), self._service, self._batches.store.submissions)

    def _run(self, wanted: BatchRequest, plan: BatchPlan) -> BatchRun:
        return self._batches.batch_run(wanted, plan, batch_account(self._app.ledger, plan.id, plan.cap))
