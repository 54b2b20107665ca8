"""Conventions are found by looking: documentation style, import names, and where tests live."""

from __future__ import annotations

import pytest

from routerd.domain.project import Project
from routerd.steps.conventions import framework, import_name, is_test_path, why_no_tests
from routerd.steps.conventions import home_of_tests as home


@pytest.mark.parametrize(
    ("path", "files", "name"),
    [
        ("src/shop/cart.py", ("src/shop/__init__.py", "src/shop/cart.py"), "shop.cart"),
        ("src/shop/sub/cart.py", ("src/shop/__init__.py", "src/shop/sub/__init__.py"), "shop.sub.cart"),
        ("shop/cart.py", ("shop/__init__.py", "shop/cart.py"), "shop.cart"),
        ("shop/__init__.py", ("shop/__init__.py",), "shop"),
        ("cart.py", ("cart.py",), "cart"),
        ("src/shop/cart.py", ("src/shop/cart.py",), "shop.cart"),
        ("apps/web/shop/cart.py", ("apps/web/shop/__init__.py",), "shop.cart"),
    ],
)
def test_a_module_is_imported_by_the_name_that_the_layout_gives_it(
    path: str, files: tuple[str, ...], name: str
) -> None:
    assert import_name(path, "python", Project("file:///p", files)) == name


@pytest.mark.parametrize(
    ("path", "files", "expected"),
    [
        # A mirror of the package.
        (
            "src/shop/pay/card.py",
            (
                "src/shop/__init__.py",
                "src/shop/cart.py",
                "src/shop/pay/__init__.py",
                "src/shop/pay/cash.py",
                "tests/pay/test_cash.py",
                "tests/test_cart.py",
            ),
            "tests/pay/test_card.py",
        ),
        # All in one folder.
        (
            "shop/pay/card.py",
            ("shop/__init__.py", "shop/pay/__init__.py", "shop/pay/cash.py", "tests/test_cash.py"),
            "tests/test_card.py",
        ),
        # Beside the source.
        ("shop/card.py", ("shop/cash.py", "shop/test_cash.py"), "shop/test_card.py"),
        # In a folder of each package.
        ("shop/card.py", ("shop/cash.py", "shop/tests/test_cash.py"), "shop/tests/test_card.py"),
        # One that exists already wins over the habit.
        ("shop/card.py", ("shop/cash.py", "tests/test_cash.py", "shop/card_test.py"), "shop/card_test.py"),
        # A project without tests.
        ("src/shop/card.py", ("pyproject.toml", "src/shop/card.py"), "tests/test_card.py"),
        # A file without a project.
        ("card.py", ("card.py",), "test_card.py"),
    ],
)
def test_new_tests_go_where_the_project_keeps_its_tests(path: str, files: tuple[str, ...], expected: str) -> None:
    assert home(path, "python", Project("file:///p", tuple(sorted(files)))) == expected


@pytest.mark.parametrize(
    ("language", "path", "files", "expected"),
    [
        ("go", "pay/card.go", ("go.mod",), "pay/card_test.go"),
        ("typescript", "src/card.ts", ("src/cash.ts", "src/cash.spec.ts"), "src/card.spec.ts"),
        (
            "typescript",
            "src/card.ts",
            ("src/cash.ts", "src/__tests__/cash.test.ts"),
            "src/__tests__/card.test.ts",
        ),
        ("java", "src/main/java/shop/Card.java", ("pom.xml",), "src/test/java/shop/CardTest.java"),
        ("ruby", "lib/pay/card.rb", ("lib/pay/cash.rb", "test/pay/cash_test.rb"), "test/pay/card_test.rb"),
        ("rust", "src/card.rs", ("Cargo.toml",), "src/card.rs"),
        ("rust", "src/card.rs", ("Cargo.toml", "src/cash.rs", "tests/cash.rs"), "tests/card.rs"),
    ],
)
def test_each_language_has_its_own_habits(language: str, path: str, files: tuple[str, ...], expected: str) -> None:
    assert home(path, language, Project("file:///p", tuple(sorted(files)))) == expected


CS = ("src/App/App.csproj", "tests/App.Tests/App.Tests.csproj", "src/App/Pay/Svc.cs")


