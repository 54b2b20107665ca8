"""`routerd audit`: what past work cost, and what it would have cost on the user's tiers; nothing is sent."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from glob import glob
from pathlib import Path
from typing import Annotated, TextIO

import typer

from routerd.app.replayed import other_rows, replayed
from routerd.audit import OPENCODE, Audited, LogPlace, Logs, default_places
from routerd.domain.errors import LedgerError, UsageError
from routerd.domain.money import dollars
from routerd.frontends.cli import screen
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson
from routerd.frontends.cli.progress import working
from routerd.frontends.shapes import Json, counted, money, usage_json

_LONGEST_LINE = 64_000_000
"""Characters: a gateway logs a request with its whole context as one line."""


def audit(
    logs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[LOG]...", help="files, folders or patterns; without one, where coding agents keep theirs"
        ),
    ] = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Say what past work cost, and what your tiers would have cost."""
    read, found = Logs(), [] if logs else _found()
    with working("reading logs") as tell:
        files = _files(logs) if logs else ((file, False) for one in found for file in one.files)
        for number, (path, named) in enumerate(files, start=1):
            if not _read(read, path) and named:
                screen.note(f"{path} holds no request.")
            tell(number)
    requests = read.requests()
    if not requests:
        where = logs[0] if logs else "What was found"
        raise UsageError(
            f"{where} holds no request: give a session of Claude Code, Codex, Gemini CLI, opencode or Continue, "
            "or a log of aider or a gateway."
        )
    with opened(config) as app, working("pricing what they asked"):
        audited = replayed(app, requests)
    if as_json:
        screen.print_json(_shape(audited, read.damaged))
    else:
        for one in found:
            screen.note(f"{one.place.program}: {counted(len(one.files), 'log')} below {one.files[0].parent}.")
        _show(audited, read.damaged, [one.place.client for one in found if one.place.client])
    return 0


@dataclass(frozen=True, slots=True)
class _Found:
    place: LogPlace
    files: list[Path]


def _found() -> list[_Found]:
    """The logs that programs keep at their usual places. Raises UsageError where there are none."""
    places = default_places(Path.home(), Path.cwd(), os.environ)
    matched = [(place, (glob(one, recursive=True) for one in place.patterns)) for place in places]
    found = [_Found(place, sorted({Path(name) for names in all_of for name in names})) for place, all_of in matched]
    if not any(one.files for one in found):
        names = ", ".join(place.program for place in places)
        raise UsageError(f"There are no logs at the usual places of {names}: name a file or a folder.")
    return [one for one in found if one.files]


def _read(read: Logs, path: Path) -> bool:
    """Read one log; whether anything in it was recognised."""
    if path.suffix == ".db":
        try:
            return read.read_opencode(other_rows(path, OPENCODE))
        except LedgerError as fault:
            screen.note(str(fault))
            return False
    with path.open(encoding="utf-8", errors="replace") as lines:
        return read.read(_bounded(path, lines))


def _bounded(path: Path, lines: TextIO) -> Iterator[str]:
    """The lines of a log. Raises UsageError for one without end."""
    while line := lines.readline(_LONGEST_LINE + 1):
        if len(line) > _LONGEST_LINE:
            raise UsageError(
                f"{path} has a line of more than {_LONGEST_LINE // 10**6} million characters: is it a log?"
            )
        yield line


def _files(given: Iterable[str]) -> Iterator[tuple[Path, bool]]:
    """Each file once, and whether it was named itself; of a folder every file that may be a log.

    Raises UsageError for what does not exist.
    """
    seen: set[Path] = set()
    for name in given:
        path = Path(name).expanduser()
        if path.is_dir():
            found = [file for file in sorted(path.rglob("*")) if file.is_file() and _may_be_a_log(file)]
        else:
            # A shell has expanded its patterns already; Windows has no such shell.
            found = [path] if path.is_file() else [Path(one) for one in sorted(glob(str(path), recursive=True))]
            found = [file for file in found if file.is_file()]
        if not found and not path.is_dir():
            raise UsageError(f"There is no file {name}.")
        for file in found:
            if (real := file.resolve()) not in seen:
                seen.add(real)
                yield file, not path.is_dir()


def _may_be_a_log(file: Path) -> bool:
    return file.suffix in (".jsonl", ".ndjson") or file.name in (".aider.chat.history.md", "opencode.db")


