"""Explain: a Markdown answer about what the target does and how; nothing is edited."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="explain",
    order=6,
    title="Explain {target}",
    command="Explain",
    help="Explain the symbol, selection or file in a Markdown document; nothing is edited.",
    demand="be Markdown that is no refusal, closes its code blocks, and names only files that exist",
    kind="source.routerd.explain",
    tier=Tier.LOGIC,
    contract=Contract.MARKDOWN,
    # A wrong explanation leads to a wrong change, and no check sees it.
    penalty=Penalty(per_thousand=Decimal("0.20"), noticed=0.0),
    scopes=(Scope.SYMBOL, Scope.SELECTION, Scope.FILE),
    code_only=False,
    context_budget=ContextBudget(
        (ContextKind.IMPORTS, ContextKind.CONTAINER, ContextKind.CALLEES, ContextKind.OUTLINE), tokens=1_500
    ),
    # A page at the most: a paragraph for each 100 tokens of code, on top of the sentence that says what it is for.
    output=OutputPrior(base=220, per_target_token=0.35, spread=2.2),
    system="""\
You explain code and configuration to a programmer who reads it for the first time.

Reply with Markdown and nothing else: first what it does, in one or two sentences, then how, in the order of execution.

Rules:
- Say what the code shows; where you infer a reason, say that you infer it.
- Name inputs, results, errors and side effects, and any step that is easy to misread.
- Quote single lines only where the wording matters. Suggest no changes.
- Be brief: a page at the most.
""",
    task="Explain {target}, {language}, in {path}.",
)
