"""Money, end to end: races, crashes, estimates held against bills."""
