"""Real editors, or what speaks like them, with a real daemon in a process of its own."""
