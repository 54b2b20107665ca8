"""The pipeline: plan, run, judge and deliver one action; it alone knows the order of the steps."""
