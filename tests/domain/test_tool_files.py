"""Files that tools act on are known by name, whatever their case and folder; programs and prose are not among them."""

from __future__ import annotations

import pytest

from routerd.domain.tool_files import is_tool_file


@pytest.mark.parametrize(
    "path",
    [
        *(
            "package.json",
            "web/package.json",
            "Package.JSON",
            "setup.py",
            "conftest.py",
            "tests/conftest.py",
            "Makefile",
        ),
        *(".vscode/settings.json", ".github/workflows/ci.yml", ".routerd.toml", ".git/hooks/x.py", ".husky/pre-commit"),
        *("tsconfig.json", "tsconfig.build.json", "vite.config.ts", "requirements-dev.txt", "app.csproj", "build.rs"),
        *("Dockerfile", "docker/api.Dockerfile", "Dockerfile.dev", "Cargo.toml", "go.mod", "a.code-workspace"),
    ],
)
def test_a_file_that_tools_act_on_is_known(path: str) -> None:
    assert is_tool_file(path)


@pytest.mark.parametrize(
    "path", ["m.py", "src/config.py", "README.md", "settings.json", "src/package/x.ts", "", "a/b.go"]
)
def test_a_program_is_none(path: str) -> None:
    assert not is_tool_file(path)
