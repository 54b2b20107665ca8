"""Tests of the LSP frontend, without a process."""
