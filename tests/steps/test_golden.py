"""Every golden case comes out as it is written; ``python -m tests.golden.bless`` writes them anew."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.golden.case import Case, cases, outcome

_CASES = cases()
_FAMILIES = {"javascript": "node", "typescript": "node", "typescriptreact": "node"}


@pytest.mark.parametrize("case", _CASES, ids=lambda case: case.name)
def test_a_golden_case_comes_out_as_it_is_written(case: Case) -> None:
    assert outcome(case) == case.wanted


def test_each_language_has_the_cases_that_were_promised_and_bad_replies_among_them() -> None:
    counts = Counter(_FAMILIES.get(case.language, case.language) for case in _CASES)
    bad = Counter(_FAMILIES.get(case.language, case.language) for case in _CASES if "--- reason" in case.wanted)
    for language in ("python", "node", "go", "rust", "java"):
        assert counts[language] >= 20, language
        assert bad[language] >= 5, language
    for language in ("c", "cpp", "ruby", "csharp"):
        assert counts[language] >= 8, language
        assert bad[language] >= 2, language
