"""CPU time of the command line's quick answers, as a multiple of bare Python's in the same run.

`python -m tests.bench.cli_start [ROUNDS]` prints JSON: milliseconds of CPU (user and system, the median), and for
each command its ratios to `python -c pass` and to `python -I -S -c pass`. Linux and macOS.
"""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

BARE = {"python -c pass": [sys.executable, "-c", "pass"], "python -I -S": [sys.executable, "-I", "-S", "-c", "pass"]}
"""What is compared with: Python as it starts here, and without its site."""
WORDS = (
    ["--version"],
    ["completion", "bash"],
    ["completion", "bash", "--", "run", "do"],
    ["completion", "zsh", "--", "run", "do"],
    ["completion", "fish", "--", "run", "do"],
    ["--help"],
    ["config", "show"],
    ["stats"],
)


def cpu_ms(command: list[str], env: dict[str, str]) -> float:
    """User and system time of one run, in milliseconds."""
    process = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if sys.platform == "win32":
        raise OSError("Windows does not say what one process cost")
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, command
    return (used.ru_utime + used.ru_stime) * 1000


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    program = shutil.which("routerd", path=str(Path(sys.executable).parent))
    start = [program] if program else [sys.executable, "-m", "routerd"]
    commands = {**BARE, **{" ".join(["routerd", *words]): [*start, *words] for words in WORDS}}
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        for command in commands.values():
            cpu_ms(command, env)  # compiles what was not compiled yet
        # One after another in each round, so that a busy machine is busy for all of them.
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                times[name].append(cpu_ms(command, env))
    medians = {name: statistics.median(found) for name, found in times.items()}
    print(
        json.dumps(
            {
                "rounds": rounds,
                "cpu_ms": {name: round(median, 1) for name, median in medians.items()},
                "ratios": {
                    name: {bare: round(medians[name] / medians[bare], 2) for bare in BARE}
                    for name in commands
                    if name not in BARE
                },
            },
            indent=1,
        )
    )


if __name__ == "__main__":
    main()
