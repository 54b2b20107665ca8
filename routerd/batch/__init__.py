"""Batches: one action over many files, planned, priced, capped and resumable; each item runs through the pipeline."""
