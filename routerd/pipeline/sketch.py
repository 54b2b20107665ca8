"""Estimates one file among many by its size, from the exact plans of others in its language.

A plan composes the whole prompt and counts its tokens, which for thousands of files takes a minute. A sketch stops at
the target, and is priced by the sizes of a few plans of the same language; the prompt is composed once it is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from routerd.actions import named
from routerd.domain.action import Contract, Request
from routerd.domain.document import Document
from routerd.domain.forecast import Forecast
from routerd.domain.model import OFFLINE
from routerd.domain.settings import Snapshot
from routerd.domain.text import Text
from routerd.domain.verdict import Refusal
from routerd.pipeline.aim import aimed, untestable
from routerd.pipeline.decision import Decision, Situation, decided
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.plan import NOTHING_REWRITTEN, Plan
from routerd.steps.compose import target_text
from routerd.steps.conventions import home_of_tests, reachable
from routerd.steps.quote import likely_output

_EMPTY = Text("")


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is known of a file before its prompt; a few hundred bytes, so that thousands fit."""

    language: str
    label: str
    """The target for people."""
    octets: int
    """What is sent of the target, in bytes of UTF-8: no tokenizer makes more tokens of a text than it has bytes."""
    symbols: int
    documented: bool
    """Whether a symbol of the target has documentation."""


@dataclass(frozen=True, slots=True)
class Measure:
    """How large prompts are for what is sent of their targets, and the plan that stands for its language."""

    plan: Plan
    per_octet: float
    """Tokens of a target for each of its bytes."""
    around: float
    """Tokens of a prompt beside its target."""
    most_around: int
    """The same at the most."""


def may_be_sketched(request: Request) -> bool:
    """Whether the route of a request does not depend on the words and the size of its prompt."""
    return named(request.action).tier is not None or not request.instruction


def sketched(request: Request, deps: Dependencies) -> Sketch | Refusal:
    """The sketch of a file, or the same refusal as its plan's."""
    spec = named(request.action)
    aim = aimed(request, spec, deps)
    if isinstance(aim, Refusal):
        return aim
    target, project, language = aim.target, aim.project, request.document.language
    if spec.contract is Contract.TESTS:
        path = project.relative(request.document.uri)
        if home_of_tests(path, language, project, reachable(path, target, project)) is None:
            return untestable(aim.name, path, language)
    return Sketch(
        language,
        target.label,
        len(target_text(spec, request.document, target).encode("utf-8", "surrogatepass")),
        len(target.symbols),
        any(symbol.doc for symbol in target.symbols),
    )


def measured(samples: Sequence[tuple[Sketch, Plan]], deps: Dependencies) -> Measure:
    """The sizes of some planned files of one language; at least one."""
    octets = tokens = 0
    around: list[int] = []
    for sketch, planned in samples:
        question = planned.question
        size = deps.counter.count(target_text(question.spec, question.request.document, question.target))
        octets += sketch.octets
        tokens += size
        around.append(max(question.prompt.input_tokens - size, 0))
    plan = samples[0][1]
    # A sample may have had no context, and any file may have as much as its action allows.
    most = max(around) + plan.question.spec.context_budget.tokens
    return Measure(plan, tokens / max(octets, 1), sum(around) / len(around), most)


def sketch_forecast(sketch: Sketch, by: Measure, deps: Dependencies, snapshot: Snapshot) -> Forecast | Refusal:
    """The forecast of a sketched file by the same decision as a plan's, at sizes that are estimated."""
    question, route = by.plan.question, by.plan.configured
    if question.request.replace and sketch.documented and route.first.models == (OFFLINE,):
        return NOTHING_REWRITTEN
    size = round(sketch.octets * by.per_octet)
    counted = max(size + round(by.around), 1)
    likely = likely_output(question.spec, size, sketch.symbols)
    # No messages: what a provider's cache holds of the sample's says nothing of this file's.
    prompt = replace(question.prompt, messages=(), input_tokens=counted)
    document = Document("", None, sketch.language, _EMPTY)
    request = replace(question.request, document=document)
    case = Situation(
        replace(question, prompt=prompt, request=request, masks=()),
        route,
        counted,
        likely,
        by.plan.baseline,
        deps.clock(),
    )
    decision = decided(case, snapshot, deps)
    if snapshot.settings.budget.per_action is not None:
        return decision.forecast
    longest = likely_output(question.spec, sketch.octets, sketch.symbols)
    return _always_asked(decision, sketch.octets + by.most_around, longest / max(likely, 1))


def _always_asked(decision: Decision, counted: int, longer: float) -> Forecast:
    """The forecast with a bound that pays for a first answer whatever the tokens of the file turn out to be.

    ``counted``: the most input tokens that there can be; ``longer``: how many times the likely answer its is then.
    """
    forecast = decision.forecast
    if forecast.most is None:
        return forecast
    bound = forecast.most
    for model in decision.route.first.models:
        quoted = decision.quotes[model]
        first = quoted.terms.most(counted, ceil(quoted.estimate.output_tokens.high * longer) + 1)
        bound = max(bound, first or bound)
    return replace(forecast, most=bound)
