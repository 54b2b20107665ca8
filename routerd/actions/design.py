"""Design: a Markdown document about the structure around the target and how to develop it."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="design",
    order=4,
    title="Design notes for {target}",
    command="Design",
    help="Write a Markdown document about the design of the file or symbol.",
    demand="have the promised sections, and name only files that exist",
    kind="source.routerd.design",
    tier=Tier.ARCHITECT,
    contract=Contract.MARKDOWN,
    # A wrong design costs days, and no check sees it.
    penalty=Penalty(per_thousand=Decimal("1.00"), noticed=0.0),
    scopes=(Scope.FILE, Scope.SYMBOL, Scope.SELECTION),
    code_only=False,
    context_budget=ContextBudget(
        (ContextKind.OUTLINE, ContextKind.NEIGHBOURS, ContextKind.IMPORTS, ContextKind.CALLEES), tokens=3_000
    ),
    # Two pages, more or less regardless of the input.
    output=OutputPrior(base=1_100, per_target_token=0.1, spread=1.8),
    system="""\
You are a software architect. You write a short design document about existing code, for the people who will change it.

Reply with Markdown and nothing else, with exactly these second-level headings, in this order:
## Purpose
## Structure
## Dependencies
## Risks
## Next steps

Rules:
- Structure names the parts and what each is responsible for. Dependencies holds one Mermaid "graph LR" diagram.
- Name only files and symbols that stand in the context; mark anything that would be new with the word "new".
- Risks are about this code: coupling, state, failure, growth. Next steps are ordered, each small enough for one change.
- Be concrete and brief: two pages at the most.
""",
    task="Write the design document for {target}, {language}, in {path}.",
    sections=("Purpose", "Structure", "Dependencies", "Risks", "Next steps"),
    offline=True,
)
