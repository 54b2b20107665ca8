"""Tests of the editor's door, without a process."""
