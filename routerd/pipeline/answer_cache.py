"""Which answer is kept in the reply cache, and under which key."""

from __future__ import annotations

import hashlib

from routerd.domain.model import OFFLINE
from routerd.domain.prompt import Question
from routerd.domain.reply import Reply
from routerd.pipeline.dependencies import Dependencies


def remember(question: Question, reply: Reply, deps: Dependencies) -> str:
    """Keep a paid answer in the cache; returns its key."""
    attempt, key = reply.attempt, answer_key(question, str(reply.attempt.model))
    if not attempt.cached and attempt.model != OFFLINE:
        deps.cache.put(key, reply.text, deps.clock())
    return key


def answer_key(question: Question, model: str) -> str:
    """The hash of a question to one model."""
    parts = (model, *(f"{m.role}\0{m.content}" for m in question.prompt.messages))
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()
