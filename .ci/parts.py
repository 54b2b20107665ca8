"""Runs the parts of the tests after each other, and ends with one line that counts all of them.

`python .ci/parts.py NAME COMMAND [NAME COMMAND …]`: each command ends with pytest's closing line. Fails where a part
fails, and where one ran no test.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

COUNTED = ("passed", "failed", "skipped")
_CLOSING = re.compile(r"^=*\s*(?P<counts>\d+ \w+(?:, \d+ \w+)*) in [\d.]+s(?: \([\d:]+\))?\s*=*$")


@dataclass
class Part:
    """What one part came to."""

    name: str
    minutes: float = 0.0
    code: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    skips: list[str] = field(default_factory=list)

    @property
    def fault(self) -> str:
        """Why the part counts as failed; empty where it does not."""
        if self.code:
            return f"exit code {self.code}"
        return "" if self.counts["passed"] else "no test passed"


def counts(line: str) -> Counter[str]:
    """What pytest's closing line counts, errors as failures; nothing for any other line."""
    found = _CLOSING.match(line.strip())
    total: Counter[str] = Counter()
    for number, word in re.findall(r"(\d+) (\w+)", found["counts"] if found else ""):
        total["failed" if word in {"error", "errors"} else word] += int(number)
    return total


def run(name: str, command: str) -> Part:
    """Run one part in bash and print what it prints."""
    part, start = Part(name), time.monotonic()
    print(f"== {name}: {command}", flush=True)
    with subprocess.Popen(["bash", "-euo", "pipefail", "-c", command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            print(line, end="", flush=True)
            part.counts = counts(line) or part.counts
            if line.startswith("SKIPPED "):
                part.skips.append(line.strip())
    part.code = process.returncode
    part.minutes = (time.monotonic() - start) / 60
    return part


def summary(parts: list[Part]) -> list[str]:
    """Minutes and counts by part, every skip with its reason, and the closing line of all."""
    lines = ["== minutes by part"]
    for part in parts:
        told = ", ".join(f"{part.counts[word]} {word}" for word in COUNTED)
        lines.append(f"{part.minutes:6.1f}  {part.name}: {told}" + (f": FAILED, {part.fault}" if part.fault else ""))
    lines.append("== skipped")
    lines += [f"{part.name}: {skip}" for part in parts for skip in part.skips]
    lines.append(", ".join(f"{sum(part.counts[word] for part in parts)} {word}" for word in COUNTED))
    return lines


def main(words: list[str]) -> int:
    """Run all parts, also after one that failed; the exit code."""
    parts = [run(name, command) for name, command in zip(words[::2], words[1::2], strict=True)]
    print("\n".join(summary(parts)), flush=True)
    return 1 if any(part.fault for part in parts) or not parts else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
