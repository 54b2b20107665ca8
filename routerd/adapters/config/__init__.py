"""Finds, reads, checks, merges and resolves the configuration; writes only a first file and the user's examples."""

from routerd.adapters.config.examples import add_example
from routerd.adapters.config.first import first_file, write_first_file, write_schema
from routerd.adapters.config.json_schema import json_schema
from routerd.adapters.config.keys import KeyReader
from routerd.adapters.config.load import Loaded, begin, check, fallback, load
from routerd.adapters.config.resolve import usable_tiers
from routerd.adapters.config.schema import ENTRIES, SettingSpec
from routerd.adapters.config.show import SettingRow, rows
from routerd.adapters.config.sources import Sources
from routerd.adapters.config.trust import Worth

__all__ = [
    "ENTRIES",
    "KeyReader",
    "Loaded",
    "SettingRow",
    "SettingSpec",
    "Sources",
    "Worth",
    "add_example",
    "begin",
    "check",
    "fallback",
    "first_file",
    "json_schema",
    "load",
    "rows",
    "usable_tiers",
    "write_first_file",
    "write_schema",
]
