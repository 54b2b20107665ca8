"""How near the input estimate is to what foreign tokenizers count, on day one and after fifty bills; prints JSON.

`python -m tests.bench.estimates`. The same prompts as the test, with the 90th percentile beside the median.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from pathlib import Path

from routerd.adapters.ledger.factors import prior_factor
from routerd.adapters.ledger.learning import BilledAttempt, learn
from routerd.app.workspace import App
from routerd.domain.model import ModelRef
from tests.money.foreign import Count, billed, deepseek, mistral, plans

SEEN, ASKED = 50, 100


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory() as home:
        for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "APPDATA"):
            os.environ[name] = home
        app = App.open(root=Path(home))
        planned = list(plans(app, SEEN + ASKED))
        app.close()
    rows = []
    for model, count, framing in (
        (ModelRef("deepseek", "deepseek-chat"), deepseek(), 2),
        (ModelRef("mistral", "mistral-small"), mistral(), 3),
    ):
        rows.append({"model": str(model), **_errors(model, count, framing, planned)})
    print(json.dumps(rows, indent=2))


def _errors(model: ModelRef, count: Count, framing: int, planned: list) -> dict[str, object]:  # type: ignore[type-arg]  # of foreign.plans
    bills: list[BilledAttempt] = []
    day_one, later = [], []
    for n, (language, plan) in enumerate(planned):
        action, counted = plan.question.spec.name, plan.question.prompt.input_tokens
        bill = billed(plan, count, framing)
        day_one.append(abs(counted * prior_factor(model) - bill) / bill)
        if n >= SEEN:
            factor = learn(bills, action, language, prior_factor(model)).input_factor
            later.append(abs(counted * factor - bill) / bill)
        bills.insert(0, BilledAttempt(counted, bill, 100, 100, action, language))
    return {"day_one": _spread(day_one), "after_50": _spread(later)}


def _spread(errors: list[float]) -> dict[str, float]:
    return {
        "median_percent": round(100 * statistics.median(errors), 2),
        "p90_percent": round(100 * statistics.quantiles(errors, n=10)[8], 2),
    }


if __name__ == "__main__":
    main()
