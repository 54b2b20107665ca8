"""Real VS Code: its installation, the harness that drives it, and the tests of the extension."""
