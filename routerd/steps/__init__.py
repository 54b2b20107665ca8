"""The pipeline's steps: pure functions; none imports another."""
