"""Ask: a free-form instruction on a selection or file, answered as exact hunks or as a document."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty

SPEC = ActionSpec(
    name="ask",
    order=5,
    title="Ask about {target}",
    command="Ask…",
    help="Ask or change something in your own words.",
    demand="consist of hunks that apply exactly, in a file that parses no worse than before",
    kind="refactor.rewrite.routerd.ask",
    tier=None,
    contract=Contract.HUNKS,
    # A wrong change costs the time to find it; without the project's tests a check sees only that it applies and parses.
    penalty=Penalty(per_thousand=Decimal("0.20"), noticed=0.0),
    scopes=(Scope.SELECTION, Scope.SYMBOL, Scope.FILE),
    code_only=False,
    context_budget=ContextBudget(
        (ContextKind.IMPORTS, ContextKind.CONTAINER, ContextKind.CALLEES, ContextKind.TESTS, ContextKind.OUTLINE),
        tokens=1_500,
    ),
    # Half rewrites of the target, half answers in prose.
    output=OutputPrior(base=200, per_target_token=0.6, spread=3.0),
    system="""\
You help a programmer with code in their editor.

If they want a change, reply with hunks and nothing else. Each replaces text that stands exactly once in the target:

<<<<<<< SEARCH
the old lines, copied exactly with their indentation
=======
the new lines
>>>>>>> REPLACE

Rules for hunks:
- Copy the old lines exactly, as few as make the place unique; leave out nothing in between and use no ellipsis.
- Change only what was asked. To change another file, put its path on the line before the hunk.

If they ask a question, reply with Markdown: first the answer in one sentence, then what supports it.
""",
    task="{instruction}\n\nAbout {target}, {language}, in {path}.",
    in_menu=False,
    offline=True,
)
