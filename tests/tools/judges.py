"""The languages' own tools as judges: what a tool says of a project, and what it makes of it, without line numbers."""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

from tests.missing import program
from tests.tools.sources import npm_tools, of_the_user

TIMEOUT_S = 120
TYPESCRIPT = "typescript@5.9.3"
ESBUILD = "esbuild@0.28.2"
NO_LINES = ("-DNDEBUG", "-D__LINE__=0", "-Wno-builtin-macro-redefined")
"""For gcc: no line number goes into the program, by an assertion or by name."""


@dataclass(frozen=True)
class Judgement:
    """The exit code and the messages of a tool, and the contents of the files that it made."""

    code: int
    told: tuple[str, ...]
    made: dict[str, bytes]


def judged(command: list[str], folder: Path, out: Path | None = None) -> Judgement:
    """What a tool comes to; line numbers are taken out of its messages, as documentation moves lines."""
    done = subprocess.run(
        command, cwd=folder, env=of_the_user(), capture_output=True, text=True, timeout=TIMEOUT_S, check=False
    )
    lines = (done.stdout + done.stderr).replace(str(folder), "").splitlines()
    told = sorted(re.sub(r"[(:]\d+(?:[:,]\d+)?\)?", ":", line) for line in lines if not _moving(line))
    made = {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()} if out else {}
    return Judgement(done.returncode, tuple(told), made)


def _moving(line: str) -> bool:
    """Whether a line shows a place or a duration rather than a verdict."""
    return bool(re.match(r"\s*(\d+ )?\|| *--> |\s*\^|.*\bFinished\b|.*\bChecking\b|.*\d+ms\b", line))


def tsc(folder: Path, out: Path) -> Judgement:
    """The TypeScript compiler: JavaScript without comments, and what it says of the types."""
    command = [str(npm_tools(TYPESCRIPT) / "tsc"), "--removeComments", "--outDir", str(out), "--target", "es2020"]
    options = [
        "--module",
        "esnext",
        "--moduleResolution",
        "node",
        "--strict",
        "--pretty",
        "false",
        "--lib",
        "es2022,dom",
    ]
    return judged([*command, *options, "src/index.ts"], folder, out)


def esbuild(folder: Path, out: Path) -> Judgement:
    """esbuild: each file by itself, minified, so that comments which it obeys would show."""
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.js"))
    options = ["--minify", "--legal-comments=none", "--log-level=warning", f"--outdir={out}", "--outbase=."]
    return judged([str(npm_tools(ESBUILD) / "esbuild"), *options, *files], folder, out)


def go_vet(folder: Path, _: Path) -> Judgement:
    """``go vet`` without modules from elsewhere: it type-checks the package and looks for suspicious constructs."""
    go = program("go", "golang-go")
    return judged(["env", "GOFLAGS=-mod=mod", "GOPROXY=off", "GO111MODULE=on", go, "vet", "./..."], folder)


def cargo_check(folder: Path, _: Path) -> Judgement:
    """``cargo check`` of a crate without dependencies."""
    return judged([program("cargo", "cargo"), "check", "--offline", "--quiet", "--message-format=short"], folder)


def javac(folder: Path, out: Path) -> Judgement:
    """javac with all warnings: class files without debugging information."""
    files = sorted(str(path.relative_to(folder)) for path in folder.rglob("*.java"))
    command = [program("javac", "default-jdk-headless"), "-g:none", "-Xlint:all", "-d", str(out)]
    return judged([*command, *files], folder, out)


def ruby_c(folder: Path, out: Path) -> Judgement:
    """``ruby -wc`` of each file, and its instructions without the numbers of lines."""
    ruby, files = program("ruby", "ruby"), sorted(folder.rglob("*.rb"))
    verdict = judged([ruby, "-wc", *(str(file) for file in files)], folder)
    for file in files:
        dumped = subprocess.run([ruby, "--dump=insns", str(file)], capture_output=True, timeout=TIMEOUT_S, check=False)
        bare = re.sub(rb"\(\d+,\d+\)-\(\d+,\d+\)|\(\s*\d+\)(\[\w+\])?|:\d+|line: ?\d+", b"", dumped.stdout)
        verdict.made[file.name] = re.sub(rb"[ \t]+\n", b"\n", bare)
    return verdict


def gcc(folder: Path, out: Path) -> Judgement:
    """gcc with warnings, and the assembly of each file without debugging information."""
    out.mkdir(exist_ok=True)
    for file in sorted(folder.rglob("*.h")):
        (out / f"{file.stem}.c").write_text(
            f'#define STB_IMPLEMENTATION\n#define {file.stem.upper()}_IMPLEMENTATION\n#include "{file}"\n'
        )
    sources = [f"{path}" for path in sorted(out.glob("*.c"))]
    judgement = judged([program("gcc", "gcc"), "-Wall", "-S", "-O1", "-g0", *NO_LINES, *sources], out, out)
    return Judgement(judgement.code, judgement.told, {k: v for k, v in judgement.made.items() if k.endswith(".s")})
