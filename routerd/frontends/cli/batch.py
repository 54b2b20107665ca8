"""`routerd batch`: one action over many files, planned, run, looked at, applied or given up."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import typer

from routerd.actions import catalog, named
from routerd.app.batches import Batches
from routerd.app.provider_batches import ProviderBatchWork
from routerd.app.workspace import App
from routerd.batch.planning import BatchRequest
from routerd.batch.waves import RunEnd
from routerd.domain.batch import BatchPlan, ItemState
from routerd.domain.errors import UsageError
from routerd.domain.money import dollars
from routerd.domain.tier import Tier
from routerd.domain.verdict import Refusal
from routerd.frontends.cli import batch_end, batch_provider, batch_screen, many, screen
from routerd.frontends.cli.batch_end import Destination, ManyOptions
from routerd.frontends.cli.file_position import model_named
from routerd.frontends.cli.many import Changed, Explain
from routerd.frontends.cli.opening import Config, opened
from routerd.frontends.cli.options import AsJson, Fresh, Instruction, InTier, MaxCost, Model, Rewrite, Yes
from routerd.frontends.cli.work import amount

commands = typer.Typer(help="Work over many files: planned, priced, resumable.", no_args_is_help=True)

Action = Annotated[
    str, typer.Argument(metavar="ACTION", help=", ".join(s.name for s in catalog().values() if s.placed))
]
Maybe = Annotated[str | None, typer.Argument(metavar="ACTION", help="the batches of one action")]
Paths = Annotated[list[str] | None, typer.Argument(metavar="PATHS", help="files, folders, patterns, -")]
Diff = Annotated[str | None, typer.Option("--diff", metavar="FILE", help="the files of a unified diff")]
Patch = Annotated[str | None, typer.Option("--patch", metavar="FILE", help="write the changes as one patch")]
Branch = Annotated[str | None, typer.Option("--branch", metavar="NAME", help="commit the changes on a new branch")]


def _batch_request(  # each is an option of the command line
    app: App, action: str, instruction: str, tier: str | None, model: str | None, rewrite: bool
) -> BatchRequest:
    """What is asked about every file. Raises UsageError."""
    if not named(action).placed:
        raise UsageError(f"'{action}' has no place in a file: run 'routerd {action}'.")
    chosen = Tier.named(tier) if tier is not None else None
    return BatchRequest(action, chosen, model_named(app, model), instruction, rewrite)


@commands.command()
def plan(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    action: Action,
    paths: Paths = None,
    changed: Changed = None,
    diff: Diff = None,
    instruction: Instruction = "",
    tier: InTier = None,
    model: Model = None,
    rewrite: Rewrite = False,
    explain: Explain = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """List what would be asked, what is skipped and what it would cost; sends nothing."""
    with opened(config) as app, many.batches_of(app) as batches, batches.locked():
        wanted = _batch_request(app, action, instruction, tier, model, rewrite)
        found = many.planned(batches, wanted, many.selection_of(paths or [], changed, diff), ManyOptions())
        if isinstance(found, Refusal):
            screen.note(found.message)
            return batch_end.REFUSED
        offer = ProviderBatchWork(batches).offer(found)
        if as_json:
            screen.print_json(batch_screen.batch_json(found) | {"batch_service": batch_screen.service_json(offer)})
            return batch_end.DONE
        screen.console().print(batch_screen.total_line(found), markup=False)
        if offer.able:
            screen.console().print(batch_screen.service_line(offer), markup=False)
        batch_screen.plan_table(found)
        batch_screen.passed_lines(found, explain)
    return batch_end.DONE


@commands.command()
def run(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    action: Action,
    paths: Paths = None,
    changed: Changed = None,
    diff: Diff = None,
    instruction: Instruction = "",
    tier: InTier = None,
    model: Model = None,
    rewrite: Rewrite = False,
    yes: Yes = False,
    fresh: Fresh = False,
    max_cost: MaxCost = None,
    apply_: Annotated[bool, typer.Option("--apply", help="write the changes into the files")] = False,
    patch: Patch = None,
    branch: Branch = None,
    explain: Explain = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Ask what is missing, and store the answers until they are applied."""
    place, name = _place(apply_, patch, branch, Destination.STORED)
    with opened(config) as app:
        wanted = _batch_request(app, action, instruction, tier, model, rewrite)
        cap = None if max_cost is None else amount(max_cost)
        wanted = replace(wanted, fresh=fresh)
        options = ManyOptions(yes, fresh, explain, as_json, cap, place, name)
        return many.run_many(app, wanted, many.selection_of(paths or [], changed, diff), options)


def _place(
    files: bool, patch: str | None, branch: str | None, otherwise: Destination
) -> tuple[Destination, str | None]:
    if files + (patch is not None) + (branch is not None) > 1:
        raise UsageError("--apply, --patch and --branch exclude each other: choose one.")
    if patch is not None:
        return Destination.PATCH, patch
    if branch is not None:
        return Destination.BRANCH, branch
    return (Destination.FILES if files else otherwise), None


