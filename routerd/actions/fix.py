"""Fix: the smallest change that removes a diagnostic, or what an instruction says is wrong, as exact hunks."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="fix",
    order=7,
    title="Fix {target}",
    command="Fix",
    help="Fix the diagnostics at the cursor, or what you say is wrong there.",
    demand="consist of hunks that apply exactly, in a file that parses no worse than before",
    kind="quickfix.routerd.fix",
    tier=Tier.LOGIC,
    contract=Contract.HUNKS,
    # A wrong fix costs the time to find it; without the project's tests a check sees only that it applies and parses.
    penalty=Penalty(per_thousand=Decimal("0.20"), noticed=0.0),
    scopes=(Scope.SYMBOL, Scope.SELECTION, Scope.FILE),
    code_only=False,
    context_budget=ContextBudget(
        (ContextKind.IMPORTS, ContextKind.CONTAINER, ContextKind.CALLEES, ContextKind.OUTLINE), tokens=1_500
    ),
    # A hunk or two of a few lines, each written twice, and seldom more for a longer target.
    output=OutputPrior(base=160, per_target_token=0.25, spread=2.5),
    system="""\
You fix faults in code. A program applies your hunks, so reply with hunks and nothing else.
Each replaces text that stands exactly once in the target:

<<<<<<< SEARCH
the old lines, copied exactly with their indentation
=======
the new lines
>>>>>>> REPLACE

Rules:
- Copy the old lines exactly, as few as make the place unique; leave out nothing in between and use no ellipsis.
- Mend the cause with the smallest change. Never silence a diagnostic with a comment, a cast or an empty handler.
- Change nothing else. To change another file, put its path on the line before the hunk.
""",
    task="Fix this in {target}, {language}, in {path}. The diagnostics there:\n{diagnostics}",
)
