"""What `routerd estimate --explain` shows: each part of the prompt with its tokens, and why it is sent."""

from __future__ import annotations

from routerd.domain.forecast import PricedCandidate
from routerd.domain.hidden import shown
from routerd.domain.money import dollars
from routerd.frontends.arithmetic import arithmetic_lines
from routerd.frontends.shapes import masked_secrets
from routerd.pipeline.plan import Plan


def parts(plan: Plan) -> list[dict[str, object]]:
    """The prompt's parts in the order in which they are sent; their tokens add up to the prompt's."""
    question = plan.question
    prompt, context = question.prompt, question.context
    target = question.target.label.replace("`", "")
    rest = prompt.input_tokens - prompt.stable_tokens - sum(snippet.tokens for snippet in context)
    return [
        _part("system", "", prompt.stable_tokens, "role and reply format, the same each time, so that it is cached"),
        *(_part(str(s.kind), s.path, s.tokens, s.reason) for s in context),
        _part("target", question.conventions.path, rest, f"{target} itself, the task, and the frames around each part"),
    ]


def _part(kind: str, path: str, tokens: int, reason: str) -> dict[str, object]:
    return {"kind": kind, "path": path or None, "tokens": tokens, "reason": reason}


def lines(name: str, plan: Plan, gaps: str | None = None) -> list[str]:
    """The same for a person, with the route, the total and what of the project is unknown."""
    instructions = plan.question.prompt.instructions.splitlines()
    quoted = [
        "  Instructions of the configuration, in the system message:",
        *(f"  │ {shown(one)}" for one in instructions),
    ]
    rows = [f"  {part['tokens']:>6,}  {part['path'] or part['kind']}: {part['reason']}" for part in parts(plan)]
    total = f"  {plan.question.prompt.input_tokens:>6,}  in all, by the local tokenizer"
    candidates = [_candidate(candidate) for candidate in plan.forecast.candidates]
    return [
        f"\n{name}: {plan.route.reason}",
        *rows,
        total,
        *((f"          {gaps}",) if gaps else ()),
        *(quoted if instructions else ()),
        *masked_secrets((plan.forecast,)),
        *candidates,
        *arithmetic_lines(plan.forecast.choice),
    ]


def _candidate(candidate: PricedCandidate) -> str:
    accepted = "" if candidate.accepted is None else f", {candidate.accepted:.0%} of its answers are accepted"
    skipped = f"; passed over: {candidate.skipped}" if candidate.skipped else ""
    return f"  {candidate.tier} → {candidate.model}: {dollars(candidate.cost)} an answer{accepted}{skipped}"
