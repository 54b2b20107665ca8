"""Plans one file of a batch: the item with its price, or the reason why the file is passed over."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from routerd.actions import named
from routerd.batch.generated import generated
from routerd.batch.identity import batch_id, item_id, prompt_version, text_hash
from routerd.domain.action import Request
from routerd.domain.batch import Item, Passed
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast
from routerd.domain.model import OFFLINE, ModelRef
from routerd.domain.position import Position, Range
from routerd.domain.settings import Snapshot
from routerd.domain.text import Text
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal, RefusalCode
from routerd.languages import UNKNOWN
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.plan import Plan, plan
from routerd.pipeline.sketch import Measure, Sketch, sketch_forecast, sketched

_EMPTY = Text("")
_START = Range(Position(0, 0), Position(0, 0))
_OF_THE_FILE = (RefusalCode.SCOPE, RefusalCode.DOCUMENTED, RefusalCode.SIZE, RefusalCode.LANGUAGE, RefusalCode.PATH)
"""Refusals that say something of one file; any other holds for the whole batch."""


@dataclass(frozen=True, slots=True)
class BatchRequest:
    """What is asked about every file."""

    action: str
    tier: Tier | None = None
    model: ModelRef | None = None
    instruction: str = ""
    replace: bool = False
    fresh: bool = False
    """Whether a model is asked even if the same question was answered before."""

    def of(self, document: Document) -> Request:
        """The request for one file."""
        return Request(
            self.action,
            document,
            _START,
            tier=self.tier,
            model=self.model,
            instruction=self.instruction,
            whole_file=True,
            replace=self.replace,
            fresh=self.fresh,
        )


@dataclass(frozen=True, slots=True)
class ItemPlace:
    """Where an item is."""

    path: str
    """As people write it."""
    text: str
    """The hash of the file's text."""
    label: str
    """The target for people."""


@dataclass(frozen=True, slots=True)
class Planner:
    """Plans the files of one batch with one snapshot of the settings."""

    wanted: BatchRequest
    root: str
    """The URI of the batch's root, without a trailing slash."""
    snapshot: Snapshot
    deps: Dependencies

    @property
    def version(self) -> str:
        """The prompt version; see ``identity``."""
        probe = self.wanted.of(Document("", None, UNKNOWN, _EMPTY))
        return prompt_version(named(self.wanted.action), probe, self.snapshot.settings)

    @property
    def batch(self) -> str:
        """The id of the batch."""
        return batch_id(self.root, self.wanted.action, self.version)

    def item(self, path: str, document: Document) -> Item | Passed | Refusal:
        """The item of a file; ``path`` as people write it. A Refusal holds for the whole batch."""
        found = self.planned(path, document)
        return self.of_plan(path, document, found) if isinstance(found, Plan) else found

    def planned(self, path: str, document: Document) -> Plan | Passed | Refusal:
        """The plan of a file, its prompt composed."""
        written = generated(document.text)
        if written is not None:
            return Passed(path, written)
        found = plan(self.wanted.of(document), self.snapshot, self.deps)
        return self._passed(path, found) if isinstance(found, Refusal) else found

    def of_plan(self, path: str, document: Document, found: Plan) -> Item | Passed | Refusal:
        """The item of a planned file."""
        label = found.question.target.label
        return self.priced(ItemPlace(path, text_hash(document.text.string), label), found.forecast)

    def sketched(self, path: str, document: Document) -> Sketch | Passed | Refusal:
        """The sketch of a file, without a prompt."""
        written = generated(document.text)
        if written is not None:
            return Passed(path, written)
        found = sketched(self.wanted.of(document), self.deps)
        return self._passed(path, found) if isinstance(found, Refusal) else found

    def of_sketch(self, place: ItemPlace, sketch: Sketch, by: Measure) -> Item | Passed | Refusal:
        """The item of a sketched file, at the price that its sizes give."""
        found = sketch_forecast(sketch, by, self.deps, self.snapshot)
        return self._passed(place.path, found) if isinstance(found, Refusal) else self.priced(place, found)

    @staticmethod
    def _passed(path: str, found: Refusal) -> Passed | Refusal:
        return Passed(path, _words(found)) if found.code in _OF_THE_FILE else found

    def priced(self, place: ItemPlace, forecast: Forecast) -> Item | Passed | Refusal:
        """The item at a place with its forecast."""
        refused = forecast.refusal
        if refused is not None and refused.code in _OF_THE_FILE:
            return Passed(place.path, _words(refused))
        if refused is not None and refused.code is RefusalCode.PRICE:
            return refused
        estimate = forecast.estimate
        free = Decimal(0) if estimate.model == OFFLINE else None
        cost = estimate.cost
        return Item(
            item_id(self.wanted.action, self.version, place.path, place.text, ""),
            place.path,
            "",
            place.label,
            place.text,
            estimate.tier,
            estimate.model,
            estimate.input_tokens,
            cost.low if cost else free,
            forecast.likely if forecast.likely is not None else free,
            max(cost.high, forecast.likely or cost.high) if cost else free,
            forecast.most,
        )


def _words(refusal: Refusal) -> str:
    said = refusal.message.rstrip(".")
    return said[:1].lower() + said[1:] if not said[:2].isupper() else said


def first_wave(snapshot: Snapshot, item: Item) -> Snapshot:
    """The settings that an item is asked with: its tier alone, within what the plan said it costs at most."""
    models = tuple(model for model in snapshot.usable.get(item.tier, ()) if model != OFFLINE)
    usable = snapshot.usable if item.model == OFFLINE else {item.tier: models}
    settings = snapshot.settings
    budget = replace(settings.budget, confirm_above=None)
    alone = replace(snapshot, usable=usable, settings=replace(settings, budget=budget))
    if item.most is None:
        return alone
    # What cost an unknown amount may have cost all that was planned.
    left = Decimal(0) if item.cost is None else max(item.most - item.cost, Decimal(0))
    return alone.limited(left, "the plan of the batch")
