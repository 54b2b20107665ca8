"""The command for the tests of one file is found in the project's own files, and nowhere else."""

from __future__ import annotations

import pytest

from routerd.domain.project import Project
from routerd.domain.prompt import Conventions
from routerd.domain.test_run import ProjectCommand
from routerd.steps.conventions import framework
from routerd.steps.file_command import file_command, for_tests, own_command

NPM = ("npm", "test", "--silent", "--", "{file}")


def found(language: str, test: str, texts: dict[str, str], files: tuple[str, ...] = ()) -> ProjectCommand | None:
    project = Project("file:///p", tuple(sorted({*texts, *files})), texts=texts)
    habits = Conventions("x", project.root, "", framework(language, project), test, None, "shop.cart")
    return file_command(language, habits, project)


@pytest.mark.parametrize(
    ("language", "test", "texts", "words", "folder"),
    [
        (
            "python",
            "tests/test_cart.py",
            {"pyproject.toml": '[dependency-groups]\ntest = ["pytest>=8"]'},
            ("{python}", "-m", "pytest", "-q", "{file}"),
            "",
        ),
        (
            "python",
            "tests/test_cart.py",
            {"setup.py": "", "tests/test_tax.py": "import unittest\n"},
            ("{python}", "-m", "unittest", "{file}"),
            "",
        ),
        (
            "python",
            "packages/a/tests/test_cart.py",
            {"pyproject.toml": "", "packages/a/pyproject.toml": "[tool.pytest.ini_options]"},
            ("{python}", "-m", "pytest", "-q", "{file}"),
            "packages/a",
        ),
        ("javascript", "cart.test.js", {"package.json": '{"scripts": {"test": "jest"}, "x": "jest"}'}, NPM, ""),
        (
            "typescript",
            "web/src/cart.test.ts",
            {"web/package.json": '{"scripts": {"lint": "eslint", "test": "vitest run"}}', "package.json": "{}"},
            NPM,
            "web",
        ),
        ("javascriptreact", "cart.test.jsx", {"package.json": '{"scripts":{"test":"node --test"}}'}, NPM, ""),
        (
            "go",
            "svc/pay/cart_test.go",
            {"svc/go.mod": "module example.org/svc\n"},
            ("go", "test", "-run", "^({names})$", "./pay"),
            "svc",
        ),
        (
            "rust",
            "tests/cart.rs",
            {"Cargo.toml": '[package]\nname = "shop"\n'},
            ("cargo", "test", "--quiet", "--test", "cart"),
            "",
        ),
    ],
)
def test_what_the_projects_files_show_is_found(
    language: str, test: str, texts: dict[str, str], words: tuple[str, ...], folder: str
) -> None:
    command = found(language, test, texts)
    assert command is not None
    assert (command.words, command.folder) == (words, folder)


@pytest.mark.parametrize(
    ("language", "test", "texts"),
    [
        ("python", "tests/test_cart.py", {"pyproject.toml": '[project]\nname = "shop"'}),
        ("python", "tests/test_cart.py", {}),
        (
            "javascript",
            "cart.test.js",
            {"package.json": '{"scripts": {"test": "echo \\"Error: no test specified\\" && exit 1"}}'},
        ),
        ("javascript", "cart.test.js", {"package.json": '{"scripts": {"build": "tsc"}, "jest": {}}'}),
        ("typescript", "web/cart.test.ts", {"package.json": '{"scripts":{"test":"jest"}}', "web/package.json": "{}"}),
        ("go", "cart_test.go", {}),
        ("rust", "tests/cart.rs", {"Cargo.toml": "[workspace]\nmembers = []\n"}),
        ("rust", "src/cart.rs", {"Cargo.toml": "[package]\n"}),
        ("java", "src/test/java/CartTest.java", {"pom.xml": "<artifactId>junit</artifactId>"}),
        ("plaintext", "tests/test_cart.py", {"pyproject.toml": "pytest"}),
    ],
)
def test_where_they_show_nothing_there_is_no_command(language: str, test: str, texts: dict[str, str]) -> None:
    assert found(language, test, texts) is None


def test_the_names_and_the_package_of_go_are_those_of_the_new_tests() -> None:
    command = found("go", "cart_test.go", {"go.mod": "module example.org/shop\n"})
    assert command is not None
    whole = 'package shop_test\n\nimport "testing"\n\nfunc TestOld(t *testing.T) {}\n'
    added = "func TestAdd(t *testing.T) {}\n\nfunc TestDrop(t *testing.T) {}\n"
    filled = for_tests(command, "go", added, whole + added)
    assert filled.words == ("go", "test", "-run", "^(TestAdd|TestDrop)$", "./")
    assert filled.control.startswith("package shop_test\n\nimport")


def test_the_control_of_python_imports_what_is_tested() -> None:
    command = found("python", "tests/test_cart.py", {"pytest.ini": "[pytest]"})
    assert command is not None
    assert "\nimport shop.cart" in command.control
    assert command.cannot_start == (3, 4)


def test_the_users_own_command_gets_the_control_and_the_exit_codes_of_its_runner() -> None:
    habits = Conventions("cart.py", test_path="test_cart.py", import_name="cart")
    command = own_command(("uv", "run", "pytest", "{file}"), "python", habits)
    assert command is not None
    assert (command.words[-1], command.cannot_start) == ("{file}", (3, 4))
    other = own_command(("nose2", "{file}"), "python", habits)
    assert other is not None
    assert other.cannot_start == ()
    assert own_command(("ctest",), "c", habits) is None
