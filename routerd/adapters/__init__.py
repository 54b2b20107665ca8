"""Adapters: each wraps one external system or library; none imports another."""
