"""Place of tests: the file that a source's tests belong in, inside its package, and the framework they are in.

A test file that exists for this source wins, then the habit that explains most of the package's tests, then that of
the project's other packages, then the language's usual one.
"""

from __future__ import annotations

from functools import lru_cache
from posixpath import basename, dirname, normpath, splitext

from routerd.domain.project import Project
from routerd.languages import source_roots, specs
from routerd.languages.spec import Testing
from routerd.steps.conventions.packages import Layout, Packages, is_test_path, packages


def framework(language: str, project: Project, path: str = "") -> str:
    """The framework whose signs occur in most manifests and tests of the file's package, else of the project.

    The usual one where there are no signs.
    """
    testing = _testing(language)
    if testing is None:
        return ""
    folder = packages(project.files, language).of(path).folder if path else ""
    own = tuple(text for name, text in project.texts.items() if folder and name.startswith(f"{folder}/"))
    for texts in (own, tuple(project.texts.values())):
        votes = {
            known.name: sum(any(sign in text for sign in known.signs) for text in texts) for known in testing.frameworks
        }
        if any(votes.values()):
            break
    return max(votes, key=lambda name: votes[name])


def package_of(path: str, language: str, project: Project) -> str:
    """The folder with the nearest manifest above a file, relative to the project's root; ``""`` for the root."""
    testing = _testing(language)
    return packages(project.files, language).of(path).folder if testing else ""


def home_of_tests(path: str, language: str, project: Project, reachable: bool = True) -> str | None:
    """The file that tests of ``path`` belong in; ``None`` for a language without a known convention, and for tests.

    The source itself where no other file may use what is tested (not ``reachable``). A Python file without a project
    gets its tests beside it, where pytest can import it.
    """
    testing = _testing(language)
    if testing is None or is_test_path(path) or path.endswith(testing.untested):
        return None
    known = packages(project.files, language)
    own, root = known.of(path), known.by_folder[""]
    if own.below(path).startswith(testing.test_folders):
        return None
    if not reachable:
        return path
    for layout in dict.fromkeys((own, root)):
        for habit in testing.habits:
            existing = _filled(habit, path, layout)
            if existing is not None and existing != path and existing in known.files:
                return existing
    in_test_project = _in_test_project(path, own, known, testing)
    if in_test_project is not None:
        return in_test_project
    habits = testing.habits
    usual = _habit(habits, (own,)) or _habit(habits, tuple(known.by_folder.values()))
    if usual is None and testing.without_project and not _has_manifest(own, known, testing):
        usual = testing.without_project
    tried = (_filled(one, path, own) for one in (*filter(None, (usual,)), *habits))
    return next((place for place in tried if place is not None), None)


def why_no_tests(path: str, language: str) -> str:
    """Why there is no place for tests of a file, as the end of a sentence about it."""
    testing = _testing(language)
    if testing is not None and path.endswith(testing.untested):
        return "holds declarations only, which no test can run"
    return "holds tests itself; routerd knows no file for tests of it"


def _testing(language: str) -> Testing | None:
    spec = specs().get(language)
    return spec.tests if spec else None


def _has_manifest(own: Layout, known: Packages, testing: Testing) -> bool:
    return bool(own.manifests) or any(
        file in testing.manifests or file.startswith(("tests/", "test/")) for file in known.files
    )


def _in_test_project(path: str, own: Layout, known: Packages, testing: Testing) -> str | None:
    """The place in the package that holds only the tests of this one, as .NET has it; ``None`` without one."""
    names = [splitext(manifest)[0] for manifest in own.manifests]
    wanted = [pattern.format(name) for name in names for pattern in testing.test_packages]
    of_tests = [
        (splitext(manifest)[0], layout)
        for layout in known.by_folder.values()
        for manifest in layout.manifests
        if any(splitext(manifest)[0].endswith(pattern.format("")) for pattern in testing.test_packages)
    ]
    named = [layout for name, layout in of_tests if name in wanted] or [layout for _, layout in of_tests]
    if not names or len({layout.folder for layout in named}) != 1:
        return None
    tests, (source, extension) = named[0], splitext(own.below(path))
    name = f"{basename(source)}Tests{extension}"
    flat = bool(tests.tests) and not any("/" in test for test in tests.tests)
    return normpath("/".join(filter(None, (tests.folder, "" if flat else dirname(source), name))))


@lru_cache(maxsize=64)
def _habit(habits: tuple[str, ...], layouts: tuple[Layout, ...]) -> str | None:
    """The naming scheme that derives most of the packages' test files from their source files."""
    votes = {habit: sum(_votes(habit, layout) for layout in layouts) for habit in habits}
    best = max(habits, key=lambda habit: votes[habit])
    return best if votes[best] else None


def _votes(habit: str, layout: Layout) -> int:
    """The number of sources whose test is where the scheme says; the file name alone rules out most."""
    name_of_test = basename(habit)
    votes = 0
    for source in layout.sources:
        stem, extension = splitext(basename(source))
        if name_of_test.format(name=stem, ext=extension[1:]) in layout.test_names:
            votes += _fill(habit, source, layout) in layout.tests
    return votes


def _filled(habit: str, path: str, layout: Layout) -> str | None:
    """The scheme's place for a file of the project; ``None`` where the scheme has no name for its folder."""
    inside = _fill(habit, layout.below(path), layout)
    place = normpath(f"{layout.folder}/{inside}".lstrip("/")) if inside else ""
    return place if place and not place.startswith("..") else None


def _fill(habit: str, path: str, layout: Layout) -> str:
    """The scheme's place, relative to the package; ``""`` where it needs the name of a folder that has none."""
    stem, extension = splitext(path)
    folder, name = dirname(stem), basename(stem)
    if ("{dir}." in habit and not folder) or ("{package}" in habit and not layout.folder):
        return ""
    filled = habit.format(
        dir=folder,
        inner=_inner(folder, layout.packages),
        package=basename(layout.folder),
        name=name,
        ext=extension[1:],
    )
    return normpath(filled.lstrip("/"))


def _inner(folder: str, python_packages: frozenset[str]) -> str:
    """The folder below the source root and, for Python, below the top package."""
    rest = folder + "/"
    for root in source_roots():
        if rest.startswith(root):
            rest = rest[len(root) :]
            break
    rest = rest.strip("/")
    top = rest.partition("/")[0]
    if top and folder[: len(folder) - len(rest)] + top in python_packages:
        rest = rest.partition("/")[2]
    return rest
