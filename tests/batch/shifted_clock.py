"""A clock that the test sets: a small library in front of the C library, which every clock of a real process asks."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>

static long ahead(void) {
    const char *path = getenv("CLOCK_AHEAD");
    FILE *file = path ? fopen(path, "r") : NULL;
    long seconds = 0;
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}

int clock_gettime(clockid_t which, struct timespec *found) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = dlsym(RTLD_NEXT, "clock_gettime");
    int code = real(which, found);
    if (which == CLOCK_REALTIME && code == 0) found->tv_sec += ahead();
    return code;
}

time_t time(time_t *into) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (into) *into = now.tv_sec;
    return now.tv_sec;
}
"""


@dataclass(frozen=True)
class ShiftedClock:
    """The wall clock of the processes that have ``env``; their monotonic clocks are the machine's."""

    file: Path
    env: dict[str, str]

    def ahead(self, seconds: int) -> None:
        """Sets it ahead of the machine's, or behind it."""
        fresh = self.file.with_suffix(".new")
        fresh.write_text(str(seconds))
        fresh.replace(self.file)


def shifted_clock(folder: Path) -> ShiftedClock:
    """A clock that goes right until it is set. Skips the test where no library can be put in front."""
    compiler = shutil.which("cc")
    if compiler is None or sys.platform != "linux":
        pytest.skip("there is no C compiler, or no LD_PRELOAD")
    source, library, file = folder / "clock.c", folder / "clock.so", folder / "ahead"
    source.write_text(_SOURCE)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", str(library), str(source), "-ldl"], check=True)
    clock = ShiftedClock(file, {"LD_PRELOAD": str(library), "CLOCK_AHEAD": str(file)})
    clock.ahead(0)
    told = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"], env=clock.env, capture_output=True, check=True
    )
    clock.ahead(86_400)
    later = subprocess.run(
        [sys.executable, "-c", "import time; print(time.time())"], env=clock.env, capture_output=True, check=True
    )
    assert float(later.stdout) - float(told.stdout) > 80_000, "the library is not asked"
    clock.ahead(0)
    return clock
