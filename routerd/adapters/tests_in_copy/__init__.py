"""Runs the tests of an answer in a copy of the project, so that nothing is written into the project itself."""

from routerd.adapters.tests_in_copy.consent import Consents
from routerd.adapters.tests_in_copy.runner import CopyRunner

__all__ = ["Consents", "CopyRunner"]
