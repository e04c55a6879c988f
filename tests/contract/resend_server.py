"""A real HTTP server on this machine that plays Resend: batches, validation, idempotency keys, limits, and faults.

Source: resend.com/docs/api-reference/emails/send-batch-emails, /errors, /rate-limit, changelog/batch-validation-modes.
"""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

API_KEY = "re_geheim"

#: lose: take the batch, then hang up. fail: take it, then answer 500. drop: hang up without taking it.
#: slow down, wait long: 429 with a short or a long retry-after. quota: 429 for the day.
#: nonsense: 200 with an answer that does not add up. closed domain: 403.
Fault = Literal["lose", "fail", "drop", "slow down", "wait long", "quota", "nonsense", "closed domain", "in progress"]


@dataclass
class Post:
    """What the server saw, and how it is to behave."""

    accepted: list[dict[str, Any]] = field(default_factory=list)
    #: Faults of the next calls, first one first.
    faults: list[Fault] = field(default_factory=list)
    #: Idempotency keys of all calls.
    keys: list[str] = field(default_factory=list)
    answers: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)
    url: str = ""


class Handler(BaseHTTPRequestHandler):
    """Answers POST /emails/batch."""

    protocol_version = "HTTP/1.1"
    post: Post

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class's name
        """Say nothing."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        key = self.headers.get("idempotency-key", "")
        self.post.keys.append(key)
        fault = self.post.faults.pop(0) if self.post.faults else None
        if self.headers.get("authorization") != f"Bearer {API_KEY}":
            self._answer(403, {"name": "invalid_api_key", "message": "API key is invalid"})
        elif fault == "drop":
            self._hang_up()
        elif fault in REFUSALS:
            status, name, retry_after = REFUSALS[fault]
            self._answer(status, {"name": name, "message": "no"}, retry_after)
        else:
            self._take(key, body.decode(), fault)

    def _take(self, key: str, body: str, fault: Fault | None) -> None:
        known = self.post.answers.get(key)
        if known and known[0] != body:
            self._answer(409, {"name": "invalid_idempotent_request", "message": "same key, other payload"})
            return
        answer = known[1] if known else self._accept(json.loads(body))
        self.post.answers[key] = (body, answer)
        if fault == "lose":
            self._hang_up()
        elif fault == "fail":
            self._answer(500, {"name": "application_error", "message": "sorry"})
        else:
            self._answer(200, {"data": [{"id": "one"}] * 7} if fault == "nonsense" else answer)

    def _accept(self, batch: list[dict[str, Any]]) -> dict[str, Any]:
        assert 1 <= len(batch) <= 100
        assert self.headers["x-batch-validation"] == "permissive"
        data, errors = [], []
        for index, mail in enumerate(batch):
            if "rcpt-550@" in mail["to"][0]:
                errors.append({"index": index, "message": "Invalid `to` field"})
                continue
            self.post.accepted.append(mail)
            data.append({"id": f"id-{len(self.post.accepted)}"})
        return {"data": data, "errors": errors}

    def _answer(self, status: int, value: dict[str, Any], retry_after: str = "") -> None:
        content = json.dumps(value).encode()
        self.send_response(status)
        if retry_after:
            self.send_header("retry-after", retry_after)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _hang_up(self) -> None:
        self.close_connection = True


REFUSALS: dict[Fault | None, tuple[int, str, str]] = {
    "slow down": (429, "rate_limit_exceeded", ""),
    "wait long": (429, "rate_limit_exceeded", "3600"),
    "quota": (429, "daily_quota_exceeded", ""),
    "closed domain": (403, "validation_error", ""),
    "in progress": (409, "concurrent_idempotent_requests", ""),
}


@contextmanager
def run_resend_server() -> Iterator[Post]:
    """Run the server until the end of the block."""
    post = Post()
    handler = type("Handler", (Handler,), {"post": post})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        post.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield post
        finally:
            server.shutdown()
            thread.join()
