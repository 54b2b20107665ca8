"""What the pipeline needs of the outside, each by its Protocol."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from routerd.domain import ports
from routerd.domain.answer_ports import ReplyCache
from routerd.domain.measures import Measures


@dataclass(frozen=True, slots=True)
class Dependencies:
    """Everything outside the pipeline, by its Protocol."""

    counter: ports.Counter
    secrets: ports.Secrets
    grammar: ports.Grammar
    catalogue: ports.Catalogue
    classifier: ports.Classifier
    recent: ports.RecentTurns
    engine: ports.Engine
    workspace: ports.Workspace
    ledger: ports.Ledger
    cache: ReplyCache
    runner: ports.Runner
    worker: ports.Worker
    clock: Callable[[], datetime]
    measures: Measures
