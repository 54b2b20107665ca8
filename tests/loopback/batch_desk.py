"""Batch services on loopback as OpenAI and Anthropic document theirs: jobs, states, results in any order, and faults.

A test says what becomes of each request (`fate`) and of each job (`end`); the rules that the real services enforce
(one model a file, unique ids, no stream, a version header) are enforced here too.
"""

from __future__ import annotations

import json
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from tests.loopback.compose import quarter_of_bytes
from tests.loopback.http1 import Request

Json = dict[str, Any]
Answer = tuple[int, dict[str, str], bytes]
"""Status, headers and body; a status of 0 closes the connection without an answer."""


class Fate(StrEnum):
    """What becomes of one request."""

    ANSWERED = "answered"
    TWICE = "twice"
    """Answered, and the line stands there twice."""
    CUT = "cut"
    """Answered up to the length limit, and charged."""
    ERROR = "error"
    EXPIRED = "expired"
    MISSING = "missing"
    """Charged, and in no file."""
    NOT_DONE = "not done"
    """Neither asked nor in any file."""


@dataclass
class Job:
    """One batch at the service."""

    id: str
    requests: dict[str, Json]
    label: str
    made: float
    end: str
    looks_left: int
    fates: dict[str, Fate] = field(default_factory=dict)
    cancelled: bool = False
    broken: str = ""
    """Why it failed as a whole."""

    @property
    def over(self) -> bool:
        return self.looks_left <= 0 or bool(self.broken)

    def number(self, *fates: Fate) -> int:
        return sum(self.fates.get(name, Fate.ANSWERED) in fates for name in self.requests) if self.over else 0


