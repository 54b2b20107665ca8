"""OpenAI's batch API: a file of requests is uploaded, and a batch made of it; its results are two files.

OpenAI's API reference, "Batch" and "Files"; Groq documents the same.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping, Sequence
from typing import Any

from routerd.domain.batch_service import JobState, JobView
from routerd.providers.batches.api import (
    LISTED,
    UPLOAD_S,
    Request,
    ResultLine,
    asked,
    count,
    listed,
    named,
    read_lines,
    read_object,
    words_of,
)
from routerd.providers.client import ProviderClient
from routerd.providers.failure import FaultKind, ProviderFault, ProviderFaultError
from routerd.providers.retry_after import retry_after

_STATES = {
    "validating": JobState.RUNNING,
    "in_progress": JobState.RUNNING,
    "finalizing": JobState.RUNNING,
    "cancelling": JobState.RUNNING,
    "completed": JobState.ENDED,
    "expired": JobState.ENDED,
    "cancelled": JobState.ENDED,
    "failed": JobState.FAILED,
}
_NOT_ASKED = ("batch_expired", "batch_cancelled")
"""Codes of the error file for requests that the provider did not come to."""
_LABEL = "routerd"
"""The key of our own name in the metadata of a batch."""


class FilesAndBatches:
    """``/files`` and ``/batches`` below the provider's address."""

    async def create(self, client: ProviderClient, requests: Sequence[Request], label: str, wall: float) -> str:
        """As BatchApi says."""
        lines = [
            json.dumps({"custom_id": name, "method": "POST", "url": "/v1/chat/completions", "body": body}) + "\n"
            for name, body in requests
        ]
        try:
            async with asyncio.timeout(UPLOAD_S):
                content = "".join(lines).encode()
                stream = await client.upload("/files", {"purpose": "batch"}, f"{label}.jsonl", content, wall)
                uploaded, _ = await read_object(stream)
        except TimeoutError:
            raise ProviderFaultError(ProviderFault(FaultKind.UNREACHABLE, message="the upload timed out")) from None
        except ProviderFaultError as error:
            # A file of which no batch was made costs nothing: whatever happened to it, nothing was taken.
            if error.fault.sign is FaultKind.STATUS:
                raise
            words = f"the upload failed ({error.fault.message or error.fault.sign})"
            raise ProviderFaultError(ProviderFault(FaultKind.UNREACHABLE, message=words)) from None
        made = {
            "input_file_id": named(uploaded, "file"),
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {_LABEL: label},
        }
        body, _ = await asked(client, "post", "/batches", wall, made)
        return named(body, "batch")

    async def look(self, client: ProviderClient, job: str, wall: float) -> JobView:
        """As BatchApi says."""
        body, headers = await asked(client, "get", f"/batches/{job}", wall)
        said = body.get("status")
        state = _STATES.get(said) if isinstance(said, str) else None
        if not isinstance(said, str) or state is None:
            message = f"a batch in the unknown state “{str(said)[:40]}”"
            raise ProviderFaultError(ProviderFault(FaultKind.NO_API, message=message))
        counts = body.get("request_counts")
        errors = body.get("errors")
        reasons = [words_of(one) for one in listed(errors)] if isinstance(errors, Mapping) else []
        wait_s = retry_after(headers, wall)
        return JobView(
            state, said, count(counts, "completed"), count(counts, "total"), "; ".join(filter(None, reasons)), wait_s
        )

    async def results(self, client: ProviderClient, job: str, wall: float) -> AsyncGenerator[ResultLine]:
        """As BatchApi says; of an expired or cancelled batch the same."""
        body, _ = await asked(client, "get", f"/batches/{job}", wall)
        for name in ("output_file_id", "error_file_id"):
            if body.get(name):
                file = named({"id": body[name]}, "file")
                async for line in read_lines(client, f"/files/{file}/content", wall):
                    yield _line(line)

    async def cancel(self, client: ProviderClient, job: str, wall: float) -> None:
        """As BatchApi says."""
        await asked(client, "post", f"/batches/{job}/cancel", wall)

    async def find(self, client: ProviderClient, label: str, count: int, since: float, wall: float) -> tuple[str, ...]:
        """As BatchApi says: by our own name in its metadata."""
        body, _ = await asked(client, "get", f"/batches?limit={LISTED}", wall)
        own = [one for one in listed(body) if _label(one) == label]
        return tuple(named(one, "batch") for one in own)


def _label(batch: Mapping[str, Any]) -> object:
    metadata = batch.get("metadata")
    return metadata.get(_LABEL) if isinstance(metadata, Mapping) else None


def _line(said: Mapping[str, Any] | None) -> ResultLine:
    """One line of either file; what cannot be read has no id."""
    custom_id = said.get("custom_id") if said is not None else None
    if said is None or not isinstance(custom_id, str):
        return ResultLine("", reason="a line that cannot be read")
    error, response = said.get("error"), said.get("response")
    if isinstance(error, Mapping):
        return ResultLine(custom_id, None, words_of(error) or "an error", error.get("code") in _NOT_ASKED)
    if not isinstance(response, Mapping) or not isinstance(response.get("body"), Mapping):
        return ResultLine(custom_id, reason="neither an answer nor an error")
    if response.get("status_code") != 200:
        status = str(response.get("status_code"))[:20]
        return ResultLine(custom_id, reason=f"{words_of(response['body']) or 'refused'} (status {status})")
    return ResultLine(custom_id, response["body"])
