"""Three real projects, killed at ten points and resumed: the code stays, the counts agree, nothing is asked twice."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.real.whole_projects import PROJECTS, RealProject, Way, documented


@pytest.mark.editor
@pytest.mark.timeout(280)
@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
@pytest.mark.parametrize(
    ("project", "way", "kills"),
    [(PROJECTS[0], Way.RUN, 4), (PROJECTS[1], Way.CHAT, 3), (PROJECTS[2], Way.MESSAGES, 3)],
    ids=lambda value: getattr(value, "name", str(value)),
)
def test_a_real_project_is_documented_whole(tmp_path: Path, project: RealProject, way: Way, kills: int) -> None:
    whole = documented(project, tmp_path, way, most=16, kills=kills)
    assert whole.right, whole
    assert whole.states.get("applied", 0) == whole.reported[0]
    assert whole.kills > 0
