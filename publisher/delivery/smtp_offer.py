"""One message over one session: its commands and its text, up to the final dot; then the answer to the dot.

MAIL, RCPT and DATA go out in one write where the server offers PIPELINING (RFC 2920), never together with anything of
another message: servers answer such mixtures in small pieces, each of which waits 40 ms for the one before it to be
acknowledged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from publisher.delivery.replies import CLOSING, START_INPUT, Reply, Stage
from publisher.delivery.smtp_door import FINAL_DOT
from publisher.delivery.smtp_envelope import commands_for, stuff_dots
from publisher.delivery.smtp_wire import LostError

if TYPE_CHECKING:
    from publisher.delivery.smtp_door import Ticket
    from publisher.delivery.smtp_session import Session
    from publisher.delivery.smtp_wire import Wire

STAGES: tuple[Stage, ...] = ("MAIL", "RCPT", "DATA")


class Refusal(NamedTuple):
    """A no, and what it answers."""

    stage: Stage
    reply: Reply


async def offer(session: Session, ticket: Ticket, *, pipelining: bool) -> Refusal | None:
    """Send everything but the final dot. Gives the refusal, if there is one; the session then serves the next message.

    Raises LostError when the connection broke, or the server is out of step with us; nothing was handed over then.
    """
    wire = session.wire
    session.begun += 1
    if wire.unread:
        raise LostError("it spoke out of turn")
    commands = commands_for(ticket.message, len(ticket.content), session.features)
    refusal = await _in_one(wire, ticket, b"".join(commands)) if pipelining else await _in_turn(wire, ticket, commands)
    if refusal is None:
        wire.write(ticket.content if ticket.message.smtp_ready else stuff_dots(ticket.content))
        await wire.flushed()
    elif refusal.reply.code == CLOSING:
        wire.abort()
    else:
        await _clear(wire)
    return refusal


async def _in_turn(wire: Wire, ticket: Ticket, commands: tuple[bytes, ...]) -> Refusal | None:
    """Say each command after the answer to the one before."""
    for stage, command in zip(STAGES, commands, strict=True):
        wire.write(command)
        reply = await wire.reply()
        if not _agrees(stage, reply):
            return Refusal(stage, reply)
        ticket.begun = True
    return None


async def _in_one(wire: Wire, ticket: Ticket, commands: bytes) -> Refusal | None:
    """Say all commands at once, and hear all answers."""
    wire.write(commands)
    refusal: Refusal | None = None
    for stage in STAGES:
        reply = await wire.reply()
        if reply.code == START_INPUT and refusal is not None and stage == "DATA":
            # It waits for text although it has nobody to give it to: end that at once (RFC 2920, 3.1).
            wire.write(FINAL_DOT)
            await wire.reply()
        elif refusal is None and not _agrees(stage, reply):
            refusal = Refusal(stage, reply)
        if reply.code == CLOSING:
            break
        ticket.begun = ticket.begun or refusal is None
    return refusal


def _agrees(stage: Stage, reply: Reply) -> bool:
    """Tell a yes from a no. Raises LostError for what is neither: an answer to something else."""
    if reply.refused:
        return False
    if reply.code == START_INPUT if stage == "DATA" else reply.ok:
        return True
    raise LostError(f"it is out of step: {reply} after {stage}")


async def _clear(wire: Wire) -> None:
    """Clear the transaction, so that the connection serves the next message. It may be gone afterwards."""
    try:
        wire.write(b"RSET\r\n")
        if not (await wire.reply()).ok:
            wire.abort()
    except LostError:
        wire.abort()


async def final_reply(wire: Wire, ticket: Ticket) -> Reply:
    """Wait for the answer to the dot, or for what the server says before there was one.

    Raises LostError when there is none, or none that means anything.
    """
    reply = await wire.reply(2 * wire.timeout_s)
    # Only a refusal makes sense before the dot. After it, 3xx means nothing.
    if (reply.ok and ticket.committed) or reply.refused:
        if reply.code == CLOSING or not ticket.committed:
            wire.abort()
        return reply
    raise LostError(f"it is out of step: {reply}")
