"""Mask: placeholders for the secrets of a prompt; an edit that repeats one unchanged gets the secret back."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from routerd.domain.action import Contract
from routerd.domain.ports import Counter, Secrets
from routerd.domain.prompt import PER_MESSAGE, PER_REPLY, Message, Prompt
from routerd.domain.reply import Change
from routerd.domain.secret import Mask, holds_keys, holds_values
from routerd.domain.verdict import Refusal, RefusalCode, Rejected

_WORD = "MASKED_SECRET_"
_NOTE = (
    "\n\nWords that begin with {word} stand for secrets, which are not shown. Where a line that you repeat contains "
    "one, repeat it unchanged; use none anywhere else."
)
_RESTORED = frozenset((Contract.HUNKS, Contract.FINDINGS, Contract.DOCUMENTATION))
"""Contracts whose answers repeat text of the target; in other answers a placeholder stays."""
_TELLING = 8
"""Characters of a secret that a reason may not repeat either."""
_VALUE = re.compile(
    r"^(?P<name>[ \t]*(?:export[ \t]+)?[\w.\-/:@\"'\[\]]{1,200}?[ \t]*[=:][ \t]*)(?P<value>[^\s#][^\n\r]*)$",
    re.MULTILINE,
)
_HARMLESS = re.compile(r"[\"']?(?:true|false|yes|no|on|off|null|none|.{1,5})?[\"']?[,;]?", re.IGNORECASE)


_OTHER = "(a secret)"
"""In place of a secret that no prompt held: nothing puts it back."""


def secret_file_refusal(path: str) -> Refusal | None:
    """Why a document is not sent at all: it is a key, or a store of keys."""
    if not holds_keys(path):
        return None
    return Refusal(f"{path.rpartition('/')[2]} holds keys: routerd sends nothing of it.", RefusalCode.PATH)


def masked(
    prompt: Prompt, source: str, path: str, secrets: Secrets, counter: Counter
) -> tuple[Prompt, tuple[Mask, ...]]:
    """The prompt without secrets, and what stands for them; the prompt as it is where there is none.

    ``source`` is the document's text: all values of a file such as ``.env`` are secrets.
    """
    kinds = _kinds([message.content for message in prompt.messages], source, path, secrets)
    if not kinds:
        return prompt, ()
    word = _WORD
    while any(word in message.content for message in prompt.messages):
        word += "X_"
    masks = tuple(Mask(f"{word}{at}_", secret, kind) for at, (secret, kind) in enumerate(kinds.items(), 1))
    messages = [replace(message, content=hidden(message.content, masks)) for message in prompt.messages]
    messages[-1] = replace(messages[-1], content=messages[-1].content + _NOTE.format(word=word))
    return _counted(prompt, messages, counter), masks


def masked_words(text: str, source: str, path: str, secrets: Secrets) -> str:
    """A human's own words without secrets, as an embedding that is served elsewhere may see them."""
    kinds = _kinds([text], source, path, secrets)
    return hidden(text, [Mask(f"{_WORD}{at}_", secret, kind) for at, (secret, kind) in enumerate(kinds.items(), 1)])


def _kinds(texts: Sequence[str], source: str, path: str, secrets: Secrets) -> dict[str, str]:
    """The kind of each secret of the texts and, of a file of values, of the source."""
    kinds: dict[str, str] = {}
    if holds_values(path):
        kinds |= {
            match["value"].rstrip(): "value"
            for match in _VALUE.finditer(source)
            if not _HARMLESS.fullmatch(match["value"])
        }
    for text in texts:
        kinds |= {text[one.start : one.end]: one.kind for one in secrets.found(text)}
    return kinds


def _counted(prompt: Prompt, messages: Sequence[Message], counter: Counter) -> Prompt:
    counts = [counter.count(message.content) + PER_MESSAGE for message in messages]
    return replace(prompt, messages=tuple(messages), input_tokens=sum(counts) + PER_REPLY, stable_tokens=counts[0])


def hidden(text: str, masks: Sequence[Mask]) -> str:
    """A text with placeholders in place of secrets; the longest first, as one may contain another."""
    return _replaced(text, {mask.secret: mask.placeholder for mask in masks})


def restored(text: str, masks: Sequence[Mask], contract: Contract) -> str:
    """An answer with the secrets in place of placeholders, where its contract repeats text of the target."""
    if contract not in _RESTORED:
        return text
    return _replaced(text, {mask.placeholder: mask.secret for mask in masks})


def sendable(rejected: tuple[str, str], masks: Sequence[Mask], secrets: Secrets) -> tuple[str, str]:
    """A rejected answer and its reason as they may go back to a model: no secret of the prompt, and no other one."""
    answer, reason = (_without(text, masks, secrets) for text in rejected)
    if any(mask.secret[:_TELLING] in reason for mask in masks):
        return answer, "the answer does not keep its contract"
    return answer, reason


def _without(text: str, masks: Sequence[Mask], secrets: Secrets) -> str:
    told = hidden(text, masks)
    return _replaced(told, {told[one.start : one.end]: _OTHER for one in secrets.found(told)})


def copied(change: Change, masks: Sequence[Mask]) -> Rejected | None:
    """The rejection of a change that copies a secret, or writes a placeholder into a file."""
    for file in change.files:
        before, after = file.before.string, file.after.string
        if masks and after.count(_WORD) > before.count(_WORD):
            return Rejected("it writes the placeholder of a secret where the secret did not stand", mechanical=True)
        for mask in masks:
            if after.count(mask.secret) > before.count(mask.secret):
                return Rejected(f"it repeats a secret ({mask.kind}) where it did not stand", mechanical=True)
    return None


def _replaced(text: str, words: Mapping[str, str]) -> str:
    if not words:
        return text
    pattern = re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))
    return pattern.sub(lambda match: words[match[0]], text)
