"""What Resend answers, and what that means: one table by status and error name.

Source: resend.com/docs/api-reference/errors, /api-reference/rate-limit, resend.com/changelog/batch-validation-modes.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from publisher.delivery.transport import Receipt
from publisher.errors import DeliveryError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

#: taken: it says what became of each message. doubtful: the messages may have been taken. busy: they were not; ask
#: again. refused: they were not, and asking again won't help.
Verdict = Literal["taken", "doubtful", "busy", "refused"]

OK, UNAUTHORIZED, FORBIDDEN, CONFLICT, TOO_MANY, SERVER_ERROR = 200, 401, 403, 409, 429, 500
LATER = frozenset({"daily_quota_exceeded", "monthly_quota_exceeded", "rate_limit_exceeded"})

HINTS = {
    UNAUTHORIZED: "look at delivery.{name}.api_key",
    FORBIDDEN: "look at delivery.{name}.api_key, and whether the sender's domain is verified at resend.com/domains",
    TOO_MANY: "try later; resend.com/settings/usage shows the quota",
    0: "look at your connection and at delivery.{name}.base_url, or try later",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back of one call."""

    #: HTTP status; 0 when nothing came back.
    status: int = 0
    #: Whether any byte of the call can have arrived.
    sent: bool = True
    #: Resend's name for an error, such as "rate_limit_exceeded".
    name: str = ""
    #: The answer in words.
    detail: str = ""
    #: Ids of the messages that were taken, in order.
    ids: tuple[str, ...] = ()
    #: Messages that were not, by their place in the batch, with the reason.
    errors: Mapping[int, str] = field(default_factory=dict)
    #: Seconds; 0 when nothing was asked.
    retry_after_s: float = 0.0


def read_answer(status: int, content: bytes, retry_after: str) -> Answer:
    """Read an HTTP answer. Whatever is not what the documentation promises is kept as words."""
    try:
        value = json.loads(content)
    except ValueError:
        value = None
    fields: dict[str, Any] = value if isinstance(value, dict) else {}
    name, message = str(fields.get("name", "")), str(fields.get("message", ""))
    words = message or content[:200].decode("utf-8", errors="replace")
    return Answer(
        status=status,
        name=name,
        detail=" ".join(f"{status} {name} {words}".split()),
        ids=tuple(str(item["id"]) for item in _objects(fields.get("data")) if "id" in item),
        errors={
            item["index"]: str(item.get("message", ""))
            for item in _objects(fields.get("errors"))
            if isinstance(item.get("index"), int)
        },
        retry_after_s=float(retry_after) if retry_after.isdigit() else 0.0,
    )


def _objects(value: object) -> Sequence[dict[str, Any]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def judge(answer: Answer) -> Verdict:
    """Decide what an answer means for all messages of the call."""
    if not answer.sent:
        return "busy"
    if answer.status == OK:
        return "taken"
    # 409: an earlier call with this key is still being worked on, or was made with other contents.
    if answer.status == 0 or answer.status >= SERVER_ERROR or answer.status == CONFLICT:
        return "doubtful"
    if answer.status == TOO_MANY and answer.name not in LATER - {"rate_limit_exceeded"}:
        return "busy"
    return "refused"


def read_receipts(answer: Answer, count: int) -> tuple[Receipt, ...]:
    """Give the receipt of each message of a call that was taken.

    In permissive mode `errors` names the places of the refused ones, and the ids of all others follow in order. An
    answer that does not add up leaves the rest uncertain.
    """
    taken = [place for place in range(count) if place not in answer.errors]
    ids = dict(zip(taken, answer.ids, strict=False)) if len(taken) == len(answer.ids) else {}
    return tuple(_receipt(answer, place, ids.get(place)) for place in range(count))


def _receipt(answer: Answer, place: int, provider_id: str | None) -> Receipt:
    if place in answer.errors:
        return Receipt(status="rejected", reason="content", detail=answer.errors[place])
    if provider_id is None:
        return Receipt(status="uncertain", reason="server", detail=f"the answer names no id for it: {answer.detail}")
    return Receipt(status="accepted", provider_id=provider_id)


def explain(answer: Answer, name: str) -> DeliveryError:
    """Make the error of a call that certainly took nothing.

    name: the table in publisher.toml.
    """
    later = answer.status in (0, TOO_MANY) or answer.name in LATER
    hint = HINTS.get(answer.status, "look at resend.com/docs/api-reference/errors")
    return DeliveryError(
        f"Resend takes nothing: {answer.detail}",
        temporary=later,
        provider_code=answer.name or None,
        hint=hint.format(name=name),
    )
