"""Faults by the hundred: seeded random schedules of everything that can go wrong at a provider."""
