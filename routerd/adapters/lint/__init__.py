"""Static checks of Python source by ruff, with the project's own configuration."""

from routerd.adapters.lint.ruff_linter import RuffLinter
from routerd.adapters.lint.ruff_settings import PathRule, RuffSettings, ruff_settings

__all__ = ["PathRule", "RuffLinter", "RuffSettings", "ruff_settings"]