def _sums(audited: Sequence[Audited]) -> tuple[Decimal, Decimal, Decimal]:
    """Dollars of the requests with both prices: what they cost, would have cost, and how much less is unsure."""
    known = [(one, one.cost, one.would_cost) for one in audited if one.cost is not None and one.would_cost is not None]
    paid = sum((cost for _, cost, _ in known), Decimal(0))
    instead = sum((would for _, _, would in known), Decimal(0))
    unsure = sum((cost - would for one, cost, would in known if one.tier and not one.sure), Decimal(0))
    return paid, instead, unsure


def _unpriced(audited: Sequence[Audited]) -> int:
    return sum(one.cost is None or one.would_cost is None for one in audited)


def _shape(audited: Sequence[Audited], damaged: int) -> Json:
    paid, instead, unsure = _sums(audited)
    return {
        "requests": len(audited),
        **{
            name: money(amount) if _unpriced(audited) < len(audited) else None
            for name, amount in (
                ("cost", paid),
                ("would_cost", instead),
                ("saved", paid - instead),
                ("saved_unsure", unsure),
            )
        },
        "unclassified": sum(one.tier is None for one in audited),
        "unpriced": _unpriced(audited),
        "damaged_lines": damaged,
        "rows": [_row(one) for one in audited],
    }


def _row(one: Audited) -> Json:
    return {
        "words": one.words[:200],
        "model": str(one.model),
        "usage": usage_json(one.usage),
        "cost": money(one.cost),
        "action": one.action,
        "tier": str(one.tier) if one.tier else None,
        "instead": str(one.instead) if one.instead else None,
        "would_cost": money(one.would_cost),
        "sure": one.sure,
    }


def _show(audited: Sequence[Audited], damaged: int, clients: Sequence[str]) -> None:
    groups: dict[tuple[str, str, str], list[Audited]] = {}
    for one in audited:
        key = (str(one.tier or "no words"), str(one.model), str(one.instead or "the same"))
        groups.setdefault(key, []).append(one)
    screen.table(
        ("tier", "instead of", "would ask"),
        ("requests", "cost", "would have cost"),
        [(*names, f"{len(some):,}", *_amounts(some)) for names, some in sorted(groups.items())],
    )
    for sentence in _sentences(audited, damaged):
        screen.console().print(sentence, markup=False)
    _, would, _ = _sums(audited)
    if _unpriced(audited) < len(audited):
        setup = "routerd http env " + (clients[0] if len(clients) == 1 else "CLIENT")
        named = f" ({', '.join(clients)})" if len(clients) > 1 else ""
        screen.console().print(
            f"Through the gateway this would have cost {dollars(would)}; set it up with "
            f"'routerd serve --http 127.0.0.1:4310' and '{setup}'{named}."
        )


def _amounts(some: Sequence[Audited]) -> tuple[str, str]:
    """What a group cost and would have cost; those without both prices are in neither."""
    paid, would, _ = _sums(some)
    unknown = _unpriced(some)
    if unknown == len(some):
        return dollars(None), dollars(None)
    rest = f" + {unknown:,} unknown" if unknown else ""
    return dollars(paid) + rest, dollars(would) + rest


def _sentences(audited: Sequence[Audited], damaged: int) -> Iterator[str]:
    paid, would, unsure = _sums(audited)
    unpriced = _unpriced(audited)
    share = f" ({abs(paid - would) / paid:.0%} {'less' if would < paid else 'more'})" if paid and would else ""
    if unpriced < len(audited):
        priced = counted(len(audited) - unpriced, "request")
        yield f"{priced} cost {dollars(paid)}; with your tiers {dollars(would)}{share}, at today's prices."
    if unsure:
        yield f"Of the difference {dollars(unsure)} is unsure: the words alone do not say how hard that work was."
    if silent := sum(one.tier is None for one in audited):
        yield f"Without words in the log: {counted(silent, 'request')}, counted at what they cost, without any saving."
    if unpriced:
        models = ", ".join(sorted({str(one.model) for one in audited if one.cost is None})[:5])
        where = f' ({models}): set input and output under [models."NAME"]' if models else ""
        yield f"At an unknown price, and in no sum: {counted(unpriced, 'request')}{where}."
    if any(one.tier and one.usage.cached_input for one in audited):
        yield "Cached input is taken as cached by the other models too, at their own price for it."
    if damaged:
        yield f"Damaged, and left out: {counted(damaged, 'line')}."
    yield "Answers that a cheaper model gets wrong and a better one must repeat are not in this sum."
