"""The promise that nothing is harmed, as properties that hold for whatever a model, a provider or a folder says."""
