"""The choice of the first model for an instruction without a document: the arithmetic over a nominal size."""

from __future__ import annotations

from dataclasses import replace

from routerd.actions import catalog
from routerd.app.workspace import App
from routerd.domain.acceptance import PRIOR, PRIOR_BELOW
from routerd.domain.forecast import Quote
from routerd.domain.model import OFFLINE
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Route, Tariff
from routerd.domain.settings import Quirks
from routerd.domain.stakes import Choice, Option, Stakes
from routerd.routing.expected_cost import choose
from routerd.routing.quoted_options import option, stakes
from routerd.steps.quote import quote, terms

TARGET_TOKENS = 300
"""A function of thirty lines."""
INPUT_TOKENS = 1_200
"""Such a function with its context and the task."""


def nominal_choice(found: Route, app: App) -> Choice | None:
    """The candidates of a route by expected cost, for a prompt and an answer of a nominal size.

    ``None`` where only the built-in engine can be asked.
    """
    action = found.classification.action if found.classification else "ask"
    spec = catalog()[action]
    prior = round(spec.output.base + spec.output.per_target_token * TARGET_TOKENS)
    options: list[Option] = []
    at_stake: Stakes | None = None
    for candidate in (*found.below, *found.chain):
        model, below = candidate.models[0], candidate in found.below
        if model == OFFLINE:
            continue
        tariff = Tariff(model, app.price(model))
        estimate = quote(spec, candidate, Prompt((), INPUT_TOKENS, 0, 0), prior, tariff, None)
        known = replace(app.ledger.acceptance(model, action, "python"), prior=PRIOR_BELOW if below else PRIOR)
        quoted = Quote(estimate, terms(estimate, tariff.token_calibration, None, Quirks()), known)
        options.append(option(quoted, below))
        at_stake = at_stake or stakes(spec, quoted, app.settings.routing.escalate, False)
    return choose(options, at_stake) if at_stake else None
