"""Tool files: settings of editors, CI, hooks, packages, builds and routerd, which programs execute automatically."""

from __future__ import annotations

import re

_NAMES = frozenset(
    {
        *(
            "package.json",
            "package-lock.json",
            "yarn.lock",
            "pnpm-lock.yaml",
            "pnpm-workspace.yaml",
            "npm-shrinkwrap.json",
        ),
        *("deno.json", "deno.jsonc", "lerna.json", "nx.json", "turbo.json", "bunfig.toml", "binding.gyp"),
        *("pyproject.toml", "setup.py", "setup.cfg", "tox.ini", "pytest.ini", "conftest.py", "noxfile.py", "tasks.py"),
        *("fabfile.py", "pipfile", "pipfile.lock", "poetry.lock", "uv.lock", "uv.toml", "manifest.in"),
        *("sitecustomize.py", "usercustomize.py", "ruff.toml", "mypy.ini", "pyrightconfig.json"),
        *("cargo.toml", "cargo.lock", "build.rs", "rust-toolchain", "rust-toolchain.toml", "clippy.toml"),
        *("go.mod", "go.sum", "go.work", "go.work.sum"),
        *("pom.xml", "build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts", "gradle.properties"),
        *("gradlew", "gradlew.bat", "mvnw", "mvnw.cmd", "build.xml", "build.sbt"),
        *("gemfile", "gemfile.lock", "rakefile", "vagrantfile", "podfile", "fastfile", "procfile", "brewfile"),
        *("makefile", "gnumakefile", "cmakelists.txt", "cmakepresets.json", "meson.build", "meson_options.txt"),
        *("configure", "configure.ac", "sconstruct", "sconscript", "justfile", "taskfile.yml", "taskfile.yaml"),
        *("build", "build.bazel", "workspace", "workspace.bazel", "module.bazel", "conanfile.txt", "conanfile.py"),
        *("vcpkg.json", "nuget.config", "global.json", "directory.build.props", "directory.build.targets"),
        *("dockerfile", "containerfile", "docker-compose.yml", "docker-compose.yaml", "compose.yml", "compose.yaml"),
        *("jenkinsfile", "azure-pipelines.yml", "bitbucket-pipelines.yml", "appveyor.yml", "cloudbuild.yaml"),
        *("action.yml", "action.yaml", "buildspec.yml", "netlify.toml", "vercel.json", "skaffold.yaml", "tiltfile"),
        *("composer.json", "composer.lock", "flake.nix", "shell.nix", "default.nix", "lefthook.yml", "lefthook.yaml"),
        *("gulpfile.js", "gruntfile.js", "agents.md", "claude.md", "gemini.md", "mcp.json"),
    }
)

_SHAPES = re.compile(
    r"[jt]sconfig.*\.json|requirements.*\.(txt|in)|constraints.*\.txt|.+\.config\.\w+|.+\.conf\.\w+"
    r"|.+\.(csproj|fsproj|vbproj|vcxproj|sln|slnx|props|targets|gemspec|podspec|pth|code-workspace|mk|cmake|gradle|bzl|nix)"
    r"|dockerfile\..+|.+\.dockerfile"
)


def is_tool_file(path: str) -> bool:
    """Whether a relative path is a tool file: a known name, or a name or folder that begins with a dot."""
    parts = [part.lower() for part in path.split("/") if part]
    name = parts[-1] if parts else ""
    return any(part.startswith(".") for part in parts) or name in _NAMES or _SHAPES.fullmatch(name) is not None
