"""Plans many files: a few of each language with their prompts, the others by their sizes, each text read once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Protocol

from routerd.batch.identity import text_hash
from routerd.batch.planning import BatchRequest, ItemPlace, Planner
from routerd.domain.batch import Item, Passed
from routerd.domain.document import Document
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.plan import Plan
from routerd.pipeline.sketch import Measure, Sketch, may_be_sketched, measured

ALL_EXACT = 100
"""Up to so many files each is planned with its prompt, which takes about 10 ms of CPU."""
_SAMPLES = 48
"""Files of one language that are planned exactly where there are more; evenly spread over the project."""
_CHUNK = 100
"""Texts that are stored in one transaction."""
_UNREADABLE = "cannot be read"


@dataclass(frozen=True, slots=True)
class File:
    """One file of a selection."""

    path: str
    """As people write it."""
    skipped: str | None
    """Why it is passed over without being read."""


@dataclass(frozen=True, slots=True)
class Estimated:
    """What many files would cost."""

    items: tuple[Item, ...]
    passed: tuple[Passed, ...]
    exact: int
    """Items whose prompt was composed; the others' sizes are estimated from theirs."""


@dataclass(frozen=True, slots=True)
class _Outlined:
    """A sketched file that has no price yet."""

    place: ItemPlace
    sketch: Sketch


_Found = Item | Passed | _Outlined


class Files(Protocol):
    """The files of a batch."""

    def read(self, path: str) -> Document | None:
        """A file's text by its path."""

    def outlined(self, document: Document) -> None:
        """The file that was read last is outlined: what it declares may be context of others."""

    def keep(self, texts: Mapping[str, Text]) -> None:
        """Stores the texts of items by their hashes, if they may be asked."""

    def all_read(self) -> None:
        """Every file was read once: prompts are composed from now on."""


@dataclass(slots=True)
class Estimating:
    """Plans the files of one batch."""

    planner: Planner
    files: Files
    tell: Callable[[int], object]
    """Is told how many files were looked at so far."""
    _texts: dict[str, Text] = field(default_factory=dict)

    def of(self, files: Sequence[File]) -> Estimated | Refusal:
        """The items of files, in their order. A Refusal holds for the whole batch."""
        exact = all_exact(self.planner.wanted, len(files))
        found: list[_Found] = []
        for count, file in enumerate(files, start=1):
            self.tell(count)
            one = Passed(file.path, file.skipped) if file.skipped else self._looked_at(file.path, exact)
            if isinstance(one, Refusal):
                return one
            found.append(one)
        self._store()
        self.files.all_read()
        planned = sum(isinstance(one, Item) for one in found)
        for language in dict.fromkeys(one.sketch.language for one in found if isinstance(one, _Outlined)):
            more = self._price(language, found)
            if isinstance(more, Refusal):
                return more
            planned += more
        items = tuple(one for one in found if isinstance(one, Item))
        return Estimated(items, tuple(one for one in found if isinstance(one, Passed)), planned)

    def _looked_at(self, path: str, exact: bool) -> _Found | Refusal:
        document = self.files.read(path)
        if document is None:
            return Passed(path, _UNREADABLE)
        found: _Found | Refusal
        if exact:
            found = self.planner.item(path, document)
        else:
            sketch = self.planner.sketched(path, document)
            if isinstance(sketch, Sketch):
                found = _Outlined(ItemPlace(path, text_hash(document.text.string), sketch.label), sketch)
            else:
                found = sketch
            if not isinstance(found, Refusal):
                self.files.outlined(document)
        if isinstance(found, Item | _Outlined):
            self._texts[found.text if isinstance(found, Item) else found.place.text] = document.text
            if len(self._texts) >= _CHUNK:
                self._store()
        return found

    def _store(self) -> None:
        if self._texts:
            self.files.keep(self._texts)
        self._texts.clear()

    def _price(self, language: str, found: list[_Found]) -> int | Refusal:
        """Gives every sketched file of a language its price, in place; how many were planned with their prompts."""
        places = [
            index for index, one in enumerate(found) if isinstance(one, _Outlined) and one.sketch.language == language
        ]
        samples: list[tuple[Sketch, Plan, Item]] = []
        for index in _spread(places, _SAMPLES):
            one = found[index]
            assert isinstance(one, _Outlined)
            planned = self._planned(one)
            if isinstance(planned, Refusal):
                return planned
            if isinstance(planned, Passed):
                found[index] = planned
            else:
                found[index] = planned[1]
                samples.append((one.sketch, *planned))
        rest = [one for index in places if isinstance(one := found[index], _Outlined)]
        if not rest:
            return len(samples)
        if not samples:
            return self._each_exactly(language, found)
        by = measured([(sketch, plan) for sketch, plan, _ in samples], self.planner.deps)
        widened = self._error(samples, by)
        for index in places:
            one = found[index]
            if isinstance(one, _Outlined):
                item = self.planner.of_sketch(one.place, one.sketch, by)
                if isinstance(item, Refusal):
                    return item
                found[index] = _wider(item, widened) if isinstance(item, Item) else item
        return len(samples)

    def _each_exactly(self, language: str, found: list[_Found]) -> int | Refusal:
        """Where no sample has a plan, as each has a reason of its own: all files of the language."""
        count = 0
        for index, one in enumerate(found):
            if isinstance(one, _Outlined) and one.sketch.language == language:
                planned = self._planned(one)
                if isinstance(planned, Refusal):
                    return planned
                found[index] = planned if isinstance(planned, Passed) else planned[1]
                count += not isinstance(planned, Passed)
        return count

    def _planned(self, one: _Outlined) -> tuple[Plan, Item] | Passed | Refusal:
        """The plan of a sketched file; one that changed since is passed over, as its stored text is another."""
        path = one.place.path
        document = self.files.read(path)
        if document is None:
            return Passed(path, _UNREADABLE)
        if text_hash(document.text.string) != one.place.text:
            return Passed(path, "changed while it was planned")
        planned = self.planner.planned(path, document)
        if not isinstance(planned, Plan):
            return planned
        item = self.planner.of_plan(path, document, planned)
        return (planned, item) if isinstance(item, Item) else item

    def _error(self, samples: Iterable[tuple[Sketch, Plan, Item]], by: Measure) -> tuple[Decimal, Decimal]:
        """The lowest and the highest ratio of a sample's price to what its sketch would have said."""
        ratios = [Decimal(1)]
        for sketch, _, item in samples:
            guessed = self.planner.of_sketch(ItemPlace(item.path, item.text, item.label), sketch, by)
            if isinstance(guessed, Item) and guessed.likely and item.likely:
                ratios.append(item.likely / guessed.likely)
        return min(ratios), max(ratios)


def _wider(item: Item, error: tuple[Decimal, Decimal]) -> Item:
    """An item whose range holds what its sketch may be wrong by."""
    low, high = error
    return replace(
        item,
        low=None if item.low is None else item.low * low,
        high=None if item.high is None else item.high * high,
        most=None if item.most is None else item.most * high,
    )


def _spread(places: Sequence[int], count: int) -> list[int]:
    """At the most ``count`` of the places, the first and the last among them, evenly spread."""
    if len(places) <= count:
        return list(places)
    step = (len(places) - 1) / (count - 1)
    return [places[round(number * step)] for number in range(count)]


def all_exact(wanted: BatchRequest, files: int) -> bool:
    """Whether each of so many files is planned with its prompt."""
    return files <= ALL_EXACT or not may_be_sketched(wanted.of(_NOWHERE))


_NOWHERE = Document("", None, "", Text(""))
