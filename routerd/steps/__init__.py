"""The verbs: pure functions, one step of the line each; no stage knows another."""