@commands.command(name="apply")
def apply_command(
    action: Maybe = None,
    patch: Patch = None,
    branch: Branch = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Apply stored answers to the files as they are now, or as a patch or on a branch."""
    place, name = _place(False, patch, branch, Destination.FILES)
    with opened(config) as app, many.batches_of(app) as batches, batches.locked():
        stored = _stored(batches, action)
        if name is not None and len(stored) > 1:
            raise UsageError("There are several batches on this folder: name the action whose changes go there.")
        codes = [
            batch_end.shown(
                batches, found, RunEnd(None, False, None), ManyOptions(as_json=as_json, place=place, name=name)
            )
            for found, _ in stored
        ]
    return max(codes)


@commands.command()
def submit(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    action: Action,
    paths: Paths = None,
    changed: Changed = None,
    diff: Diff = None,
    instruction: Instruction = "",
    tier: InTier = None,
    model: Model = None,
    rewrite: Rewrite = False,
    yes: Yes = False,
    max_cost: MaxCost = None,
    explain: Explain = False,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Hand open items over to the provider's batch service, which answers within a day for less."""
    with opened(config) as app, many.batches_of(app) as batches, batches.locked():
        wanted = _batch_request(app, action, instruction, tier, model, rewrite)
        cap = None if max_cost is None else amount(max_cost)
        options = ManyOptions(yes=yes, explain=explain, as_json=as_json, max_cost=cap)
        found = many.planned(batches, wanted, many.selection_of(paths or [], changed, diff), options)
        if isinstance(found, Refusal):
            screen.note(found.message)
            return batch_end.REFUSED
        batch_screen.passed_lines(found, explain)
        return batch_provider.submitted(batches, wanted, found, options)


@commands.command()
def collect(  # noqa: PLR0913, PLR0917  # each parameter is an option of the command line
    action: Maybe = None,
    wait: Annotated[bool, typer.Option("--wait", help="until the provider's batch has ended")] = False,
    apply_: Annotated[bool, typer.Option("--apply", help="write the changes into the files")] = False,
    patch: Patch = None,
    branch: Branch = None,
    as_json: AsJson = False,
    config: Config = None,
) -> int:
    """Fetch and check the answers of providers' batches, and store them until they are applied."""
    place, name = _place(apply_, patch, branch, Destination.STORED)
    with opened(config) as app, many.batches_of(app) as batches, batches.locked():
        stored = _stored(batches, action)
        if name is not None and len(stored) > 1:
            raise UsageError("There are several batches on this folder: name the action whose changes go there.")
        return batch_provider.collected(
            batches, stored, ManyOptions(as_json=as_json, place=place, name=name), wait=wait
        )


@commands.command()
def status(action: Maybe = None, as_json: AsJson = False, config: Config = None) -> int:
    """Say how far the batches of this folder are; sends nothing."""
    with opened(config) as app, many.batches_of(app) as batches:
        found = [one for one, _ in _stored(batches, action)]
        if as_json:
            screen.print_json([batch_screen.batch_json(one) for one in found])
            return batch_end.DONE
        states = list(ItemState)
        screen.table(
            ("batch", "action"),
            (*map(str, states), "spent"),
            [
                (
                    one.id,
                    one.action,
                    *(str(sum(item.state is state for item in one.items)) for state in states),
                    dollars(batches.store.spent(one.id)),
                )
                for one in found
            ],
        )
        for one in found:
            batch_screen.ended_lines(one.items)
    return batch_end.DONE


@commands.command()
def cancel(action: Maybe = None, config: Config = None) -> int:
    """Stop a run in another terminal, and give up what was not asked; answers that were paid for stay."""
    with opened(config) as app, many.batches_of(app) as batches:
        if batches.stop_other():
            screen.note("The run on this folder was asked to stop: it ends with the requests that are under way.")
            return batch_end.DONE
        with batches.locked():
            stored = _stored(batches, action)
            batch_provider.given_up(batches, stored)
            for one, _ in stored:
                dropped = batches.store.drop_open(one.id)
                screen.note(f"{one.action}: {dropped} open items are given up.")
    return batch_end.DONE


def _stored(batches: Batches, action: str | None) -> list[tuple[BatchPlan, BatchRequest]]:
    """The stored batches of this folder, newest first. Raises UsageError where there is none."""
    found = [
        (
            BatchPlan(name, about["action"], batches.store.items(name), ()),
            BatchRequest(about["action"], instruction=about["instruction"], replace="rewrite" in about),
        )
        for name, about, _ in batches.store.batches()
        if about["root"] == str(batches.root) and action in (None, about["action"])
    ]
    found = [one for one in found if one[0].items]
    if not found:
        raise UsageError("There is no batch on this folder: 'routerd batch plan ACTION PATHS' makes one.")
    return found
