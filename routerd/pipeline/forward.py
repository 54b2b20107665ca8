"""Forward: one request of another program, planned, admitted, reserved and booked by the rules of an action."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from routerd.domain.acceptance import Acceptance
from routerd.domain.action import OutputPrior
from routerd.domain.attempt import Attempt
from routerd.domain.forecast import Quote
from routerd.domain.forward_ports import Forwarder, Sink
from routerd.domain.forwarded import ForwardedRequest
from routerd.domain.input_tokens import InputTokens
from routerd.domain.model import ModelRef
from routerd.domain.origin import Origin
from routerd.domain.prompt import Prompt
from routerd.domain.quote import Candidate, Route, Tariff, TokenCalibration, TokenRange
from routerd.domain.settings import Quirks, Snapshot
from routerd.domain.verdict import Refusal
from routerd.pipeline.dependencies import Dependencies
from routerd.pipeline.receipt import Allowance, CallMeter, Receipt
from routerd.steps.admit import admitted
from routerd.steps.quote import quote, terms_of_request

MAX_COST = "the header x-routerd-max-cost"
LANGUAGE = ""
"""Of the ledger's rows: what passes through has none."""


@dataclass(frozen=True, slots=True)
class Call:
    """One request, with what was decided and counted for it."""

    job: str
    request: ForwardedRequest
    route: Route
    """Only its first candidate is asked: nothing here judges an answer, so nothing escalates."""
    input: InputTokens
    outputs: TokenRange
    """How long answers to this client were on this tier."""
    origin: Origin
    max_cost: Decimal | None = None
    """Dollars that this request may cost."""

    @property
    def counted(self) -> int:
        """Input tokens by the local tokenizer."""
        return self.input.total

    @property
    def name(self) -> str:
        """What the ledger calls it."""
        return self.request.endpoint.action

    @property
    def output(self) -> OutputPrior:
        """As ``steps.quote.Priced`` has it."""
        return OutputPrior(self.outputs.likely, 0.0, max(self.outputs.high / max(self.outputs.likely, 1), 1.0))


@dataclass(frozen=True, slots=True)
class CallPlan:
    """The models that may be asked, with their prices."""

    candidate: Candidate
    quotes: dict[ModelRef, Quote]
    baseline: Tariff | None


def plan_call(call: Call, snapshot: Snapshot, deps: Dependencies) -> CallPlan | Refusal:
    """Quote and admit; nothing is sent. A Refusal where no model of the candidate may be asked."""
    settings, candidate = snapshot.settings, call.route.first
    reference = settings.tiers.get(settings.routing.baseline, ())
    baseline = tariff_of(reference[0], call.name, deps) if reference else None
    quotes = {model: _quoted(call, candidate, model, baseline, snapshot, deps) for model in candidate.models}
    budget = replace(settings.budget, per_action=call.max_cost, per_action_by=MAX_COST)
    allowed, refusals = admitted(
        (candidate,), quotes, call.counted, budget, deps.ledger.limits(deps.clock(), call.origin)
    )
    if not allowed:
        return next(iter(refusals.values()))
    return CallPlan(allowed[0], quotes, baseline)


async def forward(
    call: Call, planned: CallPlan, snapshot: Snapshot, deps: Dependencies, forwarder: Forwarder, sink: Sink
) -> Attempt:
    """Send a planned request and pass the answer on; every billed attempt is booked, however it ends.

    Raises UpstreamError and OverBudget as ``forward_ports.Forwarder`` says.
    """
    if not call.request.endpoint.billed:
        return await forwarder.forward(
            call.request, Prompt((), call.counted, 0, 0), planned.candidate, Unbilled(), sink
        )
    receipt = _receipt(call, planned, snapshot, deps)
    meter = CallMeter(receipt, call.counted)
    limit = max(quoted.terms.max_output for quoted in planned.quotes.values())
    sizes = Prompt((), call.counted, 0, limit)
    try:
        attempt = await forwarder.forward(call.request, sizes, planned.candidate, meter, sink)
        meter.settle()
        receipt.book(attempt, call.counted, last=True)
    finally:
        meter.settle()
        deps.ledger.release(call.job)
    return attempt


def _receipt(call: Call, planned: CallPlan, snapshot: Snapshot, deps: Dependencies) -> Receipt:
    terms = {model: quoted.terms for model, quoted in planned.quotes.items()}
    budget = replace(snapshot.settings.budget, per_action=call.max_cost, per_action_by=MAX_COST)
    streamed = call.outputs.high if call.request.streamed else None
    return Receipt(
        call.job,
        LANGUAGE,
        deps.ledger,
        Unobserved(),
        deps.clock,
        planned.baseline,
        call.name,
        Allowance(call.job, deps.ledger, deps.clock, terms, budget, call.max_cost, call.origin, streamed, at_once=True),
        {model: quoted.estimate for model, quoted in planned.quotes.items()},
        call.outputs.likely,
        input=call.input,
        measures=deps.measures,
    )


def _quoted(
    call: Call, candidate: Candidate, model: ModelRef, baseline: Tariff | None, snapshot: Snapshot, deps: Dependencies
) -> Quote:
    settings, tariff = snapshot.settings, tariff_of(model, call.name, deps)
    sizes = Prompt((), call.counted, 0, call.request.max_output or 0)
    estimate = quote(call, Candidate(candidate.tier, (model,)), sizes, call.outputs.likely, tariff, baseline)
    own = settings.models.get(str(model)) or settings.models.get(model.model)
    provider = settings.providers.get(model.provider)
    terms = terms_of_request(
        estimate, tariff.token_calibration, own, provider.quirks if provider else Quirks(), _asked(call)
    )
    return Quote(estimate, terms, Acceptance())


def _asked(call: Call) -> int | None:
    return call.request.max_output if call.request.endpoint.generates else 0


def tariff_of(model: ModelRef, name: str, deps: Dependencies) -> Tariff:
    """The price, and how the provider counts; how long answers are says ``outputs``, by client."""
    learned = deps.ledger.token_calibration(model, name, LANGUAGE)
    calibration = TokenCalibration(learned.input_factor, reasoning=learned.reasoning, excess=learned.excess)
    return Tariff(model, deps.catalogue.price(model, deps.clock()), calibration)


class Unobserved:
    """An Observer that shows nothing: the client sees its answer arrive."""

    def stage(self, name: str, model: ModelRef | None = None) -> None:
        """As the port says."""

    def wrote(self, text: str) -> None:
        """As the port says."""

    def tokens(self, so_far: int, cost: Decimal | None) -> None:
        """As the port says."""


@dataclass(slots=True)
class Unbilled(Unobserved):
    """The ForwardMeter of what no provider bills."""

    attempts: list[Attempt] = field(default_factory=list)

    async def allow(self, model: ModelRef, counted: int) -> int | Refusal:
        """As the port says."""
        return 0

    def sending(self) -> None:
        """As the port says."""

    async def more(self, model: ModelRef, counted: int, generated: int) -> Refusal | None:
        """As the port says."""
        return None
