"""Routing: which tier and which models an action is sent to, and why; pure functions."""
