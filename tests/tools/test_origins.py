"""VS Code's side of trust: settings are parted by who set them, in the extension's own code."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

from tests.tools.judges import ESBUILD
from tests.tools.sources import npm_tools

SOURCE = Path(__file__).parents[2] / "editors" / "vscode" / "src" / "origins.ts"
SAID = {
    "budget": {
        "globalValue": {"daily": 1},
        "workspaceValue": {"daily": 9, "monthly": 2},
        "workspaceFolderValue": {"daily": 3},
    },
    "tiers": {"globalValue": {"logic": "a/b"}, "workspaceFolderValue": {"logic": ["c/d"]}},
    "code_lens": {"workspaceValue": False},
    "offers": {"globalValue": None, "workspaceValue": None},
    "cache": None,
}


def test_each_setting_stands_where_it_was_set(tmp_path: Path) -> None:
    module = tmp_path / "origins.mjs"
    bundle = [str(npm_tools(ESBUILD) / "esbuild"), str(SOURCE), "--format=esm", f"--outfile={module}"]
    subprocess.run(bundle, check=True, capture_output=True)
    code = (
        f'import {{ byOrigin }} from "{module.as_uri()}";'
        f"const said = {json.dumps(SAID)};"
        "console.log(JSON.stringify(byOrigin(Object.keys(said), (name) => said[name] ?? undefined)));"
    )
    ran = subprocess.run(["node", "--input-type=module", "-e", code], check=True, capture_output=True, text=True)
    assert json.loads(ran.stdout) == {
        "user": {"budget": {"daily": 1}, "tiers": {"logic": "a/b"}},
        "workspace": {"budget": {"daily": 3, "monthly": 2}, "tiers": {"logic": ["c/d"]}, "code_lens": False},
    }
