"""Test: new tests for the target, in the project's framework and where the project keeps its tests."""

from decimal import Decimal

from routerd.domain.action import ActionSpec, ContextBudget, ContextKind, Contract, OutputPrior, Scope
from routerd.domain.stakes import Penalty
from routerd.domain.tier import Tier

SPEC = ActionSpec(
    name="test",
    order=2,
    title="Generate tests for {target}",
    command="Generate Tests",
    help="Generate tests, in the test file that belongs to the source.",
    demand="parse, assert something, name what it tests, go where your project keeps its tests, and overwrite nothing",
    kind="refactor.rewrite.routerd.test",
    tier=Tier.UTILITY,
    contract=Contract.TESTS,
    # A test that holds nothing gives false trust; one that is run, and that a mutant of its target fails, seldom does.
    penalty=Penalty(per_thousand=Decimal("0.10"), noticed=0.6, noticed_when_run=0.95),
    scopes=(Scope.SYMBOL, Scope.SELECTION, Scope.FILE),
    code_only=True,
    context_budget=ContextBudget(
        (ContextKind.IMPORTS, ContextKind.CONTAINER, ContextKind.CALLEES, ContextKind.TESTS), tokens=800
    ),
    # Tests run to about one and a half times the code under test.
    output=OutputPrior(base=150, per_target_token=1.4, spread=2.0),
    system="""\
You write tests. A program adds them to the project, so reply with one fenced code block and nothing else.

Rules:
- The block holds everything the tests need: imports, then tests. Leave out tests that already exist.
- Import the code under test by the module name given below; never copy it into the tests.
- Each test has a name that says what must hold, and asserts it. Cover the ordinary case, the edges, and each error raised.
- Use no network, no clock, no sleep, and no file outside a temporary folder.
- Test behaviour that the code shows; do not invent behaviour that it does not have.
""",
    task="Write {framework} tests in {language} for: {symbols}\nFile: {path}\nImport as: {module}\nTest file: {test_path}",
    offline=True,
)