@pytest.mark.parametrize(
    ("language", "path", "files", "expected"),
    [
        # Maven: a module of several; the nearest pom.xml is the package.
        (
            "java",
            "core/src/main/java/p/A.java",
            ("pom.xml", "core/pom.xml", "web/pom.xml", "web/src/test/java/p/BTest.java"),
            "core/src/test/java/p/ATest.java",
        ),
        # Gradle: with a build file of its own, and configured by the root's.
        (
            "java",
            "app/src/main/java/p/q/A.java",
            ("app/build.gradle", "app/src/main/java/p/q/B.java", "app/src/test/java/p/q/BTest.java"),
            "app/src/test/java/p/q/ATest.java",
        ),
        ("java", "app/src/main/java/p/q/A.java", ("settings.gradle",), "app/src/test/java/p/q/ATest.java"),
        (
            "kotlin",
            "app/src/main/kotlin/p/A.kt",
            ("settings.gradle.kts", "build.gradle.kts"),
            "app/src/test/kotlin/p/ATest.kt",
        ),
        # uv: the habit of a sibling is followed inside the package.
        (
            "python",
            "packages/y/src/y/b.py",
            (
                *("pyproject.toml", "packages/x/pyproject.toml", "packages/y/pyproject.toml"),
                *("packages/x/src/x/__init__.py", "packages/x/src/x/a.py", "packages/x/tests/test_a.py"),
            ),
            "packages/y/tests/test_b.py",
        ),
        (
            "typescript",
            "packages/b/src/two.ts",
            (
                *("package.json", "packages/a/package.json", "packages/b/package.json"),
                *("packages/a/src/one.ts", "packages/a/test/one.test.ts"),
            ),
            "packages/b/test/two.test.ts",
        ),
        # The package's own habit wins over that of more files elsewhere.
        (
            "typescript",
            "packages/b/src/two.ts",
            (
                *("packages/a/package.json", "packages/b/package.json"),
                *("packages/a/src/one.ts", "packages/a/test/one.test.ts", "packages/a/src/three.ts"),
                *("packages/a/test/three.test.ts", "packages/b/src/four.ts", "packages/b/src/four.spec.ts"),
            ),
            "packages/b/src/two.spec.ts",
        ),
        # cargo: a virtual manifest at the root; a crate with tests of its own, and one without.
        (
            "rust",
            "crates/k/src/a.rs",
            ("Cargo.toml", "crates/k/Cargo.toml", "crates/k/src/b.rs", "crates/k/tests/b.rs"),
            "crates/k/tests/a.rs",
        ),
        ("rust", "crates/k/src/a.rs", ("Cargo.toml", "crates/k/Cargo.toml"), "crates/k/src/a.rs"),
        # .NET: the project of tests is found by its name, wherever it is.
        ("csharp", "src/App/Svc.cs", CS, "tests/App.Tests/SvcTests.cs"),
        ("csharp", "src/App/Pay/Svc.cs", CS, "tests/App.Tests/Pay/SvcTests.cs"),
        ("csharp", "src/App/Pay/Svc.cs", (*CS, "tests/App.Tests/CartTests.cs"), "tests/App.Tests/SvcTests.cs"),
        ("csharp", "src/App/Pay/Svc.cs", ("src/App/App.csproj",), "src/App.Tests/Pay/SvcTests.cs"),
        ("csharp", "Svc.cs", ("App.csproj",), "tests/SvcTests.cs"),
        ("ruby", "gems/a/lib/a/b.rb", ("gems/a/a.gemspec", "gems/a/spec/a/c_spec.rb"), "gems/a/spec/a/b_spec.rb"),
        ("php", "pkg/a/src/B.php", ("composer.json", "pkg/a/composer.json"), "pkg/a/tests/BTest.php"),
        ("lua", "rocks/a/src/b.lua", ("rocks/a/a-1.0-1.rockspec",), "rocks/a/spec/b_spec.lua"),
    ],
)
def test_the_nearest_manifest_upwards_is_the_package_that_keeps_its_tests(
    language: str, path: str, files: tuple[str, ...], expected: str
) -> None:
    assert home(path, language, Project("file:///p", tuple(sorted({path, *files})))) == expected


def test_tests_that_exist_for_a_source_win_in_its_package_and_at_the_root() -> None:
    files = ("pyproject.toml", "packages/y/pyproject.toml", "packages/y/src/y/b.py", "tests/test_b.py")
    assert home("packages/y/src/y/b.py", "python", Project("file:///p", files)) == "tests/test_b.py"


def test_a_module_of_a_package_without_init_files_is_named_from_the_packages_root() -> None:
    files = ("pyproject.toml", "packages/y/pyproject.toml", "packages/y/y/b.py")
    assert import_name("packages/y/y/b.py", "python", Project("file:///p", files)) == "y.b"


