"""The review's other reports against what defines them: Jenkins' schema of JUnit reports, and GitHub's own toolkit.

Neither is copied here: the schema comes out of pytest's sources, the toolkit from npm, into `ROUTERD_TEST_CACHE`.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import xmlschema

from tests.batch.project import Project, new_project
from tests.loopback import InThread, Upstream

PYTEST, TOOLKIT = "pytest==8.3.5", "@actions/core@1.11.1"
CACHE = Path(os.environ.get("ROUTERD_TEST_CACHE") or Path.home() / ".cache" / "routerd-tests")
ODD = "100% of:\r\n::error::forged, a ]]> <b> & \" ' \u0001 \ufffe ö"
NAMES = ("a,b:c %25.py", "plain.py", "ö ' & <x>.py")
TOLD = """
const core = require(process.argv[1]);
for (const one of JSON.parse(require("fs").readFileSync(0, "utf8"))) core[one.level](one.message, one.place);
"""

pytestmark = [pytest.mark.editor, pytest.mark.skipif(sys.platform == "win32", reason="the names are no names there")]


def run(*command: str, cwd: Path, given: str = "") -> str:
    done = subprocess.run(command, cwd=cwd, input=given, capture_output=True, encoding="utf-8", timeout=240, check=True)
    return done.stdout


@pytest.fixture(scope="module")
def schema(tmp_path_factory: pytest.TempPathFactory) -> xmlschema.XMLSchema:
    kept = CACHE / "junit-10.xsd"
    if not kept.exists():
        folder = tmp_path_factory.mktemp("pytest-sources")
        pip = (sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", PYTEST)
        run(*pip, cwd=folder)
        (archive,) = folder.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            (name,) = (one for one in packed.getnames() if one.endswith("/junit-10.xsd"))
            found = packed.extractfile(name)
            assert found is not None
            kept.parent.mkdir(parents=True, exist_ok=True)
            kept.write_bytes(found.read())
    return xmlschema.XMLSchema(str(kept))


@pytest.fixture(scope="module")
def toolkit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed")
    kept = CACHE / "actions-core-1.11.1"
    if not kept.exists():
        folder = tmp_path_factory.mktemp("toolkit")
        run("npm", "install", "--silent", "--ignore-scripts", "--prefix", str(folder), TOOLKIT, cwd=folder)
        kept.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(folder, kept)
    return kept / "node_modules" / "@actions" / "core"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    found = new_project(tmp_path)
    for name in NAMES:
        (found.root / name).write_text("def f():\n    return 1\n", "utf-8")
    (found.root / "gone.py").write_text("A = 1\n")
    found.commit()
    for name in NAMES:
        (found.root / name).write_text("def f(a):\n    return a is 3\n", "utf-8")
    (found.root / "gone.py").unlink()
    finding = {"quote": "    return a is 3", "line": 2, "severity": "error", "message": ODD, "fix": None}
    with InThread(Upstream(reply=lambda _: json.dumps({"findings": [finding]}))) as upstream:
        found.configure(upstream.base_url)
        yield found


def test_a_junit_report_keeps_the_schema_that_jenkins_holds_it_against(
    project: Project, schema: xmlschema.XMLSchema, tmp_path: Path
) -> None:
    for more in ((), ("--max-cost", "0.0000001", "--fresh")):
        done = project.run("review", "--format", "junit", "--yes", *more)
        assert done.stdout.count("<testcase") == len(NAMES) + 1, done.stderr
        report = tmp_path / "report.xml"
        report.write_text(done.stdout, "utf-8")
        assert [str(fault) for fault in schema.iter_errors(str(report))] == []
        report.write_text(done.stdout.replace(" tests=", " test="), "utf-8")
        assert len(list(schema.iter_errors(str(report)))) > 0, "the schema is the one that says so"


def test_annotations_are_what_githubs_toolkit_would_print(project: Project, toolkit: Path, tmp_path: Path) -> None:
    found = json.loads(project.run("review", "--yes", "--format", "json").stdout)["findings"]
    assert sorted({one["path"] for one in found}) == sorted(NAMES)
    said = project.run("review", "--yes", "--format", "github").stdout
    places = [
        {
            "level": "error",
            "message": one["message"],
            "place": {
                "title": f"routerd {one['code']}" if one.get("code") else "routerd",
                "file": one["path"],
                "startLine": one["range"]["start"]["line"] + 1,
                "endLine": one["range"]["end"]["line"] + 1,
                "startColumn": one["range"]["start"]["character"] + 1,
            },
        }
        for one in found
    ]
    told = run("node", "-e", TOLD, str(toolkit), cwd=tmp_path, given=json.dumps(places))

    def parts(line: str) -> tuple[str, frozenset[str], str]:
        _, head, message = line.split("::", 2)
        command, _, properties = head.partition(" ")
        return command, frozenset(properties.split(",")), message

    ours = [parts(line) for line in said.splitlines() if line.startswith("::error")]
    assert ours == [parts(line) for line in told.splitlines()]
