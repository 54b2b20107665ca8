"""Makes the picture of the report in the extension's README: the real page over the sample ledger of forty days.

`python -m tests.e2e.vscode.report_picture` writes editors/vscode/media/report.png; it needs Chromium.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from tests.money.test_report import browse, forty_days

PICTURE = Path(__file__).parents[3] / "editors" / "vscode" / "media" / "report.png"
# The head with its four numbers and the first two charts, in the light scheme.
VIEW = ("--window-size=960,685", "--blink-settings=preferredColorScheme=1")


def main() -> int:
    """Write the picture; what the page's console said is shown, and is a failure."""
    with tempfile.TemporaryDirectory() as folder:
        _, console = browse(Path(folder), forty_days(), *VIEW, f"--screenshot={PICTURE}")
    if console:
        print(console, file=sys.stderr)
    return 1 if console else 0


if __name__ == "__main__":
    raise SystemExit(main())
