"""The Measures port of one workspace: hides what no setting names, and adds up for all of the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from routerd.domain.attempt import Attempt
from routerd.domain.measures import Numbers, measured
from routerd.domain.model import ModelRef
from routerd.domain.verdict import RefusalCode


class Measuring:
    """``known``: whether a model's name is one of the settings or of the price list, and no client's own words."""

    def __init__(self, numbers: Sequence[Numbers], known: Callable[[ModelRef], bool]) -> None:
        self._numbers, self._known = tuple(numbers), known

    def called(self, attempt: Attempt, action: str) -> None:
        """As the port says."""
        call = measured(attempt, action, known=self._known(attempt.model))
        if call is not None:
            for one in self._numbers:
                one.called(call)

    def refused(self, code: RefusalCode) -> None:
        """As the port says."""
        for one in self._numbers:
            one.refused(code)
