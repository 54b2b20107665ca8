"""The project's own ruff configuration: what it selects is found, what it ignores is not, and nothing else is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from routerd.adapters.lint import RuffLinter, ruff_settings
from routerd.adapters.workspace.allowed import refusal
from routerd.domain.document import Document
from routerd.domain.text import Text

SOURCE = "import os\n\n\ndef f(x=[]):\n    x.append(1)\n    assert x\n    l = 1\n    return missing\n"
DEFECTS = {"B006", "F821", "F841"}
"""What is found of it without a configuration."""
OWN = {"E741", "F401"}
"""What ruff's own selection adds."""


def rules(root: Path, name: str = "a.py", source: str = SOURCE) -> set[str]:
    """The rules of the findings about a file of a project."""
    settings = ruff_settings((root / name).as_uri(), root.as_uri(), refusal)
    document = Document((root / name).as_uri(), 1, "python", Text(source))
    return {str(found.rule) for found in RuffLinter(lambda _uri: settings).lint(document)}


def written(root: Path, **files: str) -> None:
    for name, content in files.items():
        path = root / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")


@pytest.mark.parametrize(
    ("file", "content", "found"),
    [
        ("ruff_toml", "", DEFECTS | OWN),  # ruff's own selection
        ("ruff_toml", 'lint.select = ["E9"]', DEFECTS),
        ("ruff_toml", 'lint.select = ["S101"]', DEFECTS | {"S101"}),
        ("ruff_toml", 'select = ["E741"]', DEFECTS | {"E741"}),
        ("ruff_toml", 'lint.ignore = ["F", "E7"]', {"B006"}),
        ("ruff_toml", 'lint.ignore = ["F401", "E741"]', DEFECTS),
        ("ruff_toml", 'lint.extend-ignore = ["B006", "E741"]', DEFECTS - {"B006"} | {"F401"}),
        ("ruff_toml", 'lint.extend-select = ["S101"]', DEFECTS | OWN | {"S101"}),
        ("ruff_toml", 'builtins = ["missing"]', DEFECTS - {"F821"} | OWN),
        ("ruff_toml", 'line-length = 12\nlint.select = ["E501"]', DEFECTS | {"E501"}),
        ("ruff_toml", 'lint.per-file-ignores."a.py" = ["F", "E"]', {"B006"}),
        ("ruff_toml", 'lint.per-file-ignores."b.py" = ["F", "E"]', DEFECTS | OWN),
        ("pyproject_toml", '[tool.ruff.lint]\nselect = ["S101"]', DEFECTS | {"S101"}),
        ("pyproject_toml", "[project]\nname = 'a'", DEFECTS),
        ("_ruff_toml", 'lint.select = ["S101"]', DEFECTS | {"S101"}),
        ("ruff_toml", "not toml", DEFECTS),
        ("ruff_toml", 'lint.select = "F"', DEFECTS),
        ("ruff_toml", 'lint.select = ["NOSUCH1"]', DEFECTS),
        ("ruff_toml", 'lint.nosuch = 1\nlint.select = ["S101"]', DEFECTS),
    ],
)
def test_what_the_project_selects_and_ignores_counts(tmp_path: Path, file: str, content: str, found: set[str]) -> None:
    written(tmp_path, **{file: content})
    assert rules(tmp_path) == found


def test_the_nearest_file_counts_and_within_a_folder_the_one_that_ruff_prefers(tmp_path: Path) -> None:
    written(tmp_path, ruff_toml='lint.select = ["E741"]', pkg__pyproject_toml="[project]\nname = 'a'")
    assert rules(tmp_path, "pkg/a.py") == DEFECTS | {"E741"}
    written(tmp_path, pkg__ruff_toml='lint.select = ["S101"]')
    assert rules(tmp_path, "pkg/a.py") == DEFECTS | {"S101"}
    written(tmp_path, pkg___ruff_toml='lint.select = ["E9"]')
    assert rules(tmp_path, "pkg/a.py") == DEFECTS


def test_a_pattern_of_files_is_relative_to_the_file_that_has_it(tmp_path: Path) -> None:
    written(tmp_path, pkg__ruff_toml='lint.select = ["E9"]\nlint.per-file-ignores."sub/*.py" = ["F"]')
    assert rules(tmp_path, "pkg/sub/a.py") == {"B006"}
    assert rules(tmp_path, "pkg/other/a.py") == DEFECTS


def test_what_is_extended_counts_below_what_extends_it_and_only_inside_of_the_workspace(tmp_path: Path) -> None:
    root = tmp_path / "project"
    written(root, base_toml='lint.select = ["S101"]\nlint.ignore = ["F401"]')
    written(root, pkg__ruff_toml='extend = "../base.toml"\nlint.ignore = ["F841"]')
    assert rules(root, "pkg/a.py") == DEFECTS - {"F841"} | {"S101"}
    written(root, pkg__ruff_toml='extend = "../base.toml"\nlint.select = ["E9"]')
    assert rules(root, "pkg/a.py") == DEFECTS
    written(tmp_path, outside_toml='lint.select = ["S101"]')
    written(root, pkg__ruff_toml='extend = "../../outside.toml"\nlint.select = ["E9"]')
    assert rules(root, "pkg/a.py") == DEFECTS
    written(root, pkg__ruff_toml='extend = "ruff.toml"\nlint.select = ["E9"]')
    assert rules(root, "pkg/a.py") == DEFECTS, "a loop ends"


def test_a_file_above_the_workspace_and_a_link_out_of_it_are_not_read(tmp_path: Path) -> None:
    root = tmp_path / "project"
    written(tmp_path, ruff_toml='lint.select = ["S101"]')
    root.mkdir()
    assert rules(root) == DEFECTS
    (root / "ruff.toml").symlink_to(tmp_path / "ruff.toml")
    assert rules(root) == DEFECTS


def test_preview_rules_stay_off_and_the_options_of_a_rule_are_kept(tmp_path: Path) -> None:
    written(tmp_path, ruff_toml='preview = true\nlint.preview = true\nlint.select = ["PLW0101", "E9"]')
    assert rules(tmp_path, source="def f():\n    return 1\n    x = 2\n") == {"F841"}
    branches = "def f(x):\n" + "".join(f"    if x == {n}:\n        return {n}\n" for n in range(12)) + "    return x\n"
    written(tmp_path, ruff_toml='lint.select = ["C901"]')
    assert rules(tmp_path, source=branches) == {"C901"}
    written(tmp_path, ruff_toml='lint.select = ["C901"]\nlint.mccabe.max-complexity = 20')
    assert rules(tmp_path, source=branches) == set()


def test_the_oldest_python_of_the_project_counts(tmp_path: Path) -> None:
    code = "from typing import Optional\n\n\ndef f(x: Optional[int]):\n    return x\n"
    for oldest, found in (("3.9", set()), ("3.10", {"UP045"})):
        written(
            tmp_path, pyproject_toml=f'[project]\nrequires-python = ">={oldest}"\n[tool.ruff.lint]\nselect = ["UP"]'
        )
        assert rules(tmp_path, source=code) == found
