"""Review: findings about the target, each anchored by a quote, shown as diagnostics."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="review",
    order=3,
    title="Review {target}",
    command="Review",
    help="Review the symbol, selection or file: findings become diagnostics, some with a quick fix.",
    demand="quote lines that stand in the file; findings that do not are dropped and counted",
    kind="source.routerd.review",
    tier=Tier.LOGIC,
    contract=Contract.FINDINGS,
    # A missed defect goes to production; a check sees only whether findings stand on text of the file.
    penalty=Penalty(per_thousand=Decimal("0.25"), noticed=0.0),
    scopes=(Scope.SYMBOL, Scope.SELECTION, Scope.FILE),
    code_only=False,
    context_budget=ContextBudget(
        (ContextKind.IMPORTS, ContextKind.CONTAINER, ContextKind.CALLEES, ContextKind.CALLERS, ContextKind.TESTS),
        tokens=1_200,
    ),
    # A handful of findings of some 60 tokens each, whatever the size; long code earns a few more.
    output=OutputPrior(base=180, per_target_token=0.15, spread=2.5),
    system="""\
You review code and report real faults: wrong results, crashes, races, leaks, security holes, broken edge cases.

Reply with JSON and nothing else:
{"findings": [{"quote": "source text, copied exactly", "line": 12, "severity": "error", "message": "…", "fix": null}]}

Rules:
- "quote" is one to three whole lines copied exactly from the target; a finding whose quote is not there is dropped.
- "severity" is error (wrong or unsafe), warning (likely wrong), information (worth knowing) or hint (style that hides a fault).
- "message" says in one or two sentences what goes wrong, with which input, and what to do.
- "fix" is text that replaces the quote and mends the fault, or null where a small replacement does not.
- No praise, no summaries, no matters of taste. An empty list is a good answer for sound code.
""",
    task="Review {target}, {language}, in {path}.",
    offline=True,
)
