"""Test frameworks of each language, as data: how a project shows that it uses one, and where its tests go."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Framework:
    """One framework. ``signs`` are words in manifests or tests that give it away."""

    name: str
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Testing:
    """A language's frameworks, the likeliest first, and its habits of placing tests, likeliest first.

    A habit is a path with ``{dir}`` (the source's folder), ``{inner}`` (that folder below the package
    or source root), ``{name}`` (file name without extension) and ``{ext}``; empty folders vanish.
    """

    frameworks: tuple[Framework, ...]
    habits: tuple[str, ...]
    manifests: tuple[str, ...]


_NODE = (
    Framework("vitest", ('"vitest"', "from 'vitest'", 'from "vitest"')),
    Framework("jest", ('"jest"', '"@jest/', '"ts-jest"')),
    Framework("mocha", ('"mocha"',)),
    Framework("node:test", ("node --test", "node:test")),
)
_NODE_HABITS = (
    "{dir}/{name}.test.{ext}",
    "{dir}/{name}.spec.{ext}",
    "{dir}/__tests__/{name}.test.{ext}",
    "test/{inner}/{name}.test.{ext}",
    "tests/{inner}/{name}.test.{ext}",
    "test/{name}.test.{ext}",
    "tests/{name}.test.{ext}",
    "test/{name}.{ext}",
    "test/{name}.spec.{ext}",
)
_NODE_TESTING = Testing(_NODE, _NODE_HABITS, ("package.json",))
_C_HABITS = (
    "tests/test_{name}.{ext}",
    "test/test_{name}.{ext}",
    "tests/{name}_test.{ext}",
    "test/{name}_test.{ext}",
    "{dir}/{name}_test.{ext}",
)

TESTING: dict[str, Testing] = {
    "python": Testing(
        (Framework("pytest", ("pytest",)), Framework("unittest", ("unittest.TestCase", "import unittest"))),
        (
            "tests/test_{name}.py",
            "tests/{inner}/test_{name}.py",
            "test/test_{name}.py",
            "test/{inner}/test_{name}.py",
            "tests/unit/test_{name}.py",
            "tests/unit/{inner}/test_{name}.py",
            "{dir}/tests/test_{name}.py",
            "{dir}/test_{name}.py",
            "tests/{name}_test.py",
            "{dir}/{name}_test.py",
        ),
        ("pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pytest.ini"),
    ),
    "javascript": _NODE_TESTING,
    "javascriptreact": _NODE_TESTING,
    "typescript": _NODE_TESTING,
    "typescriptreact": _NODE_TESTING,
    "go": Testing((Framework("go test", ()),), ("{dir}/{name}_test.go",), ("go.mod",)),
    "rust": Testing(
        (Framework("cargo test", ()),),
        ("tests/{name}.rs", "tests/test_{name}.rs", "tests/{name}_test.rs"),
        ("Cargo.toml",),
    ),
    "java": Testing(
        (
            Framework("JUnit 5", ("org.junit.jupiter", "junit-jupiter")),
            Framework("JUnit 4", ("junit:junit", "<artifactId>junit</")),
        ),
        ("src/test/java/{inner}/{name}Test.java", "{dir}/{name}Test.java"),
        ("pom.xml", "build.gradle", "build.gradle.kts"),
    ),
    "c": Testing(
        (
            Framework("Unity", ("unity.h",)),
            Framework("cmocka", ("cmocka",)),
            Framework("assert.h", ("assert.h",)),
        ),
        _C_HABITS,
        ("CMakeLists.txt", "Makefile", "meson.build"),
    ),
    "cpp": Testing(
        (
            Framework("GoogleTest", ("gtest", "GTest")),
            Framework("Catch2", ("catch2", "Catch2", "catch.hpp")),
            Framework("doctest", ("doctest",)),
        ),
        _C_HABITS,
        ("CMakeLists.txt", "meson.build", "conanfile.txt", "vcpkg.json"),
    ),
    "ruby": Testing(
        (Framework("RSpec", ("rspec",)), Framework("minitest", ("minitest",))),
        (
            "spec/{inner}/{name}_spec.rb",
            "test/{inner}/{name}_test.rb",
            "test/{inner}/test_{name}.rb",
            "test/test_{name}.rb",
        ),
        ("Gemfile", "Gemfile.lock", "Rakefile", ".rspec"),
    ),
    "csharp": Testing(
        (
            Framework("xUnit", ("xunit",)),
            Framework("NUnit", ("NUnit", "nunit")),
            Framework("MSTest", ("MSTest",)),
        ),
        (
            "{dir}.Tests/{name}Tests.cs",
            "tests/{inner}/{name}Tests.cs",
            "tests/{name}Tests.cs",
            "test/{name}Tests.cs",
        ),
        (".csproj",),
    ),
}