@pytest.mark.parametrize(
    ("path", "language"), [("a.d.ts", "typescript"), ("b/a.d.mts", "typescript"), ("a.pyi", "python")]
)
def test_a_file_of_declarations_has_nothing_that_a_test_could_run(path: str, language: str) -> None:
    assert home(path, language, Project("file:///p", (path,))) is None
    assert why_no_tests(path, language) == "holds declarations only, which no test can run"


def test_the_framework_is_that_of_the_package_before_that_of_the_project() -> None:
    texts = {
        "packages/a/package.json": '{"jest": 1}',
        "packages/b/package.json": '{"vitest": 1}',
        "package.json": '{"jest": 1}',
    }
    assert framework("typescript", Project("file:///p", tuple(texts), texts=texts), "packages/b/src/x.ts") == "vitest"


def test_a_test_file_has_no_tests_of_its_own() -> None:
    assert is_test_path("tests/test_card.py")
    assert home("tests/test_card.py", "python", Project("file:///p", ("tests/test_card.py",))) is None


def test_the_framework_is_the_one_that_the_project_shows() -> None:
    unittest = Project("file:///p", texts={"tests/test_a.py": "import unittest\nclass T(unittest.TestCase): ..."})
    assert framework("python", unittest) == "unittest"
    assert framework("python", Project("file:///p")) == "pytest"
    assert framework("typescript", Project("file:///p", texts={"package.json": '{"jest": {"a": 1}}'})) == "jest"
    assert framework("ruby", Project("file:///p", texts={"Gemfile": "gem 'minitest'"})) == "minitest"


@pytest.mark.parametrize(
    ("language", "file", "text", "expected"),
    [
        ("python", "pyproject.toml", "[tool.pytest.ini_options]", "pytest"),
        ("python", "tests/test_a.py", "import unittest\n", "unittest"),
        ("javascript", "package.json", '{"devDependencies": {"jest": "^29"}}', "jest"),
        ("typescript", "package.json", '{"devDependencies": {"vitest": "^2"}}', "vitest"),
        ("javascript", "package.json", '{"devDependencies": {"mocha": "^10"}}', "mocha"),
        ("javascript", "package.json", '{"scripts": {"test": "node --test"}}', "node:test"),
        ("go", "go.mod", "module x\n", "go test"),
        ("rust", "Cargo.toml", "[package]\n", "cargo test"),
        ("java", "pom.xml", "<artifactId>junit-jupiter</artifactId>", "JUnit 5"),
        ("java", "build.gradle", "testImplementation 'junit:junit:4.13'", "JUnit 4"),
        ("cpp", "CMakeLists.txt", "find_package(GTest REQUIRED)", "GoogleTest"),
        ("cpp", "CMakeLists.txt", "find_package(Catch2 3 REQUIRED)", "Catch2"),
        ("ruby", ".rspec", "--require spec_helper --format rspec", "RSpec"),
        ("ruby", "Gemfile", "gem 'minitest'", "minitest"),
        ("csharp", "tests/T.csproj", '<PackageReference Include="xunit" />', "xUnit"),
        ("csharp", "tests/T.csproj", '<PackageReference Include="NUnit" />', "NUnit"),
    ],
)
def test_each_framework_is_found_from_the_projects_own_files(
    language: str, file: str, text: str, expected: str
) -> None:
    assert framework(language, Project("file:///p", (file,), texts={file: text})) == expected


class _Counted(tuple[str, ...]):
    """Paths that count how often all of them are hashed."""

    hashed = 0

    def __hash__(self) -> int:
        type(self).hashed += 1
        return super().__hash__()


@pytest.mark.parametrize("path", ["pkg/mod7.py", "pkg/mod7.js", "src/main/java/Mod.java"])
def test_where_tests_belong_is_looked_up_and_not_counted_anew_for_each_file_of_the_project(path: str) -> None:
    language = {"py": "python", "js": "javascript", "java": "java"}[path.rpartition(".")[2]]
    files = [f"pkg/mod{i}.py" for i in range(400)] + [f"tests/test_mod{i}.py" for i in range(100)]
    counted = _Counted((*files, "pkg/__init__.py", "src/main/java/Mod.java", "pkg/mod7.js"))
    _Counted.hashed = 0
    home(path, language, Project("file:///p", counted))
    assert _Counted.hashed <= 2
