"""A project on disk with files that may be touched, and around and between them many that may not; made by chance.

What may be touched is noted as the files are made, by how they are made; routerd's own rule is not asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from tests.posix import make_pipe


@dataclass(frozen=True)
class Kind:
    """How one language writes a use, a declaration and a test; ``NAME`` and ``MARK`` stand for words."""

    ending: str
    use: str
    declare: str
    test: str
    tests: tuple[str, ...]
    """Where tests of ``STEM`` are looked for."""


_JS = Kind(
    ".ts",
    'import { weigh } from "./helpers";\n\nexport function NAME(items) {\n  return weigh(items, "MARK");\n}\n',
    "/** MARK weighs. */\nexport function weigh(MARK) {\n  return MARK;\n}\n",
    'import test from "node:test";\nimport assert from "node:assert";\nimport { NAME } from "./STEM";\n\n'
    'test("MARK", () => {\n  assert.equal(NAME([]), 0);\n});\n',
    ("STEM.test.ts", "tests/STEM.test.ts", "test/STEM.test.ts", "__tests__/STEM.test.ts"),
)
KINDS = {
    "python": Kind(
        ".py",
        'from helpers import weigh\n\n\ndef NAME(items):\n    return weigh(items, "MARK")\n',
        'def weigh(items, MARK=1):\n    """MARK weighs."""\n    return MARK\n',
        "from STEM import NAME\n\n\ndef test_MARK():\n    assert NAME([]) == 0\n",
        ("tests/test_STEM.py", "test_STEM.py", "tests/STEM_test.py"),
    ),
    "typescript": _JS,
    "go": Kind(
        ".go",
        'package shop\n\nfunc NAME(items []int) int {\n\treturn weigh(items, "MARK")\n}\n',
        "package shop\n\n// weigh MARK.\nfunc weigh(MARK []int, s string) int {\n\treturn 0\n}\n",
        'package shop\n\nimport "testing"\n\nfunc TestMARK(t *testing.T) {\n\tif NAME(nil) != 0 {\n'
        '\t\tt.Fatal("no")\n\t}\n}\n',
        ("STEM_test.go",),
    ),
    "rust": Kind(
        ".rs",
        'use crate::helpers::weigh;\n\npub fn NAME(items: &[u32]) -> u32 {\n    weigh(items, "MARK")\n}\n',
        "/// MARK weighs.\npub fn weigh(MARK: &[u32], s: &str) -> u32 {\n    0\n}\n",
        "#[test]\nfn MARK() {\n    assert_eq!(NAME(&[]), 0);\n}\n",
        ("tests/STEM.rs",),
    ),
    "ruby": Kind(
        ".rb",
        'require_relative "helpers"\n\ndef NAME(items)\n  weigh(items, "MARK")\nend\n',
        "# MARK weighs.\ndef weigh(items, MARK)\n  0\nend\n",
        'require "minitest/autorun"\n\nclass MARKTest < Minitest::Test\n  def test_it\n'
        "    assert_equal 0, NAME([])\n  end\nend\n",
        ("test/STEM_test.rb", "test/test_STEM.rb", "spec/STEM_spec.rb"),
    ),
}
MANIFESTS = ("pyproject.toml", "package.json", "go.mod", "Cargo.toml", "Gemfile", "CONTRIBUTING.md", "ruff.toml")
SECRETS = (".env", "prod.env", "id_rsa", "secrets.yaml", "credentials", ".npmrc", "server.pem", ".env.local")
TOOLS = (".git/hooks", "node_modules/a", ".venv/lib", "__pycache__", "site-packages/b", ".git")
PLACES = ("", "lib/", "tests/", "test/", "src/", "__tests__/", "spec/", "lib/deep/")


@dataclass
class Folder:
    """What was made, below one folder that holds the project and its neighbours."""

    base: Path
    kind: Kind
    language: str
    chance: Random
    closed: dict[Path, str] = field(default_factory=dict)
    """The word that only this file holds, by its real path; routerd may neither read, send nor write it."""
    paths: list[str] = field(default_factory=list)
    """Everything in the project that can be named, relative to it: what may be touched, and what may not."""
    sources: list[str] = field(default_factory=list)
    marks: int = 0

    @property
    def root(self) -> Path:
        return self.base / "project"

    @property
    def outside(self) -> Path:
        return self.base / "outside"

    def mark(self) -> str:
        self.marks += 1
        return f"Zq{self.marks}x{self.chance.randrange(10**6)}"

    def filled(self, template: str, mark: str, stem: str = "cart") -> str:
        return template.replace("MARK", mark).replace("NAME", "total").replace("STEM", stem)

    def any_text(self, mark: str) -> str:
        template = self.chance.choice((self.kind.declare, self.kind.test, self.kind.use, "{\n  MARK: 1\n}\n"))
        return self.filled(template, mark)

    def write(self, path: Path, text: str) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        return path

    def close(self, path: Path, text: str = "") -> Path:
        """Make a file that may not be touched; what stands there already is left as it is."""
        mark = self.mark()
        if not os.path.lexists(path) and self.real_parent(path):
            self.write(path, self.filled(text, mark) if text else self.any_text(mark))
            self.closed[path] = mark
        return path

    def real_parent(self, path: Path) -> bool:
        """Whether no link or file stands where a folder is needed."""
        return not any(os.path.lexists(one) and (one.is_symlink() or not one.is_dir()) for one in path.parents)

    def link(self, name: str, to: Path) -> None:
        path = self.root / name
        if os.path.lexists(path) or not self.real_parent(path):
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.symlink_to(os.path.relpath(to, path.parent) if self.chance.random() < 0.5 else to)
        self.paths.append(name)


def folder(base: Path, language: str, chance: Random) -> Folder:
    """A project of a language with traps of every sort where routerd looks by itself, and elsewhere."""
    made = Folder(base, KINDS[language], language, chance)
    for name in ("project", "outside", "project/.git"):
        (base / name).mkdir(parents=True)
    made.write(made.root / ".git/HEAD", "ref: refs/heads/main\n")
    for number in range(3):
        made.close(made.outside / f"far{number}{made.kind.ending}", made.kind.declare)
    made.close(made.outside / "tests" / f"test_far{made.kind.ending}", made.kind.test)
    made.close(made.outside / "helpers" / f"helpers{made.kind.ending}", made.kind.declare)
    made.close(made.outside / "settings.json")
    steps = [
        _linked_folder,
        _linked,
        _ignored,
        _secret,
        _of_a_tool,
        _dangling,
        _ring,
        _pipe,
        _linked_to_ignored,
        _linked_inside,
    ]
    for step in chance.sample(steps, chance.randint(3, len(steps))):
        for _ in range(chance.randint(1, 2)):
            step(made)
    _open(made)
    return made


def _looked_for(made: Folder) -> str:
    """A path at which routerd looks by itself, or one that a model is likely to name."""
    place, ending = made.chance.choice(PLACES), made.kind.ending
    stem = made.chance.choice(("cart", "helpers", "total", "weigh"))
    tests = [one.replace("STEM", stem) for one in made.kind.tests]
    return made.chance.choice((*tests, f"{place}{stem}{ending}", f"{place}{stem}{ending}", *MANIFESTS[:3]))


def _linked(made: Folder) -> None:
    to = made.chance.choice([path for path in made.closed if path.is_relative_to(made.outside)])
    if made.chance.random() < 0.3:  # a link to a link
        made.link("lib/hop", to)
        to = made.root / "lib/hop"
    made.link(made.chance.choice((_looked_for(made), made.chance.choice(MANIFESTS))), to)


def _linked_folder(made: Folder) -> None:
    to = made.outside / made.chance.choice((".", "tests", "helpers"))
    name = made.chance.choice(("tests", "test", "__tests__", "spec", "lib", "src", "far"))
    made.link(name, to)
    made.paths += [f"{name}/{path.name}" for path in made.closed if path.parent == to]


def _ignored(made: Folder) -> None:
    name = _looked_for(made)
    folder, _, last = name.rpartition("/")
    rule, where = made.chance.choice(((f"/{name}", ""), (last, ""), (f"/{last}", folder), (f"**/{last}", "")))
    path = made.root / where / ".gitignore"
    if os.path.lexists(made.root / name) or not made.real_parent(made.root / name) or not made.real_parent(path):
        return
    made.close(made.root / name)
    before = path.read_text() if path.exists() else ""
    made.write(path, f"{before}{rule}\n")
    made.paths.append(name)


def _linked_to_ignored(made: Folder) -> None:
    hidden = made.root / "private" / f"hidden{made.kind.ending}"
    made.close(hidden, made.kind.declare)
    path = made.root / ".gitignore"
    if not os.path.lexists(path) or path.is_file():
        made.write(path, (path.read_text() if path.exists() else "") + "private/\n")
        made.link(_looked_for(made), hidden)


def _linked_inside(made: Folder) -> None:
    """What stands behind it may be read and not written."""
    to = made.root / "kept" / f"kept{made.chance.randrange(2)}{made.kind.ending}"
    if not to.exists():
        made.write(to, made.any_text(made.mark()))
    made.link(_looked_for(made), to)


def _secret(made: Folder) -> None:
    name = made.chance.choice(PLACES) + made.chance.choice(SECRETS)
    made.close(made.root / name)
    made.paths.append(name)


def _of_a_tool(made: Folder) -> None:
    name = f"{made.chance.choice(TOOLS)}/{made.chance.choice(('helpers', 'cart', 'x'))}{made.kind.ending}"
    made.close(made.root / name, made.kind.declare)
    made.paths.append(name)


def _dangling(made: Folder) -> None:
    made.link(_looked_for(made), made.outside / f"new{made.chance.randrange(3)}{made.kind.ending}")


def _ring(made: Folder) -> None:
    name = _looked_for(made)
    made.link(name, made.root / name)


def _pipe(made: Folder) -> None:
    path = made.root / _looked_for(made)
    if not os.path.lexists(path) and made.real_parent(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        make_pipe(path)
        made.paths.append(path.relative_to(made.root).as_posix())


def _open(made: Folder) -> None:
    """What may be touched, wherever nothing else stands."""
    manifest = made.chance.choice(MANIFESTS)
    stems = ("cart", "total", "shelf")
    wanted = [(f"{made.chance.choice(PLACES[:5])}{stem}{made.kind.ending}", made.kind.use) for stem in stems]
    wanted += [(f"shop{made.kind.ending}", made.kind.use), (f"helpers{made.kind.ending}", made.kind.declare)]
    if made.chance.random() < 0.5:
        wanted.append((made.chance.choice(made.kind.tests).replace("STEM", "cart"), made.kind.test))
    for name, text in (*wanted, (manifest, "\n")):
        path = made.root / name
        if not os.path.lexists(path) and made.real_parent(path) and not _hidden(made, name):
            made.write(path, made.filled(text, made.mark()))
            made.paths.append(name)
            if text is made.kind.use:
                made.sources.append(name)


def _hidden(made: Folder, name: str) -> bool:
    """Whether a rule that was written for a trap may hold for this name as well: then it is not used."""
    last = name.rpartition("/")[2]
    rules = (path.read_text() for path in made.root.rglob(".gitignore") if path.is_file())
    return any(last in text for text in rules)


States = dict[Path, bytes | str | None]
"""What stands at each path of a folder."""


def states(base: Path) -> Iterator[tuple[Path, bytes | str | None]]:
    """Everything below a folder: the bytes of a file, where a link leads; nothing for other things."""
    for place, folders, files in os.walk(base):
        for name in (*folders, *files):
            path = Path(place, name)
            if path.is_symlink():
                yield path, os.readlink(path)
            elif path.is_file():
                yield path, path.read_bytes()
            else:
                yield path, None
