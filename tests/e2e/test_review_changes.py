"""`routerd.reviewChanges`: the working tree reviewed as one job, with findings over all changed files."""

from __future__ import annotations

import subprocess
from pathlib import Path

from tests.e2e.raw_editor import RawEditor

FAULTY = "def {name}(into=[]):\n    return into\n"
PUBLISH = "textDocument/publishDiagnostics"


def git(root: Path, *words: str) -> None:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    subprocess.run(["git", *who, *words], cwd=root, check=True, capture_output=True)


async def test_findings_of_all_changed_files_are_published_and_those_of_mended_ones_go(
    env: dict[str, str], tmp_path: Path
) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    for name in ("a", "b", "same"):
        (root / f"{name}.py").write_text(f"def {name}():\n    return 1\n")
    git(root, "init", "-q", "-b", "main")
    git(root, "add", "-A")
    git(root, "commit", "-qm", "as it was")
    for name in ("a", "b"):
        (root / f"{name}.py").write_text(FAULTY.format(name=name))
    async with RawEditor(env, root) as editor:
        uri = editor.open(root / "a.py")

        async def reviewed() -> tuple[str, dict[str, int]]:
            editor.told.clear()
            arguments = [{"uri": uri}]
            params = {"command": "routerd.reviewChanges", "arguments": arguments}
            assert "job" in await editor.request("workspace/executeCommand", params)
            told = await editor.until("window/showMessage")
            found = [one for method, one in editor.told if method == PUBLISH]
            return told["message"], {one["uri"].rpartition("/")[2]: len(one["diagnostics"]) for one in found}

        message, found = await reviewed()
        assert message.startswith("routerd: 2 findings in 2 changed files; built-in checks only")
        assert found == {"a.py": 1, "b.py": 1}
        git(root, "checkout", "--", "b.py")
        message, found = await reviewed()
        assert message.startswith("routerd: 1 finding in 1 changed file")
        assert found == {"a.py": 1, "b.py": 0}
