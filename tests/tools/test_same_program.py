"""The same program by the language's own tools: real projects before and after all of their files are documented.

Same verdict, and the same bytes where a tool emits them with comments and line numbers off.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pipeline.test_pipeline import home
from tests.tools import judges
from tests.tools.judges import Judgement
from tests.tools.project_documenting import document_in_place
from tests.tools.sources import copied, debian_files, debian_source, npm_package, ruby_library

__all__ = ["home"]

GOPATH = "usr/share/gocode/src/github.com"
CARGO = "usr/share/cargo/registry"


@dataclass(frozen=True)
class Project:
    """A real project, what documents it, and what judges it."""

    language: str
    source: Callable[[], Path]
    pattern: str
    judge: Callable[[Path, Path], Judgement]
    emits: bool
    most: int = 40
    """Files that are documented."""
    extra: tuple[tuple[str, str], ...] = ()
    """Files that the tool needs beside the project's own."""


PROJECTS = {
    "tsc": Project(
        "typescript", lambda: npm_package("rxjs", "7.8.1"), "src/internal/*/*.ts", judges.tsc, True, most=30
    ),
    "esbuild": Project(
        "javascript", lambda: npm_package("rxjs", "7.8.1") / "dist" / "esm", "**/*.js", judges.esbuild, True
    ),
    "go-uuid": Project(
        *("go", lambda: debian_files("golang-github-google-uuid-dev", f"{GOPATH}/google/uuid"), "*.go", judges.go_vet),
        emits=False,
        extra=(("go.mod", "module github.com/google/uuid\n"),),
    ),
    "go-humanize": Project(
        *("go", lambda: debian_files("golang-github-dustin-go-humanize-dev", f"{GOPATH}/dustin/go-humanize")),
        *("*.go", judges.go_vet),
        emits=False,
        extra=(("go.mod", "module github.com/dustin/go-humanize\n"),),
    ),
    "cargo": Project(
        *("rust", lambda: debian_files("librust-heck-dev", f"{CARGO}/heck-*"), "src/**/*.rs", judges.cargo_check),
        emits=False,
        extra=(("Cargo.toml", '[package]\nname = "heck"\nversion = "0.4.0"\nedition = "2018"\n'),),
    ),
    "javac": Project(
        *("java", lambda: debian_source("libcommons-csv-java", "src/main/java"), "**/*.java", judges.javac),
        emits=True,
    ),
    "ruby": Project("ruby", lambda: ruby_library("optparse"), "*.rb", judges.ruby_c, emits=True),
    "gcc": Project("c", lambda: debian_files("libstb-dev", "usr/include/stb"), "*.h", judges.gcc, True, most=8),
}


@pytest.mark.parametrize("name", PROJECTS)
async def test_a_documented_project_is_the_same_program_to_the_tools_of_its_language(name: str, home: Path) -> None:
    project = PROJECTS[name]
    folder, out = copied(project.source(), home / "real"), home / "out"
    for path, text in project.extra:
        (folder / path).write_text(text, "utf-8")
    out.mkdir()
    before = project.judge(folder, out)
    assert bool(before.made) is project.emits
    assert project.emits or before.code == 0, before.told
    files = sorted(folder.glob(project.pattern))[: project.most]
    assert await document_in_place(files, project.language, home, replace=True) > 3
    shutil.rmtree(out)
    out.mkdir()
    after = project.judge(folder, out)
    assert after.code == before.code
    assert after.told == before.told
    assert after.made == before.made
