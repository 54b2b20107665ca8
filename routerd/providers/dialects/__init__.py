"""Translation between chat completions, Responses and Messages, request, answer and stream; pure functions."""
