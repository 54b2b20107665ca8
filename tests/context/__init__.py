"""Context: what is sent with a target, held against real projects."""
