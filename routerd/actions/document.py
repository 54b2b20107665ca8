"""Document: docstrings or doc comments, in the words of a model and the syntax of routerd."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="document",
    order=1,
    title="Document {target}",
    command="Document",
    help="Document the symbol, selection or file.",
    demand="leave the code as it is: equal syntax trees without docstrings (Python), equal tokens without comments (elsewhere)",
    replace_title="Rewrite the documentation of {target}",
    kind="refactor.rewrite.routerd.document",
    tier=Tier.UTILITY,
    contract=Contract.DOCUMENTATION,
    # A wrong sentence misleads a reader until someone mends it; code cannot change, and words that are no prose about
    # their symbol are rejected.
    penalty=Penalty(per_thousand=Decimal("0.07"), noticed=0.7),
    scopes=(Scope.SYMBOL, Scope.SELECTION, Scope.FILE),
    code_only=True,
    context_budget=ContextBudget(
        (ContextKind.CONTAINER, ContextKind.IMPORTS, ContextKind.EXAMPLE, ContextKind.CALLEES), tokens=400
    ),
    # A docstring of a few lines for each 100 tokens of code: the median of this repository's own.
    output=OutputPrior(base=60, per_target_token=0.35, spread=2.2),
    system="""\
You write documentation for source code. A program inserts your words into the file, so you never repeat code.

Reply with one block for each symbol that you are asked about and nothing else:

<doc name="qualified.name">
The words of the documentation, without comment marks, quotes or indentation of their own.
</doc>

Rules:
- The first line is one sentence that says what the symbol does or is, in the imperative for functions.
- Then, where they add something: parameters, result, and the errors that the body raises, in the style named below.
- Say what the code shows. Do not guess at intent, history or callers, and do not restate types that are annotated.
- Be brief: most functions need one to six lines.
""",
    task="Write {style} documentation in {language} for: {symbols}\nFile: {path}",
    offline=True,
)