@dataclass
class BatchDesk:
    """The part that both dialects share; hand it to an `Upstream`."""

    reply: Callable[[Mapping[str, Any]], str]
    fate: Callable[[int, Json], Fate] = lambda number, body: Fate.ANSWERED
    """By the number of the request in its job, and its body."""
    end: str = "completed"
    """How jobs end: `completed`, `expired` or `cancelled`."""
    looks: int = 0
    """How often a job is looked at before it ends."""
    on_create: str = ""
    """`drop`: takes the job and closes the connection; `lose`: closes it without taking; `full`: answers 429."""
    cut_results: bool = False
    """The next files of results break off in the middle."""
    counts: bool = True
    """Whether looks say how many requests were answered."""
    stray: int = 0
    """Results for ids that nobody sent."""
    jobs: dict[str, Job] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    fetched: int = 0
    calls: list[str] = field(default_factory=list)
    """Method and path of each request."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    """Over everything that is charged, by what was handed out."""
    _charged: set[tuple[str, str]] = field(default_factory=set)

    @property
    def asked(self) -> list[str]:
        """The custom ids of all requests of all jobs that were not broken, in their order."""
        return [name for job in self.jobs.values() if not job.broken for name in job.requests]

    def answer(self, request: Request) -> Answer:
        """One HTTP answer."""
        path, _, _ = request.path.partition("?")
        self.calls.append(f"{request.method} {path}")
        return self._answered(request, path.removeprefix("/v1"))

    def _answered(self, request: Request, path: str) -> Answer:
        raise NotImplementedError

    def _made(self, requests: dict[str, Json], label: str, prefix: str) -> Job | Answer:
        if self.on_create == "lose":
            return 0, {}, b""
        if self.on_create == "full":
            return said(429, {"error": {"message": "Enqueued token limit reached", "type": "rate_limit_error"}})
        name = f"{prefix}{len(self.jobs) + 1:04}"
        fates = {one: self.fate(number, body) for number, (one, body) in enumerate(requests.items())}
        job = self.jobs[name] = Job(name, requests, label, time.time(), self.end, self.looks, fates)
        return (0, {}, b"") if self.on_create == "drop" else job

    def _text(self, job: Job, name: str) -> tuple[str, int, int]:
        """The words of an answer with its tokens in and out; it is charged once, however often it is fetched."""
        body = job.requests[name]
        asked = plain(body)
        text = self.reply(asked)
        sent = sum(quarter_of_bytes(str(one["content"])) for one in asked["messages"])
        got = quarter_of_bytes(text)
        if (job.id, name) not in self._charged:
            self._charged.add((job.id, name))
            self.prompt_tokens, self.completion_tokens = self.prompt_tokens + sent, self.completion_tokens + got
        return text, sent, got

    def _shuffled(self, lines: list[Json]) -> bytes:
        random.Random(len(lines)).shuffle(lines)
        return "".join(json.dumps(line) + "\n" for line in lines).encode()

    def _file(self, content: bytes) -> Answer:
        self.fetched += 1
        headers = {"content-type": "application/octet-stream", "content-length": str(len(content))}
        return 200, headers, content[: len(content) * 2 // 3] if self.cut_results else content

    def _look(self, job: Job) -> dict[str, str]:
        if not job.over:
            job.looks_left -= 1
        return {"retry-after-ms": "20"}


class OpenAIDesk(BatchDesk):
    """`/v1/files` and `/v1/batches`."""

    def _answered(self, request: Request, path: str) -> Answer:
        match request.method, path.strip("/").split("/"):
            case "POST", ["files"]:
                name = f"file-{len(self.files) + 1:04}"
                self.files[name] = _uploaded(request)
                return said(200, {"id": name, "object": "file", "purpose": "batch", "bytes": len(self.files[name])})
            case "POST", ["batches"]:
                return self._create(json.loads(request.body))
            case "GET", ["batches"]:
                return said(200, {"object": "list", "data": [self._shape(job) for job in self.jobs.values()]})
            case "GET", ["batches", name] if name in self.jobs:
                headers = self._look(self.jobs[name])
                return said(200, self._shape(self.jobs[name]), headers)
            case "POST", ["batches", name, "cancel"] if name in self.jobs:
                job = self.jobs[name]
                job.cancelled, job.looks_left, job.end = True, 0, "cancelled"
                return said(200, self._shape(job))
            case "GET", ["files", name, "content"]:
                of, _, part = name.removeprefix("file-of-").partition("-")
                return self._file(self._results(self.jobs[of], part))
        return said(404, {"error": {"message": f"No such object: {path}", "type": "invalid_request_error"}})

    def _create(self, body: Json) -> Answer:
        lines = [json.loads(line) for line in self.files[body["input_file_id"]].splitlines()]
        names = [line["custom_id"] for line in lines]
        made = self._made(
            {line["custom_id"]: line["body"] for line in lines}, body.get("metadata", {}).get("routerd", ""), "batch_"
        )
        if not isinstance(made, Job):
            return made
        if body["completion_window"] != "24h" or body["endpoint"] != "/v1/chat/completions":
            return said(400, {"error": {"message": "Invalid endpoint or window"}})
        if len({line["body"]["model"] for line in lines}) != 1 or len(set(names)) != len(names):
            made.broken = "The batch must have one model, and each custom_id once."
        if any("stream" in line["body"] or line["url"] != body["endpoint"] for line in lines):
            made.broken = "Streaming is not supported in a batch."
        return said(200, self._shape(made))

    def _shape(self, job: Job) -> Json:
        state = "failed" if job.broken else job.end if job.over else "in_progress"
        done = job.number(Fate.ANSWERED, Fate.TWICE, Fate.CUT, Fate.MISSING)
        shape: Json = {
            "id": job.id,
            "object": "batch",
            "status": state,
            "created_at": int(job.made),
            "metadata": {"routerd": job.label},
            "errors": {"object": "list", "data": [{"code": "invalid", "message": job.broken}]} if job.broken else None,
            "output_file_id": f"file-of-{job.id}-output" if job.over and not job.broken else None,
            "error_file_id": f"file-of-{job.id}-error" if job.over and not job.broken else None,
        }
        if self.counts:
            shape["request_counts"] = {
                "total": len(job.requests),
                "completed": done,
                "failed": job.number(Fate.ERROR, Fate.EXPIRED),
            }
        return shape

    def _results(self, job: Job, part: str) -> bytes:
        lines: list[Json] = []
        for name in job.requests:
            fate = job.fates[name]
            one: Json = {"id": f"batch_req_{name[:8]}", "custom_id": name, "response": None, "error": None}
            if part == "output" and fate in (Fate.ANSWERED, Fate.TWICE, Fate.CUT):
                text, sent, got = self._text(job, name)
                one["response"] = {
                    "status_code": 200,
                    "request_id": "r",
                    "body": {
                        "id": "chatcmpl-1",
                        "object": "chat.completion",
                        "created": int(job.made),
                        "model": job.requests[name]["model"],
                        "choices": [
                            {
                                "index": 0,
                                "message": {"role": "assistant", "content": text},
                                "finish_reason": "length" if fate is Fate.CUT else "stop",
                            }
                        ],
                        "usage": {"prompt_tokens": sent, "completion_tokens": got, "total_tokens": sent + got},
                    },
                }
                lines += [one, one] if fate is Fate.TWICE else [one]
            elif part == "error" and fate is Fate.ERROR:
                lines.append(one | {"response": {"status_code": 400, "body": {"error": {"message": "It is refused"}}}})
            elif part == "error" and fate is Fate.EXPIRED:
                words = "This request could not be executed before the completion window expired."
                lines.append(one | {"error": {"code": "batch_expired", "message": words}})
            elif fate is Fate.MISSING:
                self._text(job, name)
        if part == "output":
            lines += [{"id": "x", "custom_id": f"stray-{number}", "error": None} for number in range(self.stray)]
        return self._shuffled(lines)


_NAME = re.compile(r"[a-zA-Z0-9_-]{1,64}")


class AnthropicDesk(BatchDesk):
    """`/v1/messages/batches`."""

    def _answered(self, request: Request, path: str) -> Answer:
        if "anthropic-version" not in request.headers:
            return said(400, _refused("anthropic-version: header is required"))
        match request.method, path.removeprefix("/messages/batches").strip("/").split("/"):
            case "POST", [""]:
                return self._create(json.loads(request.body))
            case "GET", [""]:
                return said(200, {"data": [self._shape(job) for job in self.jobs.values()], "has_more": False})
            case "GET", [name] if name in self.jobs:
                headers = self._look(self.jobs[name])
                return said(200, self._shape(self.jobs[name]), headers)
            case "POST", [name, "cancel"] if name in self.jobs:
                job = self.jobs[name]
                job.cancelled, job.looks_left, job.end = True, 0, "cancelled"
                return said(200, self._shape(job) | {"processing_status": "canceling"})
            case "GET", [name, "results"] if name in self.jobs and self.jobs[name].over:
                return self._file(self._results(self.jobs[name]))
        return said(404, _refused(f"{path} is not there", "not_found_error"))

    def _create(self, body: Json) -> Answer:
        requests = {one["custom_id"]: one["params"] for one in body["requests"]}
        if len(requests) != len(body["requests"]):
            return said(400, _refused("requests: custom_id must be unique"))
        for name, params in requests.items():
            if not _NAME.fullmatch(name) or "max_tokens" not in params or "stream" in params:
                return said(400, _refused("requests: invalid params"))
        made = self._made(requests, "", "msgbatch_")
        return said(200, self._shape(made)) if isinstance(made, Job) else made

    def _shape(self, job: Job) -> Json:
        shape: Json = {
            "id": job.id,
            "type": "message_batch",
            "processing_status": "ended" if job.over else "in_progress",
            "created_at": datetime.fromtimestamp(job.made, UTC).isoformat(),
            "results_url": f"http://example.org/{job.id}" if job.over else None,
        }
        if self.counts:
            lost = job.number(Fate.EXPIRED, Fate.NOT_DONE)
            shape["request_counts"] = {
                "processing": 0 if job.over else len(job.requests),
                "succeeded": job.number(Fate.ANSWERED, Fate.TWICE, Fate.CUT, Fate.MISSING),
                "errored": job.number(Fate.ERROR),
                "canceled": lost if job.cancelled else 0,
                "expired": 0 if job.cancelled else lost,
            }
        return shape

    def _results(self, job: Job) -> bytes:
        lines: list[Json] = []
        for name in job.requests:
            match job.fates[name]:
                case Fate.ANSWERED | Fate.TWICE | Fate.CUT as fate:
                    text, sent, got = self._text(job, name)
                    message = {
                        "id": "msg_1",
                        "type": "message",
                        "role": "assistant",
                        "model": job.requests[name]["model"],
                        "content": [{"type": "text", "text": text}],
                        "stop_reason": "max_tokens" if fate is Fate.CUT else "end_turn",
                        "stop_sequence": None,
                        "usage": {
                            "input_tokens": sent,
                            "cache_creation_input_tokens": 0,
                            "cache_read_input_tokens": 0,
                            "output_tokens": got,
                            "service_tier": "batch",
                        },
                    }
                    line = {"custom_id": name, "result": {"type": "succeeded", "message": message}}
                    lines += [line, line] if fate is Fate.TWICE else [line]
                case Fate.ERROR:
                    lines.append({"custom_id": name, "result": {"type": "errored", "error": _refused("It is refused")}})
                case Fate.EXPIRED:
                    kind = "canceled" if job.cancelled else "expired"
                    lines.append({"custom_id": name, "result": {"type": kind}})
                case Fate.MISSING:
                    self._text(job, name)
        lines += [{"custom_id": f"stray-{n}", "result": {"type": "expired"}} for n in range(self.stray)]
        return self._shuffled(lines)


def said(status: int, body: object, headers: Mapping[str, str] | None = None) -> Answer:
    data = json.dumps(body).encode()
    return status, {"content-type": "application/json", "content-length": str(len(data)), **(headers or {})}, data


def _refused(words: str, kind: str = "invalid_request_error") -> Json:
    return {"type": "error", "error": {"type": kind, "message": words}}


def _uploaded(request: Request) -> bytes:
    """The file of a form."""
    boundary = request.headers["content-type"].partition("boundary=")[2].strip('"').encode()
    for part in request.body.split(b"--" + boundary):
        head, _, content = part.partition(b"\r\n\r\n")
        if b'name="file"' in head:
            return content.removesuffix(b"\r\n")
    raise ValueError("the form has no file")


def plain(body: Mapping[str, Any]) -> Json:
    """A body of either dialect with its messages as plain text, the system's first."""
    messages = [{"role": one["role"], "content": _words(one["content"])} for one in body["messages"]]
    if "system" in body:
        messages.insert(0, {"role": "system", "content": _words(body["system"])})
    return {**body, "messages": messages}


def _words(content: object) -> str:
    return "".join(str(part["text"]) for part in content) if isinstance(content, list) else str(content)
