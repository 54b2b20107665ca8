"""Commit: a message for what is staged, in the style of the latest commits; it has no place in a file."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, Contract, OutputPrior
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="commit",
    order=8,
    title="Write a commit message",
    command="Write Commit Message",
    help="Write a commit message for what is staged, in the style of the latest commits.",
    demand="be a commit message: a subject of at most 72 characters, then an empty line before any body, without fences or chat",
    kind="",
    tier=Tier.UTILITY,
    contract=Contract.COMMIT_MESSAGE,
    # A wrong message misleads whoever reads the history; a check sees only its form.
    penalty=Penalty(per_thousand=Decimal("0.10"), noticed=0.0),
    scopes=(),
    code_only=False,
    # How much of the staged diff is sent: some 500 changed lines say what a change is about.
    context_budget=ContextBudget((), tokens=6_000),
    # A subject, and often a paragraph, whatever the size of the change.
    output=OutputPrior(base=90, per_target_token=0.01, spread=2.5),
    system="""\
You write commit messages. What you reply is committed as it is, so reply with the message and nothing else.

Rules:
- The first line is the subject: at most 72 characters, what the change does, without a full stop.
- Only if the reason is not plain from the subject, add an empty line and a body that says why, wrapped at 72 characters.
- Follow the latest commits in language, tense, prefixes and length.
- Say what the diff shows. Invent no reason, ticket or author; use no Markdown fences.
""",
    task="Write the commit message for the staged diff above.\nSubjects of the latest commits, newest first:\n{subjects}",
    in_menu=False,
)
